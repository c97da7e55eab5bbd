"""Record keys as names: for screens and labels, unless they are personal data."""

from __future__ import annotations

from typing import Final

from eventpact.pii import MASK
from eventpact.schema import Schema
from eventpact.schema.tree import Record
from eventpact_codegen.pii import is_personal

__all__ = ["KeyNames", "key_is_personal", "visible"]

LONGEST: Final = 64


def key_is_personal(schema: Schema, key: str) -> bool:
    """Is the field that gives the record key tagged as personal data?"""
    record = schema.names.get(schema.name or "")
    fields = record.fields if isinstance(record, Record) else ()
    return any(field.name == key and is_personal(field, schema.names) for field in fields)


def visible(key: bytes | None) -> str:
    """A key as visible ASCII: what strangers write must not steer a terminal."""
    if key is None:
        return "no key"
    text = key.decode("utf-8", "backslashreplace").encode("unicode_escape").decode("ascii")
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 3]}..."


class KeyNames:
    """Names of keys: themselves, or numbers in the order in which they came, which tell them apart and no more."""

    def __init__(self, *, masked: bool) -> None:
        self._masked = masked
        self._numbers: dict[bytes | None, int] = {}

    def name(self, key: bytes | None) -> str:
        if not self._masked:
            return visible(key)
        return f"{MASK} ({self._numbers.setdefault(key, len(self._numbers) + 1)})"
