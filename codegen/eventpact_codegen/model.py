"""What will be generated, as values: modules with classes, every name decided, nothing rendered yet."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

from eventpact.schema import Schema
from eventpact.schema.tree import EnumType, Field, Named, Record

__all__ = ["Attribute", "EnumClass", "Module", "Package", "PythonClass", "RecordClass"]


@dataclass(frozen=True, slots=True)
class Attribute:
    """A field and the name of its attribute."""

    name: str
    field: Field
    tagged: bool


@dataclass(frozen=True, slots=True)
class RecordClass:
    """A record's dataclass, with its attributes in the order of the fields."""

    name: str
    record: Record
    attributes: tuple[Attribute, ...]

    @property
    def avro_name(self) -> str:
        return self.record.name


@dataclass(frozen=True, slots=True)
class EnumClass:
    """An enum's class; ``members`` are (member, symbol) in the order of the symbols."""

    name: str
    enum: EnumType
    members: tuple[tuple[str, str], ...]

    @property
    def avro_name(self) -> str:
        return self.enum.name

    def member(self, symbol: str) -> str:
        return next(member for member, s in self.members if s == symbol)


PythonClass: TypeAlias = RecordClass | EnumClass


@dataclass(frozen=True, slots=True)
class Module:
    """One schema file's module. ``classes`` are its own, by Avro name, in the order of their definition.

    ``known`` is every named type that the file's schema reaches, its own and other files'.
    """

    name: str
    file: str
    schema: Schema
    classes: Mapping[str, PythonClass]
    known: Mapping[str, Named]

    @property
    def event(self) -> RecordClass | None:
        """The file's event: the record at its root."""
        found = self.classes.get(self.schema.name or "")
        return found if isinstance(found, RecordClass) else None


@dataclass(frozen=True, slots=True)
class Package:
    """All modules, the used before the users. ``homes`` says which module defines a named type."""

    name: str
    modules: tuple[Module, ...]
    homes: Mapping[str, Module]

    def class_of(self, avro_name: str) -> PythonClass:
        return self.homes[avro_name].classes[avro_name]
