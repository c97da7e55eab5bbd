"""One process with one worker: the real loop, settler and membership, and the simulated rest."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any, cast
from unittest.mock import patch

from eventpact.kafka import crash_marks, membership, policy
from eventpact.kafka.caller import Caller
from eventpact.kafka.loop import Loop
from eventpact.kafka.membership import Membership
from eventpact.kafka.settler import Settler
from eventpact.kafka.stats import WorkerStats
from eventpact.kafka.stopping import StopFlag
from eventpact.kafka.trial_reader import TrialReader
from tests.simulation.broker import Broker
from tests.simulation.client import TOPIC, SimulatedConsumer
from tests.simulation.service import SimulatedCrew, SimulatedIntake, SimulatedLetters, SimulatedService

if TYPE_CHECKING:
    from eventpact.kafka.crew import Crew
    from eventpact.kafka.dead_letters import DeadLetterWriter
    from eventpact.kafka.intake import Intake
    from eventpact.kafka.watchdog import Watchdog

__all__ = ["Process", "simulated"]


@contextmanager
def simulated(broker: Broker) -> Iterator[None]:
    """Where the worker takes chance, threads and the client library from elsewhere, it takes the simulated ones."""
    with ExitStack() as stack:
        stack.enter_context(patch.object(policy, "random", broker.dice))
        stack.enter_context(patch.object(membership, "call_bounded", at_once))
        stack.enter_context(patch.object(membership, "Consumer", lambda *_, **__: SimulatedConsumer(broker)))
        stack.enter_context(patch.object(crash_marks, "this_process", lambda: f"{broker.processes:x}"))
        yield


def at_once(call: Callable[[], object], limit: float, name: str) -> bool:
    """In the thread of whoever asks, instead of one of its own."""
    del limit, name
    call()
    return True


class Process:
    """A worker in its group. Only within `simulated`."""

    def __init__(self, broker: Broker) -> None:
        broker.processes += 1
        broker.tell(f"process {broker.processes:x} begins")
        self._broker = broker
        plan, stats = broker.plan, WorkerStats()
        service, letters = SimulatedService(broker), SimulatedLetters(broker)
        caller = Caller(service.handler, cast("Watchdog", service), None)
        crew = SimulatedCrew(broker, caller.call) if plan.concurrent else None
        settler = Settler(
            reader=TrialReader(cast("Intake[int]", SimulatedIntake(broker)), caller, plan.policy),
            caller=caller,
            crew=cast("Crew[int] | None", crew),
            letters=cast("DeadLetterWriter", letters),
            key_of=lambda number: f"key {number % plan.keys}",
            policy=plan.policy,
            clock=broker,
            stats=stats,
        )
        self._flag = StopFlag()
        self._letters = letters
        self._loop = Loop(settler, letters, plan.policy, broker, stats, self._flag)
        self._membership = Membership(
            {},
            TOPIC,
            plan.policy,
            broker,
            stats,
            before_handover=self._loop.handover,
            arrived=self._loop.arrived,
            by_key=plan.concurrent,
        )
        self._membership.join()
        self.consumer = cast("SimulatedConsumer", cast("Any", self._membership)._consumer)
        self.consumer.changes.append(("assign", list(range(plan.partitions))))

    @property
    def idle(self) -> bool:
        """Does the worker say that everything is settled and committed, and is that so?"""
        return self._loop.idle and self.consumer.at_the_end

    def step(self) -> None:
        """One pass, and a look at the books that the worker keeps of what it holds."""
        self._loop.step(self._membership)
        for holding in self._membership.holdings.values():
            held = [message for lane in holding.lanes.values() for message in lane.buffer]
            for lane in holding.lanes.values():
                offsets = [message.offset() or 0 for message in lane.buffer]
                if offsets != sorted(set(offsets)):
                    self._broker.broken(f"partition {holding.partition} holds {offsets} in this order")
            if (holding.held, holding.size) != (len(held), sum(map(len, held))):
                self._broker.broken(f"partition {holding.partition} counts {holding.held} records, holds {len(held)}")

    def stop(self) -> None:
        """As a signal asks for it."""
        self._flag.set()
        self._loop.run(self._membership)
        self.leave()

    def leave(self) -> None:
        """After a stop or an error."""
        self._membership.close(1.0)
        self._letters.abandon()

    def said(self) -> str:
        """What it holds, for whoever asks why it is not idle."""
        return ", ".join(
            f"{holding.partition}: {holding.held} held, {holding.progress.span} open, "
            f"{holding.stored} of {holding.progress.committable} committed"
            for holding in self._membership.holdings.values()
        )
