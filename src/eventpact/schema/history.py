"""Compatibility levels: who reads whom, over how many versions."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

from eventpact.schema.check import check
from eventpact.schema.dialect import DialectName
from eventpact.schema.findings import Direction, VersionIncompatibility
from eventpact.schema.schema import Schema

__all__ = ["Level", "check_history"]


class Level(StrEnum):
    """A registry's compatibility level."""

    NONE = "NONE"
    BACKWARD = "BACKWARD"
    BACKWARD_TRANSITIVE = "BACKWARD_TRANSITIVE"
    FORWARD = "FORWARD"
    FORWARD_TRANSITIVE = "FORWARD_TRANSITIVE"
    FULL = "FULL"
    FULL_TRANSITIVE = "FULL_TRANSITIVE"

    @property
    def transitive(self) -> bool:
        """All versions count, not only the last."""
        return self.endswith("_TRANSITIVE")

    @property
    def directions(self) -> tuple[Direction, ...]:
        """Who reads whom."""
        return _DIRECTIONS[self.removesuffix("_TRANSITIVE")]


_DIRECTIONS: dict[str, tuple[Direction, ...]] = {
    "NONE": (),
    "BACKWARD": ("backward",),
    "FORWARD": ("forward",),
    "FULL": ("backward", "forward"),
}


def check_history(
    candidate: Schema, history: Sequence[Schema], level: Level, *, dialect: DialectName = "confluent"
) -> list[VersionIncompatibility]:
    """Why ``candidate`` may not become the next version; ``[]`` when it may.

    ``history`` is oldest first. Registries stop at the newest version that does not fit; this lists them all, the
    oldest first.
    """
    found: list[VersionIncompatibility] = []
    for version, old in enumerate(history, 1):
        if version < len(history) and not level.transitive:
            continue
        for direction in level.directions:
            reader, writer = (candidate, old) if direction == "backward" else (old, candidate)
            found += [
                VersionIncompatibility(version, direction, incompatibility)
                for incompatibility in check(reader, writer, dialect=dialect)
            ]
    return found
