"""Avro's numbers, as the generated code writes and reads them.

Writing makes *text*: one character per byte, turned into bytes by one ``.encode("latin1")`` at the very end. Python
joins short texts faster than short bytes, and an ASCII string is its own encoding.
Reading is by position; ``data`` is always ``bytes``. Every fault here is an exception without a message: the plain
twin finds the words.
"""

from __future__ import annotations

from typing import Final

__all__ = [
    "FALSE",
    "HEADS",
    "LAST",
    "MORE",
    "PAIRS",
    "TRUE",
    "AllHeads",
    "Broken",
    "Refused",
    "read_block",
    "read_branch",
    "read_int",
    "read_length",
    "read_long",
    "utf8",
    "write_head",
    "write_long",
    "write_varint",
]


class Refused(Exception):  # noqa: N818 - a signal inside the codec, not an error anybody sees
    """The generated encoder met a value it does not write."""


class Broken(Exception):  # noqa: N818 - as above
    """The generated decoder met bytes it does not read."""


MORE: Final = tuple(chr(number | 0x80) for number in range(128))
"""A varint byte that is not the last, by the seven bits it carries."""

LAST: Final = tuple(chr(number) for number in range(128))
"""The last byte of a varint."""

PAIRS: Final = tuple(low + high for high in MORE for low in MORE)
"""Two varint bytes that are not the last, by the 14 bits they carry."""


def write_varint(bits: int) -> str:
    """Seven bits per byte, lowest first; ``bits`` is not negative."""
    text = ""
    while bits > 0x7F:
        text += MORE[bits & 0x7F]
        bits >>= 7
    return text + chr(bits)


HEADS: Final = LAST[::2] + tuple(MORE[number << 1 & 0x7F] + LAST[number >> 6] for number in range(64, 8192))
"""The wire form of 0 to 8191, all that takes one or two bytes: lengths, counts, indexes and small numbers."""


class AllHeads:
    """`HEADS` without an end, for the events that `HEADS` is too short for."""

    def __getitem__(self, number: int) -> str:
        return write_head(number)


FALSE: Final = "\x00"
TRUE: Final = "\x01"


def write_head(length: int) -> str:
    """The wire form of a length or count of any size."""
    return HEADS[length] if length < 8192 else write_varint(length << 1)


def write_long(number: int) -> str:
    """The wire form of an int or long that is known to be in range."""
    if number < 0:
        return write_varint(~(number << 1))
    return HEADS[number] if number < 8192 else write_varint(number << 1)


def utf8(text: str) -> str:
    """The UTF-8 bytes of a text, one character per byte. A lone surrogate is a `UnicodeEncodeError`."""
    return text.encode().decode("latin1")


def read_long(data: bytes, pos: int) -> tuple[int, int]:
    """A long and the position behind it: at most ten bytes, at most 64 bits. Unrolled, it is hot."""
    bits = data[pos]
    if bits < 128:
        return (bits >> 1) ^ -(bits & 1), pos + 1
    byte = data[pos + 1]
    bits += (byte << 7) - 0x80
    if byte < 128:
        return (bits >> 1) ^ -(bits & 1), pos + 2
    byte = data[pos + 2]
    bits += (byte << 14) - 0x4000
    if byte < 128:
        return (bits >> 1) ^ -(bits & 1), pos + 3
    byte = data[pos + 3]
    bits += (byte << 21) - 0x200000
    if byte < 128:
        return (bits >> 1) ^ -(bits & 1), pos + 4
    byte = data[pos + 4]
    bits += (byte << 28) - 0x10000000
    if byte < 128:
        return (bits >> 1) ^ -(bits & 1), pos + 5
    byte = data[pos + 5]
    bits += (byte << 35) - 0x800000000
    if byte < 128:
        return (bits >> 1) ^ -(bits & 1), pos + 6
    shift = 42
    for end in range(pos + 6, pos + 10):
        byte = data[end]
        # Each byte before this one carried a continuation bit, which is taken off here.
        bits += (byte << shift) - (1 << shift)
        if byte < 128:
            if bits >> 64:
                raise Broken
            return (bits >> 1) ^ -(bits & 1), end + 1
        shift += 7
    raise Broken


def read_int(data: bytes, pos: int) -> tuple[int, int]:
    """An int: a long that fits 32 bits."""
    number, pos = read_long(data, pos)
    if not -0x80000000 <= number <= 0x7FFFFFFF:
        raise Broken
    return number, pos


def read_length(data: bytes, pos: int) -> tuple[int, int]:
    """A length or index that is not negative, and the position behind it."""
    number, pos = read_long(data, pos)
    if number < 0:
        raise Broken
    return number, pos


def read_branch(data: bytes, pos: int, count: int) -> tuple[int, int]:
    """A union's branch index, below ``count``."""
    number, pos = read_long(data, pos)
    if not 0 <= number < count:
        raise Broken
    return number, pos


def read_block(data: bytes, pos: int) -> tuple[int, int]:
    """The item count of a block. A negative count is followed by the block's size in bytes, which must be possible."""
    count, pos = read_long(data, pos)
    if count < 0:
        size, pos = read_length(data, pos)
        if size > len(data) - pos:
            raise Broken
        count = -count
    return count, pos
