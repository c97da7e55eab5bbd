"""How a reader's schema reads a writer's bytes, as a value: the steps that decoder and checker share.

`eventpact.schema.resolve` makes a `Plan`; the decoder carries its steps out, the checker looks for the steps that
cannot be carried out (`Stuck`). So they cannot disagree. Steps are in the order of the *writer's* bytes.
Pairs of records are stored once, in ``Plan.records``; a use is a step that names its pair.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

from eventpact.schema.tree import EnumType, Field, Fixed, Primitive, Record, Type

__all__ = [
    "Fill",
    "FromUnion",
    "IntoUnion",
    "Pair",
    "Plan",
    "ReadArray",
    "ReadEnum",
    "ReadFixed",
    "ReadMap",
    "ReadPrimitive",
    "ReadRecord",
    "RecordPlan",
    "Skip",
    "Step",
    "Stuck",
    "Take",
]

Pair: TypeAlias = tuple[str, str]
"""(reader's full name, writer's full name)."""


@dataclass(frozen=True, slots=True)
class ReadPrimitive:
    """Read ``writer`` from the wire, give the reader's type. They differ only by a promotion or a logical type.

    The logical type that counts is the reader's.
    """

    reader: Primitive
    writer: Primitive


@dataclass(frozen=True, slots=True)
class ReadFixed:
    reader: Fixed
    writer: Fixed


@dataclass(frozen=True, slots=True)
class ReadEnum:
    """``symbols[i]`` is the reader's symbol for the writer's index ``i``."""

    reader: EnumType
    writer: EnumType
    symbols: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ReadArray:
    items: Step


@dataclass(frozen=True, slots=True)
class ReadMap:
    values: Step


@dataclass(frozen=True, slots=True)
class ReadRecord:
    """Read the record pair ``pair``: its steps are in ``Plan.records``."""

    pair: Pair


@dataclass(frozen=True, slots=True)
class FromUnion:
    """The writer wrote a union: read the branch index, then carry out that branch's step."""

    branches: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class IntoUnion:
    """The reader has a union: the value becomes its branch ``branch``."""

    branch: int
    step: Step


@dataclass(frozen=True, slots=True)
class Stuck:
    """Cannot be carried out. ``at`` is the place below the step's own place, as in ``/symbols``.

    ``also`` are further reasons at the same step. ``tried`` are the steps of the union branches that came into
    question, each stuck in turn (`ReadRecord` when its pair is).
    """

    kind: str
    message: str
    hint: str
    at: str = ""
    also: tuple[Stuck, ...] = ()
    tried: tuple[Step, ...] = ()


Step: TypeAlias = (
    ReadPrimitive | ReadFixed | ReadEnum | ReadArray | ReadMap | ReadRecord | FromUnion | IntoUnion | Stuck
)


@dataclass(frozen=True, slots=True)
class Take:
    """Read the next value into the reader's field number ``index``."""

    index: int
    field: Field
    step: Step


@dataclass(frozen=True, slots=True)
class Skip:
    """The reader has no such field: step over a value of the writer's ``type``."""

    field: Field
    type: Type


@dataclass(frozen=True, slots=True)
class Fill:
    """The writer has no such field: use the default of the reader's field number ``index``."""

    index: int
    field: Field


@dataclass(frozen=True, slots=True)
class RecordPlan:
    """``wire`` in the order of the writer's fields, then ``fills``.

    ``stuck`` are reader fields that nobody can fill, by number; number -1 is the record itself (its name differs).
    """

    reader: Record
    writer: Record
    wire: tuple[Take | Skip, ...]
    fills: tuple[Fill, ...]
    stuck: tuple[tuple[int, Stuck], ...] = ()


@dataclass(frozen=True, slots=True)
class Plan:
    """``records`` holds the pairs that the root leads to, also by what a `Stuck` has ``tried``.

    ``compatible``: the root leads to no `Stuck`.
    """

    root: Step
    records: Mapping[Pair, RecordPlan]
    compatible: bool = True
