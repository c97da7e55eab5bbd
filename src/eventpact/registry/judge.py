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
        pairs = {"backward": (candidate, old), "forward": (old, candidate)}
        return all(self._reads(*pairs[direction]) for direction in level.directions)

    def _reads(self, reader: Candidate, writer: Candidate) -> bool:
        """Does the reader's outline fit the writer's? ``False`` too where only a full check can tell."""
        ours, theirs = reader.outline, writer.outline
        if ours is None or theirs is None or ours.name != theirs.name:
            return False
        if not ours.needed <= theirs.shapes.keys():
            return False
        if ours.fields >= theirs.fields or ours.fields <= theirs.fields:
            # What both have is the same in both.
            return True
        for name, number in ours.fields - theirs.fields:
            other = theirs.shapes.get(name)
            if other is None:
                continue
            fits = self._verdicts.get((number, other))
            if fits is None:
                fits = self._compare(reader.schema, ours, writer.schema, theirs, name)
            if not fits:
                return False
        return True

    def _compare(self, reader: Schema, ours: Outline, writer: Schema, theirs: Outline, name: str) -> bool:
        if len(self._verdicts) >= MOST_VERDICTS:
            self._verdicts.clear()
        one, other = replace(reader, root=ours.types[name]), replace(writer, root=theirs.types[name])
        fits = resolve(one, other, self._checker).compatible
        self._verdicts[ours.shapes[name], theirs.shapes[name]] = fits
        return fits


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
