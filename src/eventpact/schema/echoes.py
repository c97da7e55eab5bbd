"""Dead ends that only repeat another one.

A record that holds itself through a union (a list, a tree) and that is stuck for some reason is no branch that fits,
so its own union is stuck too. That is true and no help: it goes away with the reason. Such a dead end is an echo when
it would fit if the pairs around it did. (If every dead end were an echo, all pairs would fit: so some reason is left.)
"""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from typing import Final, assert_never

from eventpact.schema.plan import (
    FromUnion,
    IntoUnion,
    Pair,
    Plan,
    ReadArray,
    ReadEnum,
    ReadFixed,
    ReadMap,
    ReadPrimitive,
    ReadRecord,
    Step,
    Stuck,
    Take,
)

__all__ = ["Echoes"]

_BUDGET: Final = 50_000
"""Steps looked at for one comparison. Beyond it every dead end is told."""


class Echoes:
    """Answers for one plan."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._left = _BUDGET

    def echo(self, stuck: Stuck, around: AbstractSet[Pair | None]) -> bool:
        """Would ``stuck`` fit if the pairs ``around`` it did?"""
        if not stuck.tried or self._left <= 0:
            return False
        bad: set[Pair] = set()
        inside = self._inside(stuck, around)
        while True:
            worse = {pair for pair in inside if pair not in bad and self._record_bad(pair, bad)}
            if not worse:
                return self._left > 0 and not self._bad(stuck, bad)
            bad |= worse

    def _inside(self, stuck: Stuck, around: AbstractSet[Pair | None]) -> set[Pair]:
        """The pairs that ``stuck`` leads to without passing those around it."""
        found: set[Pair] = set()
        work: list[Step] = [stuck]
        while work and self._left > 0:
            self._left -= 1
            match work.pop():
                case ReadRecord(pair):
                    if pair not in around and pair not in found:
                        found.add(pair)
                        work += [take.step for take in self._plan.records[pair].wire if isinstance(take, Take)]
                case ReadArray(inner) | ReadMap(inner):
                    work.append(inner)
                case FromUnion(steps):
                    work += steps
                case Stuck() as dead_end:
                    work += dead_end.tried
                case IntoUnion() | ReadPrimitive() | ReadEnum() | ReadFixed():
                    pass
                case other:
                    assert_never(other)
        return found

    def _record_bad(self, pair: Pair, bad: set[Pair]) -> bool:
        record = self._plan.records[pair]
        return bool(record.stuck) or any(self._bad(take.step, bad) for take in record.wire if isinstance(take, Take))

    def _bad(self, step: Step, bad: set[Pair]) -> bool:
        self._left -= 1
        match step:
            case Stuck():
                return all(self._bad(tried, bad) for tried in step.tried)
            case ReadRecord():
                return step.pair in bad
            case ReadArray(inner) | ReadMap(inner):
                return self._bad(inner, bad)
            case FromUnion():
                return any(self._bad(branch, bad) for branch in step.branches)
            case IntoUnion() | ReadPrimitive() | ReadEnum() | ReadFixed():
                return False
            case _:
                assert_never(step)
