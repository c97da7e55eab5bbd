"""A record with one field, for tests that are about the field."""

from __future__ import annotations

from typing import Any

from eventpact.codec import Codec
from tests.codec.made import made


class OneField:
    """``encode`` takes the field's value, ``decode`` gives it back."""

    def __init__(self, type_: object, *, check_on_read: bool = False, **props: object) -> None:
        field = {"name": "value", "type": type_, **props}
        self.cls = made({"type": "record", "name": "One", "namespace": "demo", "fields": [field]})
        self.codec: Codec[Any] = Codec(self.cls, check_on_read=check_on_read)

    def encode(self, value: object) -> bytes:
        return self.codec.encode(self.cls(a0=value))

    def decode(self, body: bytes) -> Any:
        return self.codec.decode(body).a0
