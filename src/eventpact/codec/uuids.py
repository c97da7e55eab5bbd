"""uuid on string and on fixed(16)."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from eventpact.codec.leaf import Leaf, Unfit, exactly

__all__ = ["HEX_AS_ZERO", "UUID_BYTES", "UUID_TEXT", "ZERO_UUID", "is_uuid_text"]

HEX_AS_ZERO: Final = bytes.maketrans(b"0123456789abcdefABCDEF", b"0" * 22)
ZERO_UUID: Final = b"00000000-0000-0000-0000-000000000000"


def is_uuid_text(text: str) -> bool:
    """RFC 9562's text form: 8-4-4-4-12 hexadecimal digits, either letter case. One table look-up per byte."""
    return text.encode().translate(HEX_AS_ZERO) == ZERO_UUID


def _write_text(value: object) -> str:
    return str(exactly(value, UUID))


def _read_text(text: str) -> UUID:
    # UUID() itself also takes braces, "urn:uuid:" and misplaced hyphens.
    if not is_uuid_text(text):
        raise Unfit("not a UUID in its 8-4-4-4-12 form")
    return UUID(text)


def _write_bytes(value: object) -> bytes:
    return exactly(value, UUID).bytes


UUID_TEXT: Final = Leaf(UUID, _write_text, _read_text)
UUID_BYTES: Final = Leaf(UUID, _write_bytes, lambda wire: UUID(bytes=wire))
