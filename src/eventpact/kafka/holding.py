"""What a worker holds of one partition: records handed out by the client library and not settled yet."""

from __future__ import annotations

from typing import TYPE_CHECKING

from eventpact.kafka.lane import Lane
from eventpact.kafka.progress import Progress

if TYPE_CHECKING:
    from confluent_kafka import Message

__all__ = ["Holding"]


class Holding:
    """One partition, from its assignment until its loss. Only the loop's thread touches it.

    Attributes:
        lanes: the records, by order; one lane for all of them, or `by_key` one for each key that is held.
        held: how many records there are.
        size: bytes of their values.
        behind: what is committed lies ahead of the log, and could not follow it yet.
        waiting: the lanes whose first record waits for something unavailable.
        progress: what may be committed.
        paused: does the client library fetch nothing for this partition?
        stored: the last offset that was committed in this ownership, 0 before.
        gone: it was revoked or lost; what is still at work for it no longer counts.
        marked: the offset that a crash mark names, see `eventpact.kafka.crash_marks`; `None` when there is none.
        checked: was the first record looked at for a crash mark?
        crashes: so many processes in a row went away with the record at `first` in hand.
        first: the offset of the first record of this ownership.
        survived: a try with the marked record is over, and the process lives.
    """

    __slots__ = (
        "behind",
        "by_key",
        "checked",
        "crashes",
        "first",
        "gone",
        "held",
        "lanes",
        "marked",
        "partition",
        "paused",
        "progress",
        "size",
        "stored",
        "survived",
        "waiting",
    )

    def __init__(self, partition: int, *, by_key: bool = False) -> None:
        self.partition = partition
        self.by_key = by_key
        self.lanes: dict[bytes | None, Lane] = {}
        self.held = 0
        self.size = 0
        self.waiting: set[Lane] = set()
        self.progress = Progress()
        self.paused = False
        self.gone = False
        self.first: int | None
        self.marked: int | None
        self._begin_anew()

    def take(self, message: Message, offset: int) -> tuple[Lane, int]:
        """Append what the client library handed out: the lane, and how many offsets it passed over, negative when it
        went back.

        Then what is held from there on is dropped: it will come again, and a record handled twice is no loss, while
        one that is taken for a repetition and skipped could be. When it went back behind the commits, the log was cut
        off or made anew, and they have to follow: a committed offset ahead of the log would skip records later.
        """
        jump = self.progress.take(offset)
        if jump < 0:
            for lane in self.lanes.values():
                lane.drop_from(offset)
            if offset < self.stored or (self.first is not None and offset < self.first):
                self._begin_anew()
        if self.first is None:
            self.first = offset
        key = message.key() if self.by_key else None
        lane = self.lanes.get(key) or self.lanes.setdefault(key, Lane(self, key))
        lane.buffer.append(message)
        self.held += 1
        self.size += len(message)
        return lane, jump

    def _begin_anew(self) -> None:
        """As at the assignment: another record has the offset that a mark speaks of, and may not be tried first."""
        self.stored = 0
        self.behind = False
        self.first = None
        self.checked = self.survived = False
        self.crashes = 0
        self.marked = None

    def let_go(self, message: Message) -> None:
        """A record is held no more."""
        self.held -= 1
        self.size -= len(message)

    def release(self, lane: Lane) -> None:
        """Forget a lane that holds nothing; there are as many keys as there are tenants."""
        if not lane.buffer and not lane.busy and self.lanes.get(lane.key) is lane:
            del self.lanes[lane.key]

    def blocked(self, now: float, ahead: int, share: int) -> bool:
        """Would more records of this partition only wait? By key that is so at the latest `ahead` records after an open
        one, or when it holds its `share` of what is held of all partitions.
        """
        if self.by_key:
            # Half way back before it goes on: each resume fetches anew.
            part = 2 if self.paused else 1
            return self.progress.span > ahead // part or self.held > share // part
        # A paused partition stays so until its last record is settled, for the same reason.
        return any(lane.due > now for lane in self.lanes.values()) or (self.paused and self.held > 0)

    def condemns(self, message: Message, limit: int) -> bool:
        """Did `limit` processes in a row die with this record?"""
        return self.crashes >= limit and message.offset() == self.first

    def wants_mark(self, message: Message) -> bool:
        """Is a crash mark to be written before this record is tried? Before each try of the first one: it may kill
        at the second. The mark of a try that is over does not count, as it is about to be cleared. None is written
        once an offset behind it is committed: it would take that back.
        """
        first = self.first
        unmarked = self.marked is None or self.survived
        return unmarked and first is not None and message.offset() == first and self.stored <= first

    def tried(self, message: Message) -> None:
        """A try with this record is over, and the process lives."""
        if self.marked is not None and message.offset() == self.marked:
            self.survived = True

    @property
    def busy(self) -> bool:
        """Is a record of it with a handler's thread?"""
        return any(lane.busy for lane in self.lanes.values())

    def clear(self) -> None:
        """Let go of every message, for good."""
        self.gone = True
        for lane in self.lanes.values():
            lane.clear()
