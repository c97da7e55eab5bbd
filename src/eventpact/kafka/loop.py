"""The loop: take records, settle them, move offsets. One thread, and nothing in it sleeps.

What the loop holds of a partition it keeps through back-offs: the partition is paused, the record stays first in
line, and the client library is polled on, so that the group keeps its member.
"""

from __future__ import annotations

from typing import Final, Generic, TypeVar

from eventpact.errors import WorkerStopped
from eventpact.kafka.clock import Clock
from eventpact.kafka.dead_letters import DeadLetterWriter
from eventpact.kafka.holding import Holding
from eventpact.kafka.membership import Membership
from eventpact.kafka.policy import Policy
from eventpact.kafka.settler import Settler
from eventpact.kafka.stats import WorkerStats
from eventpact.kafka.stopping import StopFlag

__all__ = ["Loop"]

E = TypeVar("E")
HURRIED_BUDGET: Final = 0.5
"""Seconds for the last dead letters after a second signal."""


class Loop(Generic[E]):
    """Runs until the flag says stop. `letters` is `None` when the contract has no dead-letter topic."""

    def __init__(
        self,
        settler: Settler[E],
        letters: DeadLetterWriter | None,
        policy: Policy,
        clock: Clock,
        stats: WorkerStats,
        flag: StopFlag,
    ) -> None:
        self.waiting_since: float | None = None
        """Since when something unavailable is waited for, monotonic; `None` when nothing is."""
        self._settler = settler
        self._letters = letters
        self._policy = policy
        self._clock = clock
        self._stats = stats
        self._flag = flag
        self._turn = 0

    def run(self, membership: Membership) -> None:
        """Settle records until the flag says stop, then commit what is settled.

        Raises:
            WorkerStopped: something that may not be stepped over; nothing is stored or committed from then on.
        """
        while not self._flag.requested:
            self.step(membership)
        self._confirm(membership, HURRIED_BUDGET if self._flag.hurried else self._policy.flush_budget)
        membership.commit_at_the_end(HURRIED_BUDGET if self._flag.hurried else self._policy.close_limit / 2)

    def step(self, membership: Membership) -> None:
        """One pass: take, settle within the budget, confirm dead letters, commit when due."""
        room = self._policy.batch - sum(len(holding.buffer) for holding in membership.holdings.values())
        membership.take(max(1, room), self._patience(membership))
        self._settle(membership)
        self._confirm(membership, self._policy.flush_budget)
        membership.commit_when_due()
        membership.pause_only(self._wanted_pauses(membership))
        self._count(membership)

    def handover(self, membership: Membership) -> None:
        """Before partitions leave: wait a bounded time for dead letters, then give them up: none may come late."""
        if self._letters is None or not any(h.progress.unconfirmed for h in membership.holdings.values()):
            return
        if self._letters.flush(self._policy.flush_budget):
            self._letters.abandon()

    def _patience(self, membership: Membership) -> float:
        """Seconds that the client library may wait for a record: none while there is one to try."""
        now = self._clock.monotonic()
        if not self._settler.gate.lets_through(now):
            return min(self._policy.poll, self._settler.gate.remaining(now))
        dues = [holding.due for holding in membership.holdings.values() if holding.buffer]
        return max(0.0, min(self._policy.poll, min(dues, default=now + self._policy.poll) - now))

    def _settle(self, membership: Membership) -> None:
        """Every partition in turn, another one first in each pass, until nothing can be tried or the budget is used."""
        partitions = sorted(membership.holdings)
        if not partitions:
            return
        self._turn = (self._turn + 1) % len(partitions)
        deadline = self._clock.monotonic() + self._policy.pass_budget
        for partition in partitions[self._turn :] + partitions[: self._turn]:
            if not self._drain(membership.holdings[partition], deadline):
                return

    def _drain(self, holding: Holding, deadline: float) -> bool:
        """Settle records of one partition while they go through; False when it is time for the client library."""
        while holding.buffer:
            now = self._clock.monotonic()
            if self._flag.requested or not self._settler.gate.lets_through(now):
                return False
            if holding.due > now:
                break
            through = self._settler.settle(holding)
            # Looked at afterwards: however small the budget, every pass tries a record.
            if self._clock.monotonic() >= deadline:
                return False
            if not through:
                break
        return True

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
        """Partitions to fetch nothing for: all while the gate is shut, else those whose first record waits."""
        now = self._clock.monotonic()
        shut = not self._settler.gate.lets_through(now)
        return {
            partition
            for partition, holding in membership.holdings.items()
            # Each resume fetches anew, so a paused partition stays so until its last record is settled.
            if shut or holding.due > now or (holding.buffer and holding.paused)
        }

    def _count(self, membership: Membership) -> None:
        holdings = membership.holdings.values()
        self._stats.partitions = len(holdings)
        self._stats.buffered = sum(len(holding.buffer) for holding in holdings)
        self._stats.unconfirmed = sum(holding.progress.unconfirmed for holding in holdings)
        waits = [holding.waiting_since for holding in holdings] + [self._settler.gate.shut_since]
        self.waiting_since = min((since for since in waits if since is not None), default=None)
