"""Caution after a crash: one of the records at hand may have killed the process before."""

from __future__ import annotations

from typing import Final

from eventpact.kafka.clock import Clock
from eventpact.kafka.holding import Holding
from eventpact.kafka.lane import Lane
from eventpact.kafka.membership import Membership
from eventpact.kafka.policy import Policy
from eventpact.kafka.schedule import Schedule
from eventpact.kafka.settles import Settles

__all__ = ["Caution"]

QUIET_SECONDS: Final = 10.0
"""So long nothing comes of a partition that should still have records: it has none that can be read."""


class Caution:
    """Looks at the crash marks, and writes them. When one is found, every record that may have been in hand with the
    marked one, in any partition, is tried alone, in the order of offsets, and committed before the next: the one to
    blame ends up with the mark, and no other.

    Without `marks` it writes none and heeds none; what was deleted unread is counted all the same.
    """

    def __init__(self, settler: Settles, schedule: Schedule, policy: Policy, clock: Clock, *, marks: bool) -> None:
        self._ends: dict[int, int] = {}
        """By partition: the offset that it has to reach."""
        self._quiet_since: float | None = None
        """Since when none of these partitions has a record in hand."""
        self._marks = marks
        self._settler = settler
        self._schedule = schedule
        self._policy = policy
        self._clock = clock

    def begin_pass(self, membership: Membership) -> None:
        """Go on with it until all of these partitions that are still here are past what was in hand, or have no more
        of it: the last offsets of a log may be marks of transactions, or compacted away, and never come.
        """
        if self._ends:
            here = membership.holdings
            self._ends = {
                number: end
                for number, end in self._ends.items()
                if number in here and (here[number].progress.committable or 0) < end
            }
            if self._quiet([here[number] for number in self._ends]):
                self._ends = {}
        self._settler.careful = self._schedule.in_order = bool(self._ends)

    def _quiet(self, holdings: list[Holding]) -> bool:
        """Did nothing come of these partitions for a while, though it could have?"""
        now = self._clock.monotonic()
        if not holdings or any(holding.progress.span or holding.paused for holding in holdings):
            self._quiet_since = None
        elif self._quiet_since is None:
            self._quiet_since = now
        return self._quiet_since is not None and now - self._quiet_since >= QUIET_SECONDS

    def admits(self, membership: Membership, lane: Lane) -> bool:
        """May the lane be settled now? If so, and it holds the first record of its partition, that one is marked."""
        holding = lane.holding
        if not holding.checked:
            membership.look(holding)
            if not self._marks:
                holding.crashes = 0
            if holding.crashes and holding.partition not in self._ends:
                # A batch may be taken as long as no more than `ahead` are open.
                most = self._policy.ahead + self._policy.batch
                self._ends |= membership.marks.suspects(list(membership.holdings.values()), most)
                self.begin_pass(membership)
        if self._settler.careful and self._settler.in_flight:
            return False
        if self._marks and holding.wants_mark(lane.buffer[0]):
            membership.marks.write(holding)
        return True
