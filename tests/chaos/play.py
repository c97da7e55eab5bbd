"""Plays a scenario and judges it: what was lost, repeated, broken, and whether a flaw was caught."""

from __future__ import annotations

from dataclasses import dataclass

from tests.chaos.run import Account
from tests.chaos.scenarios import Scenario
from tests.chaos.stage import Stage

__all__ = ["Outcome", "play"]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one scenario. `problems` is empty when it shows what it is there to show."""

    scenario: Scenario
    account: Account

    @property
    def problems(self) -> list[str]:
        broken = {breach.promise for breach in self.account.breaches}
        missed = [f"not caught: {promise}" for promise in sorted(self.scenario.caught - broken)]
        unexpected = [str(each) for each in self.account.breaches if each.promise not in self.scenario.caught]
        silent = [] if self.account.faults else ["no fault fired"]
        return missed + unexpected + silent


def play(stage: Stage, scenario: Scenario, *, times: int | None = None, seed: int = 0) -> Outcome:
    """Play it with `times` faults, by default its own number, and draw up the ledger."""
    name = scenario.name.replace(": ", "-")
    with stage.run(name, seed=seed, poison_every=scenario.poison_every) as run:
        try:
            scenario.play(stage, run, scenario.times if times is None else times)
        finally:
            stage.restore()
        return Outcome(scenario, run.account())
