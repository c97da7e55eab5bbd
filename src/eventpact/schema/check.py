"""The checker: the dead ends of a plan, with their places."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, TypeAlias

from eventpact.schema.dialect import DialectName
from eventpact.schema.echoes import Echoes
from eventpact.schema.findings import Incompatibility
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
from eventpact.schema.pointer import Pointer, render
from eventpact.schema.resolve import resolve
from eventpact.schema.schema import Schema

__all__ = ["MAX_FINDINGS", "check", "findings"]

MAX_FINDINGS: Final = 1_000
"""Types that are used twice multiply the places of a finding; the list ends here."""

_Stop: TypeAlias = "Stuck | Pair"


def check(reader: Schema, writer: Schema, *, dialect: DialectName = "confluent") -> list[Incompatibility]:
    """Why ``reader`` cannot read everything that ``writer`` may write; ``[]`` when it can.

    All findings, each at every distinct place (`MAX_FINDINGS` at most), in the order of the reader's schema.
    """
    return findings(resolve(reader, writer, dialect))


def findings(plan: Plan) -> list[Incompatibility]:
    """The dead ends of a plan."""
    return [] if plan.compatible else _Walk(plan).findings()


class _Walk:
    """Goes through the bad pairs of records only, and never back to where it came from.

    Edges that close a circle are left out, echoes of the dead ends of an enclosing pair too (see `echoes`), then the
    pairs that lead to no dead end any more: every path that is left ends in a finding, so the work is bounded by the
    findings.
    """

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._echoes = Echoes(plan)
        self._stops: dict[Pair | None, list[tuple[Pointer, _Stop]]] = {}

    def findings(self) -> list[Incompatibility]:
        self._prune()
        found: dict[Incompatibility, None] = {}
        work: list[tuple[Pointer, _Stop]] = list(reversed(self._stops[None]))
        while work and len(found) < MAX_FINDINGS:
            at, stop = work.pop()
            if isinstance(stop, Stuck):
                for stuck in (stop, *stop.also):
                    location = render(at) + stuck.at
                    found[Incompatibility(stuck.kind, location or "/", stuck.message, stuck.hint)] = None
            else:
                work.extend((_join(at, below), inner) for below, inner in reversed(self._stops[stop]))
        return list(found)[:MAX_FINDINGS]

    def _prune(self) -> None:
        """Depth first: drop edges to pairs on the path, and to pairs without a dead end below."""
        path: list[tuple[Pair | None, Iterator[tuple[Pointer, _Stop]]]] = [(None, self._edges(None))]
        on_path: set[Pair | None] = {None}
        self._stops[None] = []
        while path:
            here, edges = path[-1]
            for at, stop in edges:
                if isinstance(stop, Stuck):
                    if not self._echoes.echo(stop, on_path):
                        self._stops[here].append((at, stop))
                elif stop in on_path:
                    continue
                elif stop in self._stops:
                    if self._stops[stop]:
                        self._stops[here].append((at, stop))
                else:
                    self._stops[stop] = []
                    on_path.add(stop)
                    # The edge is kept for now; it is dropped below if nothing comes of it.
                    self._stops[here].append((at, stop))
                    path.append((stop, self._edges(stop)))
                    break
            else:
                path.pop()
                on_path.discard(here)
                if path and not self._stops[here]:
                    self._stops[path[-1][0]].pop()

    def _edges(self, pair: Pair | None) -> Iterator[tuple[Pointer, _Stop]]:
        """The dead ends and the pairs of records that a pair's steps lead to."""
        if pair is None:
            yield from self._inside(self._plan.root, None)
            return
        record = self._plan.records[pair]
        stuck = dict(record.stuck)
        if -1 in stuck:
            yield None, stuck.pop(-1)
        takes = {take.index: take for take in record.wire if isinstance(take, Take)}
        for number in sorted({*takes, *stuck}):
            at: Pointer = ((None, "fields"), number)
            if number in stuck:
                yield at, stuck[number]
            if number in takes:
                yield from self._inside(takes[number].step, (at, "type"))

    def _inside(self, step: Step, at: Pointer) -> Iterator[tuple[Pointer, _Stop]]:
        match step:
            case Stuck():
                yield at, step
            case ReadRecord():
                yield at, step.pair
            case ReadArray():
                yield from self._inside(step.items, (at, "items"))
            case ReadMap():
                yield from self._inside(step.values, (at, "values"))
            case FromUnion():
                for index, branch in enumerate(step.branches):
                    yield from self._inside(branch, (at, index))
            case IntoUnion():
                # Its branch was chosen because it fits: there is no dead end below.
                return
            case ReadPrimitive() | ReadEnum() | ReadFixed():
                return


def _join(upper: Pointer, lower: Pointer) -> Pointer:
    if lower is None:
        return upper
    above, part = lower
    return _join(upper, above), part
