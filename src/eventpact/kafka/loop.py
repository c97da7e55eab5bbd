"""The loop: take records, settle them, move offsets. One thread, and nothing in it sleeps.

What the loop holds of a partition it keeps through back-offs: the record stays first in its lane, and the client
library is polled on, so that the group keeps its member. Handlers run in this thread or, with concurrency, in a crew's;
offsets, dead letters and the client library are touched here alone.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from eventpact.errors import WorkerStopped
from eventpact.kafka.caution import Caution
from eventpact.kafka.clock import Clock
from eventpact.kafka.holding import Holding
from eventpact.kafka.lane import Lane
from eventpact.kafka.membership import Membership
from eventpact.kafka.policy import Policy
from eventpact.kafka.schedule import Schedule
from eventpact.kafka.settles import Letters, Settles
from eventpact.kafka.stats import WorkerStats
from eventpact.kafka.stopping import StopFlag

__all__ = ["Loop"]

HURRIED_BUDGET: Final = 0.5
"""Seconds for each of the last handlers, dead letters and commits after a second signal."""
LOOK: Final = 0.02
"""Seconds that the loop waits for a handler at work before it asks the client library for more."""


class Loop:
    """Runs until the flag says stop. `letters` is `None` when the contract has no dead-letter topic."""

    def __init__(
        self,
        settler: Settles,
        letters: Letters | None,
        policy: Policy,
        clock: Clock,
        stats: WorkerStats,
        flag: StopFlag,
    ) -> None:
        self.waiting_since: float | None = None
        """Since when something unavailable is waited for, monotonic; `None` when nothing is."""
        self.idle = False
        """Did the last look bring nothing, and is everything settled and committed?"""
        self._settler = settler
        self._letters = letters
        self._policy = policy
        self._clock = clock
        self._stats = stats
        self._flag = flag
        self._schedule = Schedule()
        # All that can be done about a record that kills is to dead-letter it.
        self._caution = Caution(settler, self._schedule, policy, clock, marks=letters is not None)
        self._last_take = 0.0
        self._full = False
        """Is every record that there is room for at work, or backing off?"""
        self.arrived = self._schedule.queue
        """To be called with the lane of each record that comes in."""

    def run(self, membership: Membership) -> None:
        """Settle records until the flag says stop, then commit what is settled.

        Raises:
            WorkerStopped: something that may not be stepped over; nothing is stored or committed from then on.
        """
        while not self._flag.requested:
            self.step(membership)
        self._finish(membership.holdings.values())
        hurried = self._flag.hurried
        self._confirm(membership, HURRIED_BUDGET if hurried else self._policy.flush_budget)
        membership.commit_at_the_end(HURRIED_BUDGET if hurried else self._policy.close_limit / 2)

    def step(self, membership: Membership) -> None:
        """One pass: take, settle within the budget, confirm dead letters, commit when due."""
        taken = self._take(membership)
        self.idle = self.idle and not taken  # not only at the end of the pass: it may be a long one
        self._collect()
        if self._settler.careful:
            self._secure(membership)
        self._settle(membership)
        if any(holding.marked is not None and holding.survived for holding in membership.holdings.values()):
            self._secure(membership)
        else:
            self._confirm(membership, self._policy.flush_budget)
            membership.commit_when_due()
        membership.pause_only(self._wanted_pauses(membership))
        self._count(membership, taken)

    def _secure(self, membership: Membership) -> None:
        """What is settled is committed now, so that a crash blames none of it."""
        self._confirm(membership, self._policy.flush_budget)
        membership.commit()
        membership.clear_marks()

    def handover(self, membership: Membership, leaving: Collection[Holding]) -> None:
        """Before partitions leave: wait a bounded time for handlers at work and for dead letters, then give these up:
        none may come late.
        """
        self._finish(leaving)
        if self._letters is None or not any(h.progress.unconfirmed for h in membership.holdings.values()):
            return
        if self._letters.flush(self._policy.flush_budget):
            self._letters.abandon()

    def _take(self, membership: Membership) -> int:
        """Let the client library work, and take what there is room for."""
        now, most = self._clock.monotonic(), self._policy.batch_bytes
        holdings = membership.holdings.values()
        size = sum(holding.size for holding in holdings)
        # By key the partitions are held back one by one, as they have enough: the records of a few keys, which wait for
        # each other, must not keep away those of others.
        room = self._policy.batch - (0 if membership.by_key else sum(holding.held for holding in holdings))
        timeout = 0.0 if self._settler.in_flight else self._patience(now)
        if size < most or not membership.by_key:
            # Half empty before it goes on: each resume fetches anew.
            self._full = self._full and size > most // 2
            self._last_take = now
            return membership.take(max(1, room if size < most else 1), timeout)
        if self._settler.in_flight and now - self._last_take < self._policy.poll:
            return 0  # a handler will soon make room
        self._full = True
        membership.pause_only(set(membership.holdings))
        self._last_take = now
        return membership.take(1, timeout)

    def _patience(self, now: float) -> float:
        """Seconds that the client library may wait for a record: none while there is one to try."""
        gate = self._settler.gate
        if not gate.lets_through(now):
            return min(self._policy.poll, gate.remaining(now))
        waits = self._schedule.waits(now)
        return self._policy.poll if waits is None else max(0.0, min(self._policy.poll, waits))

    def _collect(self) -> None:
        """Take over what handlers have finished; wait for one when there is nothing better to do."""
        settler = self._settler
        if settler.in_flight:
            now = self._clock.monotonic()
            startable = settler.room and settler.gate.lets_through(now) and self._schedule.waits(now) == 0.0
            for lane in settler.collect(0.0 if startable else LOOK):
                self._requeue(lane)

    def _requeue(self, lane: Lane) -> None:
        self._schedule.queue(lane)
        lane.holding.release(lane)

    def _settle(self, membership: Membership) -> None:
        """Every lane in its turn, until nothing can be tried or the budget is used."""
        settler, schedule, monotonic = self._settler, self._schedule, self._clock.monotonic
        deadline = monotonic() + self._policy.pass_budget
        self._caution.begin_pass(membership)
        while not self._flag.requested and settler.room:
            now = monotonic()
            if not settler.gate.lets_through(now):
                return
            lane = schedule.next(now)
            if lane is None:
                return
            if not self._caution.admits(membership, lane):
                schedule.queue(lane)
                return
            settler.settle(lane)
            if not lane.busy:
                self._requeue(lane)
            # Looked at afterwards: however small the budget, every pass tries a record.
            if settler.careful or monotonic() >= deadline:
                return

    def _finish(self, holdings: Collection[Holding]) -> None:
        """Wait for the handlers that work on these partitions. What they finish later comes again."""
        began = self._clock.monotonic()
        while any(holding.busy for holding in holdings):
            budget = HURRIED_BUDGET if self._flag.hurried else self._policy.drain
            left = budget - (self._clock.monotonic() - began)
            if left <= 0:
                return
            for lane in self._settler.collect(min(LOOK, left)):
                self._requeue(lane)

    def _confirm(self, membership: Membership, budget: float) -> None:
        """Wait for the delivery reports of this pass's dead letters, once for all of them."""
        if self._letters is None:
            return
        if any(holding.progress.unconfirmed for holding in membership.holdings.values()):
            self._letters.flush(budget)
        for holding in membership.holdings.values():
            if holding.progress.failed is not None:
                raise WorkerStopped(
                    f"a dead letter of partition {holding.partition} was not stored in {self._letters.topic} "
                    f"({holding.progress.failed}); nothing was committed past it",
                    code=holding.progress.failed,
                )

    def _wanted_pauses(self, membership: Membership) -> set[int]:
        """Partitions to fetch nothing for: those whose records would only wait, or all without a gate or room."""
        now = self._clock.monotonic()
        shut = self._full or not self._settler.gate.lets_through(now)
        ahead, holdings = self._policy.ahead, membership.holdings
        share = max(self._policy.batch, ahead // max(1, len(holdings)))
        return {number for number, holding in holdings.items() if shut or holding.blocked(now, ahead, share)}

    def _count(self, membership: Membership, taken: int) -> None:
        holdings = membership.holdings.values()
        self._stats.partitions = len(holdings)
        self._stats.buffered = sum(holding.held for holding in holdings)
        self._stats.unconfirmed = sum(holding.progress.unconfirmed for holding in holdings)
        self._stats.in_flight = self._settler.in_flight
        if not self._stats.buffered and not self._settler.in_flight:
            self._settler.gate.open()  # whoever has the record now probes
        refused_since = membership.starts.refused_since
        waits = [self._settler.gate.shut_since, refused_since]
        waits += [lane.waiting_since for holding in holdings for lane in holding.waiting]
        self.waiting_since = min((since for since in waits if since is not None), default=None)
        unsettled = self._stats.buffered or self._stats.unconfirmed or refused_since is not None
        self.idle = not taken and not unsettled and membership.assigned and membership.committed
