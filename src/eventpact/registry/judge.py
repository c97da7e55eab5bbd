"""May this schema follow those? The walk through a subject's history, as Redpanda does it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from eventpact.ids import Version
from eventpact.registry.outline import Outline, Shape, outline
from eventpact.registry.port import Compatibility
from eventpact.schema import Level, Schema, VersionIncompatibility, check_history, resolve
from eventpact.schema.dialect import DialectName

__all__ = ["Candidate", "Judge"]

MOST_VERDICTS: Final = 200_000
"""Verdicts on pairs of field types that are remembered; then all are forgotten."""

DEEPEST: Final = 16
"""Records inside each other that are compared by outlines; what is deeper is checked in full."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A schema, ready to be compared with many others."""

    schema: Schema
    outline: Outline | None


class Judge:
    """Gives verdicts, and remembers what it found out about pairs of field types. Not thread-safe.

    Most versions of a subject differ from a new one by a few fields whose types have met before: these take
    microseconds. What does not fit is checked again in full, so that all its reasons are told.
    """

    def __init__(self, checker: DialectName = "redpanda") -> None:
        self._checker: Final[DialectName] = checker
        self._numbers: dict[Shape, int] = {}
        self._verdicts: dict[tuple[int, int], bool] = {}
        self._inner: dict[int, Outline | None] = {}

    def candidate(self, schema: Schema) -> Candidate:
        """The schema, made ready."""
        # Java Avro looks at aliases and simple names, which no outline holds.
        return Candidate(schema, outline(schema, self._numbers) if self._checker == "redpanda" else None)

    def judge(
        self,
        candidate: Candidate,
        newest_first: Iterable[tuple[Version, Candidate]],
        level: Level,
        oldest: Version,
    ) -> Compatibility:
        """The verdict on ``candidate`` after the versions that are not deleted.

        The walk goes from the newest version down to ``oldest``, or through all of them at a transitive level, and
        stops at the first version that does not fit.
        """
        if level is Level.NONE:
            return Compatibility(True)
        for version, old in newest_first:
            if version < oldest and not level.transitive:
                break
            if self._fits(candidate, old, level):
                continue
            found = check_history(candidate.schema, [old.schema], level, dialect=self._checker)
            if found:
                return Compatibility(False, _messages(found, version, old.schema, level))
        return Compatibility(True)

    def _fits(self, candidate: Candidate, old: Candidate, level: Level) -> bool:
        """Do the outlines fit in the level's directions? ``False`` too where only a full check can tell."""
        if candidate.outline is None or old.outline is None:
            return False
        pairs = {"backward": (candidate.outline, old.outline), "forward": (old.outline, candidate.outline)}
        nested = _nested(candidate.outline, old.outline)
        return all(self._reads(*pairs[direction], nested=nested) for direction in level.directions)

    def _reads(self, ours: Outline, theirs: Outline, depth: int = 0, *, nested: bool) -> bool:
        if ours.name != theirs.name or not ours.needed <= theirs.shapes.keys():
            return False
        if nested:
            return True
        for name, number in ours.fields - theirs.fields:
            other = theirs.shapes.get(name)
            if other is None:
                continue
            fits = self._verdicts.get((number, other))
            if fits is None:
                fits = self._compare(name, (ours, number), (theirs, other), depth)
            if not fits:
                return False
        return True

    def _compare(self, name: str, reader: tuple[Outline, int], writer: tuple[Outline, int], depth: int) -> bool:
        """The verdict on the types of two fields: of records by their outlines where these suffice."""
        if len(self._verdicts) >= MOST_VERDICTS:
            self._verdicts.clear()
            self._inner.clear()
        ours, theirs = (self._outline(name, *reader), self._outline(name, *writer)) if depth < DEEPEST else (None, None)
        fits = (
            ours is not None
            and theirs is not None
            and self._reads(ours, theirs, depth + 1, nested=_nested(ours, theirs))
        )
        fits = fits or resolve(_field(reader[0], name), _field(writer[0], name), self._checker).compatible
        self._verdicts[reader[1], writer[1]] = fits
        return fits

    def _outline(self, name: str, outer: Outline, number: int) -> Outline | None:
        """Of the field's type. Making a schema of it costs more than looking its number up."""
        if number not in self._inner:
            self._inner[number] = outline(_field(outer, name), self._numbers)
        return self._inner[number]


def _nested(one: Outline, other: Outline) -> bool:
    """Is what both have the same in both?"""
    return one.fields >= other.fields or one.fields <= other.fields


def _field(outline: Outline, name: str) -> Schema:
    """A field's type as a schema of its own."""
    return replace(outline.schema, root=outline.types[name])


def _messages(
    found: Sequence[VersionIncompatibility], version: Version, schema: Schema, level: Level
) -> tuple[str, ...]:
    """One text per finding, then the old version, the old schema and the level."""
    findings = [
        f"{{errorType:'{one.kind}', description:'{one.message} at path {one.location!r}', additionalInfo:'{one.hint}'}}"
        for one in (incompatibility.incompatibility for incompatibility in found)
    ]
    return (
        *findings,
        f"{{oldSchemaVersion: {version}}}",
        f"{{oldSchema: '{schema.stored_text}'}}",
        f"{{compatibility: '{level}'}}",
    )
