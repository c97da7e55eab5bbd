"""When the loop waits for the reports of dead letters, and when it goes on without them."""

from __future__ import annotations

from itertools import count
from typing import Any, cast

from confluent_kafka import Message

from eventpact.kafka.clock import SYSTEM_CLOCK
from eventpact.kafka.gate import Gate
from eventpact.kafka.holding import Holding
from eventpact.kafka.lane import Lane
from eventpact.kafka.loop import Loop
from eventpact.kafka.policy import Policy
from eventpact.kafka.stats import WorkerStats
from eventpact.kafka.stopping import StopFlag
from tests.kafka.test_loop_parts import At


class Flood:
    """A settler that dead-letters all, a writer that gets its reports only when it is waited for, and a membership of
    one partition that hands out as many records as each pass is told to.
    """

    def __init__(self, policy: Policy) -> None:
        self.passes: list[str] = []
        self.gate = Gate()
        self.careful, self.by_key, self.assigned, self.committed = False, False, True, True
        self.in_flight, self.room, self.topic = 0, True, "letters"
        self._holding = Holding(0)
        self._holding.checked = True
        self.holdings = {0: self._holding}
        self._written: list[int] = []
        self._next = count().__next__
        me: Any = self
        self._loop = Loop(me, me, policy, SYSTEM_CLOCK, WorkerStats(), StopFlag())

    def step(self, records: int) -> None:
        self._records = records
        me: Any = self
        self._loop.step(me)

    def take(self, most: int, timeout: float) -> int:
        for _ in range(self._records):
            offset = self._next()
            self._loop.arrived(self._holding.take(cast(Message, At(offset)), offset)[0])
        return self._records

    def settle(self, lane: Lane) -> None:
        self._written.append(lane.buffer[0].offset() or 0)
        self._holding.progress.bury(self._written[-1])
        lane.pop((lane.buffer[0],))

    def flush(self, budget: float) -> int:
        self.passes.append("waits" if budget else "goes on")
        while budget and self._written:
            self._holding.progress.confirm(self._written.pop())
        return len(self._written)

    def mark(self, holding: Holding) -> None: ...

    def commit_when_due(self) -> None: ...

    def pause_only(self, partitions: set[int]) -> None: ...


def test_in_a_flood_of_dead_letters_their_reports_come_later_up_to_a_limit() -> None:
    """More than half a batch says that there is more to come. With too many reports outstanding, or less to do, the
    worker waits for them.
    """
    flood = Flood(Policy(batch=10, ahead=15))
    for records in (10, 10, 10, 10, 5, 0, 6, 0):
        flood.step(records)

    assert flood.passes == ["goes on", "goes on", "waits", "goes on", "waits", "goes on", "waits"]
