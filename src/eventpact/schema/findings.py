"""What `check` and `check_history` find."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

__all__ = ["Direction", "Incompatibility", "Kind", "VersionIncompatibility"]

Kind: TypeAlias = Literal[
    "TYPE_MISMATCH",
    "NAME_MISMATCH",
    "FIXED_SIZE_MISMATCH",
    "MISSING_ENUM_SYMBOLS",
    "READER_FIELD_MISSING_DEFAULT_VALUE",
    "MISSING_UNION_BRANCH",
    "AMBIGUOUS_ALIAS",
]
"""Java Avro's kinds, and one for what it only raises about."""

Direction: TypeAlias = Literal["backward", "forward"]
"""``backward``: the candidate reads the old version. ``forward``: the old version reads the candidate."""


@dataclass(frozen=True, slots=True)
class Incompatibility:
    """A reason why the reader cannot read everything that the writer may write.

    ``location`` leads through the reader's schema as in Java Avro: ``/fields/<n>/type``, ``/items``, ``/values``; a
    number behind these or in front is the index of a branch of the writer's union. ``/`` is the root.
    """

    kind: str
    location: str
    message: str
    hint: str = ""

    def __str__(self) -> str:
        return f"{self.kind} at {self.location}: {self.message}" + (f"; {self.hint}" if self.hint else "")


@dataclass(frozen=True, slots=True)
class VersionIncompatibility:
    """A reason why a candidate does not fit the version number ``version`` (from 1) of its history."""

    version: int
    direction: Direction
    incompatibility: Incompatibility

    def __str__(self) -> str:
        return f"version {self.version}, {self.direction}: {self.incompatibility}"
