"""What changed from version to version, as the gate sees it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import unified_diff
from itertools import pairwise
from typing import Literal, TypeAlias

from eventpact.errors import SchemaError
from eventpact.schema import Schema
from eventpact_compat.facts import Facts, Guarded
from eventpact_compat.finding import Finding, UpgradeOrder
from eventpact_compat.gate import released_past
from eventpact_compat.history import Released
from eventpact_compat.topics import compare_facts
from eventpact_compat.upgrade import together
from eventpact_compat.versions import compare_two, in_order

__all__ = ["Line", "Version", "versions_of"]

Side: TypeAlias = Literal["added", "removed", "same", "gap"]


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the difference between two schema texts."""

    side: Side
    text: str


@dataclass(frozen=True, slots=True)
class Version:
    """A version of a contract. ``number`` is ``None`` for what is not released yet.

    ``changes``, ``order`` and ``lines`` say what differs from the version before; the first one has no such thing.
    """

    number: int | None
    fingerprint: str
    text: str
    changes: tuple[Finding, ...] = ()
    order: UpgradeOrder | None = None
    lines: tuple[Line, ...] = ()

    @property
    def label(self) -> str:
        return "Working schema" if self.number is None else f"Version {self.number}"

    @property
    def anchor(self) -> str:
        return "version:working" if self.number is None else f"version:{self.number}"


def versions_of(subject: Guarded, released: Sequence[Released]) -> tuple[Version, ...]:
    """The versions, newest first; the working schema is one of them where it differs from the last released one.

    Raises:
        SchemaError: a released text does not parse.
    """
    past, broken = released_past(released, subject.name)
    if broken:
        raise SchemaError(f"{broken[0].message}; run: eventpact check {subject.contract}", source=broken[0].file)
    points = [
        _Point(release.number, older.schema, release.facts) for release, older in zip(released, past.older, strict=True)
    ]
    if not points or not points[-1].says(subject.schema, subject.facts):
        points.append(_Point(None, subject.schema, subject.facts))
    found = [_first(points[0]), *(_next(old, new, subject) for old, new in pairwise(points))]
    return tuple(reversed(found))


@dataclass(frozen=True, slots=True)
class _Point:
    number: int | None
    schema: Schema
    facts: Facts

    def says(self, schema: Schema, facts: Facts) -> bool:
        mine = self.schema.text, dict(self.schema.references), self.facts
        return mine == (schema.text, dict(schema.references), facts)


def _first(point: _Point) -> Version:
    return Version(point.number, f"{point.schema.fingerprint:016x}", point.schema.text)


def _next(old: _Point, new: _Point, subject: Guarded) -> Version:
    changes = in_order(
        [
            *compare_two(old.schema, new.schema, key=new.facts.key),
            *compare_facts(old.facts, new.facts, at=subject.at, manifest=""),
        ]
    )
    return Version(
        new.number,
        f"{new.schema.fingerprint:016x}",
        new.schema.text,
        tuple(changes),
        together(change.order for change in changes if change.order is not None),
        tuple(_lines(old.schema.text, new.schema.text)),
    )


def _lines(old: str, new: str) -> Iterator[Line]:
    sides: dict[str, Side] = {"+": "added", "-": "removed", " ": "same", "@": "gap"}
    difference = unified_diff(old.splitlines(), new.splitlines(), lineterm="", n=2)
    for number, line in enumerate(difference):
        # The first two lines name the files. A gap's numbers say nothing that the page does not say.
        if number > 1 and not (number == 2 and line.startswith("@@")):
            yield Line(sides[line[0]], "" if line.startswith("@@") else line[1:])
