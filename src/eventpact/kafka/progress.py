"""How far a partition is settled: which offset may be committed while dead letters are still on their way."""

from __future__ import annotations

__all__ = ["Progress"]


class Progress:
    """The offsets of one partition, from its assignment until its loss.

    A record is *settled* when the handler is through with it or its dead letter is acknowledged. `committable` is
    the first offset that is not settled, so what lies below it never needs to be read again.
    """

    __slots__ = ("_next", "_unconfirmed", "failed")

    def __init__(self) -> None:
        self._next: int | None = None
        self._unconfirmed: set[int] = set()
        self.failed: str | None = None
        """The error name of a dead letter that was not stored; the partition may then move no further."""

    def settle(self, offset: int) -> None:
        """The record at `offset` needs no more work."""
        self._next = offset + 1

    def bury(self, offset: int) -> None:
        """A dead letter for `offset` is on its way: go on, but commit nothing beyond until `confirm`."""
        self._unconfirmed.add(offset)
        self._next = offset + 1

    def confirm(self, offset: int, error: str | None = None) -> None:
        """The delivery report of the dead letter for `offset`. With an error the offset stays unsettled for good."""
        if error is None:
            self._unconfirmed.discard(offset)
        else:
            self.failed = error

    @property
    def unconfirmed(self) -> int:
        """Dead letters without a good delivery report."""
        return len(self._unconfirmed)

    @property
    def committable(self) -> int | None:
        """The offset to commit, `None` before the first settled record."""
        if self._next is None:
            return None
        return min((self._next, *self._unconfirmed))
