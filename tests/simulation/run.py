"""One seed, from the first record to a quiet end."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from random import Random
from typing import Final

from eventpact.errors import WorkerStopped
from tests.simulation.broker import Broker
from tests.simulation.client import Change
from tests.simulation.death import Death
from tests.simulation.plan import Plan
from tests.simulation.process import Process, simulated

__all__ = ["Outcome", "play"]

LAST: Final = 40
"""Lines of the trace that a failure shows."""
QUIET_STEPS: Final = 3000
"""Passes after which a worker that nothing disturbs has to be idle."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """Of one seed: which promises were broken, and all that happened."""

    seed: int
    plan: Plan
    problems: tuple[str, ...]
    trace: tuple[str, ...]

    def told(self, last: int = LAST) -> str:
        """For people: the seed, the problems, and what happened up to the first of them; 0 shows everything."""
        found = next((at for at, line in enumerate(self.trace) if "BROKEN" in line), len(self.trace) - 1)
        shown = self.trace[max(0, found + 1 - last) : found + 1] if last else self.trace
        head = f"seed {self.seed}, {self.plan.kind}: {len(self.problems)} broken promises, {len(self.trace)} events"
        return "\n".join([head, *self.problems[:5], *shown, f"repeat it: python -m tests.simulation {self.seed}"])


class Run:
    """Processes, one after the other, of one worker."""

    def __init__(self, broker: Broker) -> None:
        self.process = Process(broker)
        self._broker = broker

    def weather(self) -> None:
        """What happens around the worker before its next pass."""
        broker, dice, plan = self._broker, self._broker.dice, self._broker.plan
        if dice.random() < 0.3:
            broker.produce(dice.randrange(plan.partitions), dice.randrange(4))
        if dice.random() < 0.05 and not self.process.consumer.changes:
            moved = [number for number in range(plan.partitions) if dice.random() < 0.6]
            away: Change = "lost" if dice.random() < 0.3 else "revoke"
            self.process.consumer.changes += [(away, moved), ("assign", moved)]
        if plan.cuts and dice.random() < 0.02:
            broker.cut_off(dice.randrange(plan.partitions))

    def attempt(self, act: Callable[[], None]) -> None:
        """Where the process ends, another one takes its place."""
        try:
            try:
                act()
                return
            except WorkerStopped as stopped:
                self._broker.tell(f"the worker stops: {stopped}")
                self.process.leave()
        except Death as death:
            self._broker.tell(f"the process ends {death}")
        self.process = Process(self._broker)

    def disturbed(self) -> None:
        """A pass, and at times the end of the process after it."""
        self.process.step()
        if self._broker.dice.random() < 0.01:
            raise Death("between two passes")

    def stopped(self) -> None:
        """An orderly end."""
        self._broker.tell("asked to stop")
        self.process.stop()
        raise Death("after its last commit")


def play(seed: int) -> Outcome:
    """The same for the same seed, whatever ran before."""
    dice = Random(seed)
    broker = Broker(plan := Plan.drawn(seed, dice), dice)
    with simulated(broker), silence():
        try:
            act(broker)
        except Exception as error:
            frames = traceback.extract_tb(error.__traceback__)[-4:]
            at = " < ".join(f"{frame.name}:{frame.lineno}" for frame in reversed(frames))
            broker.broken(f"raised {type(error).__name__}: {error} at {at}")
    return Outcome(seed, plan, tuple(broker.problems), tuple(broker.trace))


def act(broker: Broker) -> None:
    """Bad weather for a while; then a quiet time, in which everything gets finished."""
    for partition in range(broker.plan.partitions):
        broker.produce(partition, broker.dice.randrange(30))
    run = Run(broker)
    for _ in range(broker.plan.steps):
        run.weather()
        run.attempt(run.stopped if broker.dice.random() < 0.01 else run.disturbed)
    broker.quiet = True
    broker.tell("nothing fails from here on")
    for _ in range(QUIET_STEPS):
        run.attempt(run.process.step)
        if run.process.idle:
            broker.audit()
            return
    broker.broken(f"not idle in the end; {run.process.said()}")


@contextmanager
def silence() -> Iterator[None]:
    """Thousands of warnings that say what the trace says."""
    before = logging.root.manager.disable
    logging.disable(logging.CRITICAL)
    try:
        yield
    finally:
        logging.disable(before)
