"""The frozen tree that everyone but the parser works on.

Named types are stored once, in ``Schema.names``; every *use* of one is a `Ref`. So recursion is a name, the tree is
never deeper than its anonymous nesting, and a thousand nested records are a flat table. The terms are those of the
Avro 1.12 specification. ``pointer`` is where a definition or a field stands in its document (RFC 6901); ``at`` is the
same place, not yet written out, and no part of equality.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum, StrEnum
from types import MappingProxyType
from typing import Final, Literal, TypeAlias

from eventpact.schema.pointer import Pointer, render

__all__ = [
    "NO_DEFAULT",
    "NO_PROPS",
    "Array",
    "EnumType",
    "Field",
    "Fixed",
    "Json",
    "Kind",
    "Logical",
    "LogicalKind",
    "Map",
    "Named",
    "NoDefault",
    "Order",
    "Primitive",
    "Props",
    "Record",
    "Ref",
    "Type",
    "Union",
]

Json: TypeAlias = "bool | int | float | str | list[Json] | dict[str, Json] | None"
Props: TypeAlias = Mapping[str, Json]
Order: TypeAlias = Literal["ascending", "descending", "ignore"]

NO_PROPS: Final[Props] = MappingProxyType({})


def _no_props() -> Props:
    # Shared and immutable; Python 3.11 takes a mapping proxy as a default only through a factory.
    return NO_PROPS


class NoDefault(Enum):
    """``None`` is a legal default, so absence has its own name."""

    NO_DEFAULT = "no default"


NO_DEFAULT: Final = NoDefault.NO_DEFAULT


class Kind(StrEnum):
    """The eight primitive types."""

    NULL = "null"
    BOOLEAN = "boolean"
    INT = "int"
    LONG = "long"
    FLOAT = "float"
    DOUBLE = "double"
    BYTES = "bytes"
    STRING = "string"


class LogicalKind(StrEnum):
    """Every logical type of Avro 1.12."""

    DECIMAL = "decimal"
    BIG_DECIMAL = "big-decimal"
    UUID = "uuid"
    DATE = "date"
    TIME_MILLIS = "time-millis"
    TIME_MICROS = "time-micros"
    TIMESTAMP_MILLIS = "timestamp-millis"
    TIMESTAMP_MICROS = "timestamp-micros"
    TIMESTAMP_NANOS = "timestamp-nanos"
    LOCAL_TIMESTAMP_MILLIS = "local-timestamp-millis"
    LOCAL_TIMESTAMP_MICROS = "local-timestamp-micros"
    LOCAL_TIMESTAMP_NANOS = "local-timestamp-nanos"
    DURATION = "duration"


@dataclass(frozen=True, slots=True)
class Logical:
    """A *valid* logical type. ``precision`` and ``scale`` are set for decimals only."""

    kind: LogicalKind
    precision: int = 0
    scale: int = 0


@dataclass(frozen=True, slots=True)
class Primitive:
    """A use of a primitive type, with its valid logical type if it has one."""

    kind: Kind
    logical: Logical | None = None
    props: Props = field(default_factory=_no_props, hash=False)


@dataclass(frozen=True, slots=True)
class Array:
    items: Type
    props: Props = field(default_factory=_no_props, hash=False)


@dataclass(frozen=True, slots=True)
class Map:
    values: Type
    props: Props = field(default_factory=_no_props, hash=False)


@dataclass(frozen=True, slots=True)
class Union:
    branches: tuple[Type, ...]


@dataclass(frozen=True, slots=True)
class Ref:
    """A use of a named type: its full name, to be looked up in ``Schema.names``."""

    name: str


Type: TypeAlias = Primitive | Array | Map | Union | Ref


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a record.

    ``default`` is the JSON value as written (not yet converted to Python), or `NO_DEFAULT`. ``aliases`` are plain
    names. ``props`` holds unknown attributes in the order of the text.
    """

    name: str
    type: Type
    default: Json | NoDefault = field(default=NO_DEFAULT, hash=False)
    doc: str | None = None
    aliases: tuple[str, ...] = ()
    order: Order = "ascending"
    props: Props = field(default_factory=_no_props, hash=False)
    at: Pointer = field(default=None, compare=False, repr=False)

    @property
    def pointer(self) -> str:
        return render(self.at)


@dataclass(frozen=True, slots=True)
class Record:
    """A record (or, with ``error``, an error). ``name`` is the full name, ``aliases`` are full names."""

    name: str
    fields: tuple[Field, ...]
    doc: str | None = None
    aliases: tuple[str, ...] = ()
    error: bool = False
    props: Props = field(default_factory=_no_props, hash=False)
    at: Pointer = field(default=None, compare=False, repr=False)

    @property
    def pointer(self) -> str:
        return render(self.at)


@dataclass(frozen=True, slots=True)
class EnumType:
    """An enum. ``default`` is the symbol that stands for symbols this schema does not know."""

    name: str
    symbols: tuple[str, ...]
    default: str | None = None
    doc: str | None = None
    aliases: tuple[str, ...] = ()
    props: Props = field(default_factory=_no_props, hash=False)
    at: Pointer = field(default=None, compare=False, repr=False)

    @property
    def pointer(self) -> str:
        return render(self.at)


@dataclass(frozen=True, slots=True)
class Fixed:
    """A fixed: exactly ``size`` bytes."""

    name: str
    size: int
    logical: Logical | None = None
    doc: str | None = None
    aliases: tuple[str, ...] = ()
    props: Props = field(default_factory=_no_props, hash=False)
    at: Pointer = field(default=None, compare=False, repr=False)

    @property
    def pointer(self) -> str:
        return render(self.at)


Named: TypeAlias = Record | EnumType | Fixed
