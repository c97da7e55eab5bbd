"""May this schema follow those? The walk through a subject's history, as Redpanda does it."""

from __future__ import annotations

from collections.abc import Sequence

from eventpact.ids import Version
from eventpact.registry.port import Compatibility
from eventpact.schema import Level, Schema, VersionIncompatibility, check_history

__all__ = ["judge"]


def judge(
    candidate: Schema,
    newest_first: Sequence[tuple[Version, Schema]],
    level: Level,
    oldest: Version,
) -> Compatibility:
    """The verdict on ``candidate`` after the versions that are not deleted.

    The walk goes from the newest version down to ``oldest``, or through all of them at a transitive level, and stops
    at the first version that does not fit.
    """
    for version, schema in newest_first:
        if version < oldest and not level.transitive:
            break
        found = check_history(candidate, [schema], level, dialect="redpanda")
        if found:
            return Compatibility(False, _messages(found, version, schema, level))
    return Compatibility(True)


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
