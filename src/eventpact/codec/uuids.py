"""uuid on string and on fixed(16)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, cast
from uuid import UUID, SafeUUID

from eventpact.codec.leaf import Leaf, Unfit, exactly

__all__ = ["HEX_AS_ZERO", "UUID_BYTES", "UUID_LENGTH", "UUID_TEXT", "ZERO_UUID", "is_uuid_text"]

HEX_AS_ZERO: Final = bytes.maketrans(b"0123456789abcdefABCDEF", b"0" * 22)
ZERO_UUID: Final = b"00000000-0000-0000-0000-000000000000"
UUID_LENGTH: Final = len(ZERO_UUID)


def is_uuid_text(text: str) -> bool:
    """RFC 9562's text form: 8-4-4-4-12 hexadecimal digits, either letter case. One table look-up per byte."""
    return text.encode().translate(HEX_AS_ZERO) == ZERO_UUID


def _by_slots(number: int) -> UUID:
    """UUID(int=number), without the constructor's search for which of its six arguments was given."""
    uuid = _new(UUID)
    _set_int(uuid, number)
    _set_safe(uuid, SafeUUID.unknown)
    return uuid


def _by_constructor(number: int) -> UUID:
    return UUID(int=number)


def _slots_fit() -> bool:
    sample = UUID("3f0c0e6e-7a0c-4f0e-9c3a-1b2c3d4e5f60")
    try:
        made = _by_slots(sample.int)
    except (AttributeError, TypeError):
        return False
    return vars(UUID).get("__slots__") == ("int", "is_safe", "__weakref__") and repr(made) == repr(sample)


def _setter(slot: str) -> Callable[[UUID, object], None]:
    return cast("Callable[[UUID, object], None]", getattr(vars(UUID).get(slot), "__set__", None))


_new: Final = object.__new__
_set_int: Final = _setter("int")
_set_safe: Final = _setter("is_safe")
# The slots are the standard library's own business: where they are not as expected, its constructor does the work.
_of_number: Final = _by_slots if _slots_fit() else _by_constructor


def _write_text(value: object) -> str:
    digits = f"{exactly(value, UUID).int:032x}"
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"


def _read_text(text: str) -> UUID:
    # UUID() itself also takes braces, "urn:uuid:" and misplaced hyphens.
    if not is_uuid_text(text):
        raise Unfit("not a UUID in its 8-4-4-4-12 form")
    return _of_number(int(text.replace("-", ""), 16))


def _write_bytes(value: object) -> bytes:
    return exactly(value, UUID).bytes


def _read_bytes(wire: bytes) -> UUID:
    if len(wire) != 16:
        raise Unfit("a UUID takes 16 bytes")
    return _of_number(int.from_bytes(wire, "big"))


UUID_TEXT: Final = Leaf(UUID, _write_text, _read_text)
UUID_BYTES: Final = Leaf(UUID, _write_bytes, _read_bytes)
