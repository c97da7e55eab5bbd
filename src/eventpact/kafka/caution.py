"""Caution after a crash: one of the records at hand may have killed the process before."""

from __future__ import annotations

from eventpact.kafka.lane import Lane
from eventpact.kafka.membership import Membership
from eventpact.kafka.policy import Policy
from eventpact.kafka.schedule import Schedule
from eventpact.kafka.settles import Settles

__all__ = ["Caution"]


class Caution:
    """Looks at the crash marks, and writes them. When one is found, every record that may have been in hand with the
    marked one, in any partition, is tried alone, in the order of offsets, and committed before the next: the one to
    blame ends up with the mark, and no other.

    Without `marks` it writes none and heeds none; what was deleted unread is counted all the same.
    """

    def __init__(self, settler: Settles, schedule: Schedule, policy: Policy, *, marks: bool) -> None:
        self._ends: dict[int, int] = {}
        """By partition: the offset that it has to reach."""
        self._marks = marks
        self._settler = settler
        self._schedule = schedule
        self._policy = policy

    def begin_pass(self, membership: Membership) -> None:
        """Go on with it until all of these partitions that are still here are past what was in hand."""
        if self._ends:
            here = membership.holdings
            self._ends = {
                number: end
                for number, end in self._ends.items()
                if number in here and (here[number].progress.committable or 0) < end
            }
        self._settler.careful = self._schedule.in_order = bool(self._ends)

    def admits(self, membership: Membership, lane: Lane) -> bool:
        """May the lane be settled now? If so, and it holds the first record of its partition, that one is marked."""
        holding = lane.holding
        if not holding.checked:
            membership.look(holding)
            if not self._marks:
                holding.crashes = 0
            if holding.crashes:
                self._ends |= membership.marks.suspects(list(membership.holdings.values()), self._policy.ahead)
                self.begin_pass(membership)
        if self._settler.careful and self._settler.in_flight:
            return False
        if self._marks and holding.wants_mark(lane.buffer[0]):
            membership.marks.write(holding)
        return True
