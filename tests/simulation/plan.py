"""What one seed stands for: the worker's settings, and what may go wrong around it."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import Final, Self

from eventpact.kafka.policy import Policy

__all__ = ["KINDS", "Plan", "seeds_of"]

KINDS: Final = ("one by one", "batches", "concurrency", "concurrent batches", "cut log")
"""A seed's kind is its remainder, so that a seed alone repeats a run."""
NEVER: Final = 1e9
"""Patience that no run uses up: what is tested is that work goes on, not when it is given up."""


@dataclass(frozen=True, slots=True)
class Plan:
    """Drawn once, before anything happens.

    Attributes:
        partitions: of the topic.
        keys: how many keys its records have.
        batch: events that the handler takes at a time, 0 for a plain handler.
        concurrent: a crew calls the handler.
        torn: rebalances come between two records of one `consume`, too.
        rewinds: a fetch goes back now and then, not behind what is committed.
        cuts: the end of the log is cut off now and then, as an unclean election does.
        deadly: some records kill whatever process handles them.
        steps: passes of the loop in bad weather; a quiet time follows in which everything has to be finished.
    """

    kind: str
    partitions: int
    keys: int
    batch: int
    concurrent: bool
    torn: bool
    rewinds: bool
    cuts: bool
    deadly: bool
    steps: int
    policy: Policy

    @classmethod
    def drawn(cls, seed: int, dice: Random) -> Self:
        kind = KINDS[seed % len(KINDS)]
        cuts = kind == "cut log"
        return cls(
            kind=kind,
            partitions=dice.choice((1, 2, 4)),
            keys=5,
            batch=dice.choice((0, 5)) if cuts else 5 * ("batches" in kind),
            concurrent=dice.random() < 0.5 if cuts else "concurren" in kind,
            torn=dice.random() < 0.5,
            rewinds=dice.random() < 0.5,
            cuts=cuts,
            deadly=dice.random() < 0.25,
            steps=dice.choice((100, 400)),
            policy=Policy(
                attempts=2,
                backoff=0.01,
                backoff_max=0.05,
                wait=0.01,
                wait_max=0.1,
                batch=dice.choice((1, 5, 20)),
                batch_bytes=dice.choice((10, 1_000_000)),
                ahead=dice.choice((5, 30)),
                pass_budget=dice.choice((0.0005, 1.0)),
                drain=dice.choice((0.05, 5.0)),
                commit_interval=dice.choice((0.001, 0.5)),
                commit_patience=NEVER,
                dead_letter_window=1_000_000,
                dead_letter_minimum=1_000_000,
            ),
        )


def seeds_of(kind: str, count: int) -> range:
    """The first `count` seeds of one kind."""
    return range(KINDS.index(kind), count * len(KINDS), len(KINDS))
