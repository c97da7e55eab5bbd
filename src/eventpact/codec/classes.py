"""Which Python class stands for which record and enum: schema and generated class, paired by position and checked."""

from __future__ import annotations

import dataclasses
import keyword
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from eventpact.schema import Schema
from eventpact.schema.tree import EnumType, Record

__all__ = ["Classes", "EnumClass", "RecordClass", "classes_of"]

_OBJECT_SLOTS: Final = (object,)


@dataclass(frozen=True, slots=True)
class RecordClass:
    """A record's class. ``attributes[i]`` holds the schema's field ``i``; ``personal``: indexes of tagged fields.

    ``blank`` is a class of the same layout without the guard of a frozen dataclass, or ``None`` where there is none.
    """

    python: type
    attributes: tuple[str, ...]
    personal: frozenset[int]
    blank: type | None


@dataclass(frozen=True, slots=True)
class EnumClass:
    """An enum's class; ``members[i]`` is the symbol with wire index ``i``."""

    python: type[StrEnum]
    members: tuple[StrEnum, ...]

    def member(self, symbol: str) -> StrEnum:
        return self.python(symbol)


@dataclass(frozen=True, slots=True)
class Classes:
    records: Mapping[str, RecordClass]
    enums: Mapping[str, EnumClass]


def classes_of(event_class: type, schema: Schema) -> Classes:
    """The classes for every record and enum of ``schema``, from the module's ``AVRO_TYPES``.

    Raises TypeError when a class is missing or was not made from this schema.
    """
    module = sys.modules.get(event_class.__module__)
    known: Mapping[str, type] = getattr(module, "AVRO_TYPES", {})
    records: dict[str, RecordClass] = {}
    enums: dict[str, EnumClass] = {}
    for name, named in schema.names.items():
        if isinstance(named, Record):
            records[name] = _record(_find(known, name, event_class), named)
        elif isinstance(named, EnumType):
            enums[name] = _enum(_find(known, name, event_class), named)
    return Classes(records, enums)


def _find(known: Mapping[str, type], name: str, event_class: type) -> type:
    found = known.get(name)
    if found is None:
        raise _misfit(event_class, f"its module's AVRO_TYPES has no class for {name!r}")
    return found


def _misfit(cls: type, problem: str) -> TypeError:
    return TypeError(f"{cls.__qualname__} does not fit its schema: {problem}; run `eventpact generate`")


def _record(cls: type, record: Record) -> RecordClass:
    if not dataclasses.is_dataclass(cls):
        raise _misfit(cls, "it is no dataclass")
    attributes = tuple(field.name for field in dataclasses.fields(cls))
    if len(attributes) != len(record.fields):
        raise _misfit(cls, f"{len(attributes)} attributes for {len(record.fields)} fields")
    for attribute in attributes:
        # The emitters write attributes into code as they are.
        if not attribute.isidentifier() or not attribute.isascii() or keyword.iskeyword(attribute):
            raise _misfit(cls, f"{attribute!r} is no plain attribute name")
    tagged: frozenset[str] = getattr(cls, "PII_FIELDS", frozenset())
    personal = frozenset(index for index, attribute in enumerate(attributes) if attribute in tagged)
    return RecordClass(cls, attributes, personal, _blank(cls, attributes))


def _blank(cls: type, attributes: tuple[str, ...]) -> type | None:
    """A plain class with the same slots, to fill freely and then turn into ``cls`` by ``__class__``.

    A frozen dataclass sets each attribute through ``object.__setattr__``, which takes most of the time of decoding.
    Python itself checks that the two layouts agree. A class with its own ideas about construction gets none.
    """
    if cls.__bases__ != _OBJECT_SLOTS or hasattr(cls, "__post_init__") or "__slots__" not in vars(cls):
        return None
    if tuple(vars(cls)["__slots__"]) != attributes or not vars(cls)["__dataclass_params__"].init:
        return None
    blank = type("Blank" + cls.__name__, (), {"__slots__": attributes})
    try:
        blank().__class__ = cls
    except TypeError:
        return None
    return blank


def _enum(cls: type, enum: EnumType) -> EnumClass:
    if not issubclass(cls, StrEnum):
        raise _misfit(cls, "it is no StrEnum")
    members = tuple(cls)
    if tuple(member.value for member in members) != enum.symbols:
        raise _misfit(cls, "its members are not the schema's symbols in their order")
    return EnumClass(cls, members)
