"""A place in a body that is being read, and the wire forms read there, plainly."""

from __future__ import annotations

from eventpact.codec.leaf import Unfit

__all__ = ["Cursor"]


class Cursor:
    """``pos`` is the offset of the next byte. Every method raises `Unfit` where the bytes are not what is asked."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.pos = 0

    @property
    def left(self) -> int:
        return len(self.data) - self.pos

    def take(self, size: int) -> bytes:
        """The next ``size`` bytes."""
        start = self.pos
        end = start + size
        if end > len(self.data):
            raise Unfit("the bytes end too early")
        self.pos = end
        return self.data[start:end]

    def long(self) -> int:
        """Zigzag in seven-bit groups: at most ten bytes, at most 64 bits."""
        bits = 0
        for group in range(10):
            (byte,) = self.take(1)
            bits |= (byte & 0x7F) << (7 * group)
            if byte < 0x80:
                if bits >= 1 << 64:
                    raise Unfit("a number of more than 64 bits")
                return bits >> 1 if bits % 2 == 0 else -(bits >> 1) - 1
        raise Unfit("a number of more than ten bytes")

    def short(self) -> int:
        """A long within 32 bits."""
        number = self.long()
        if not -(2**31) <= number < 2**31:
            raise Unfit("an int of more than 32 bits")
        return number

    def below(self, count: int, what: str) -> int:
        """An index from 0 to ``count - 1``."""
        index = self.long()
        if not 0 <= index < count:
            raise Unfit(f"{what} outside 0 to {count - 1}")
        return index

    def sized(self) -> bytes:
        """A length, then that many bytes."""
        size = self.long()
        if size < 0:
            raise Unfit("a negative length")
        return self.take(size)

    def block(self) -> int:
        """The item count of the next block; 0 ends the array or map."""
        count = self.long()
        if count < 0:
            size = self.long()
            if not 0 <= size <= self.left:
                raise Unfit("a block size that cannot be")
            count = -count
        return count
