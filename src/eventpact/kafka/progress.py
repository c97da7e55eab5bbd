"""How far a partition is settled: which offset may be committed while some records before others are still at work."""

from __future__ import annotations

from collections import Counter, deque

__all__ = ["Progress"]


class Progress:
    """The offsets of one partition, from its assignment until its loss.

    A record is *open* from the moment that the client library hands it out, and *settled* when the handler is through
    with it or its dead letter is acknowledged; that may happen in any order. `committable` is the first open offset,
    so what lies below it never needs to be read again.
    """

    __slots__ = ("_next", "_open", "_outdated", "_settled", "_unconfirmed", "failed")

    def __init__(self) -> None:
        self._open: deque[int] = deque()
        """Taken, in order. The first one is not settled; those behind it may be."""
        self._settled: set[int] = set()
        """Settled, though a record before them is not."""
        self._next: int | None = None
        self._unconfirmed: Counter[int] = Counter()
        """Dead letters on their way, by offset; more than one when its record came again meanwhile."""
        self._outdated: Counter[int] = Counter()
        """Those of them that are not about the record that has the offset now."""
        self.failed: str | None = None
        """The error name of a dead letter that was not stored; the partition may then move no further."""

    def take(self, offset: int) -> int:
        """The record at `offset` is in hand: how many offsets there are between it and the one before, negative when
        the client library went back. Then what was taken from there on is forgotten, as it will come again.
        """
        expected = self._open[-1] + 1 if self._open else self._next
        if expected is not None and offset < expected:
            while self._open and self._open[-1] >= offset:
                self._open.pop()
            # Other records may have these offsets now.
            self._settled = {settled for settled in self._settled if settled < offset}
            self._outdated |= Counter({sent: n for sent, n in self._unconfirmed.items() if sent >= offset})
        self._open.append(offset)
        return 0 if expected is None else offset - expected

    def settle(self, offset: int) -> None:
        """The record at `offset` needs no more work."""
        if not self._open or offset < self._open[0]:
            return  # the client library went back meanwhile, and it is not open any more
        if offset > self._open[0]:
            self._settled.add(offset)
            return
        self._next = self._open.popleft() + 1
        while self._open and self._open[0] in self._settled:
            self._next = self._open.popleft() + 1
            self._settled.remove(self._next - 1)

    def bury(self, offset: int) -> None:
        """A dead letter for `offset` is on its way; the offset stays open until `confirm`."""
        self._unconfirmed[offset] += 1

    def confirm(self, offset: int, error: str | None = None) -> None:
        """The delivery report of the dead letter for `offset`. With an error the offset stays open for good."""
        if error is None:
            take_one(self._unconfirmed, offset)
            if not take_one(self._outdated, offset):
                self.settle(offset)
        else:
            self.failed = error

    @property
    def unconfirmed(self) -> int:
        """Dead letters without a good delivery report."""
        return self._unconfirmed.total() if self._unconfirmed else 0

    @property
    def span(self) -> int:
        """Records from the first open one to the newest: at most so many are handled again after a crash."""
        return len(self._open)

    @property
    def committable(self) -> int | None:
        """The offset to commit, `None` before the first settled record."""
        return self._open[0] if self._open and self._next is not None else self._next


def take_one(counts: Counter[int], offset: int) -> bool:
    """Count one less; False when there was none."""
    if not counts or (count := counts.get(offset, 0)) == 0:
        return False
    if count > 1:
        counts[offset] = count - 1
    else:
        del counts[offset]
    return True
