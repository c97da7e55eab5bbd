"""What may happen to a registry, as values: the only things that are stored, and the only ones that change it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Final, TypeAlias

from eventpact.ids import SchemaId, Version
from eventpact.registry.mode import Mode
from eventpact.registry.port import Reference, SchemaText
from eventpact.schema import Level

__all__ = ["Change", "ContextDropped", "Dropped", "Hidden", "LevelSet", "ModeSet", "Put", "Stored", "dump", "load"]


@dataclass(frozen=True, slots=True)
class Stored:
    """A schema as it is stored: what an id means. ``properties`` are those of its metadata, sorted."""

    text: SchemaText
    properties: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Put:
    """A version came to be."""

    subject: str
    version: Version
    id: SchemaId
    stored: Stored


@dataclass(frozen=True, slots=True)
class Hidden:
    """A version was soft-deleted."""

    subject: str
    version: Version


@dataclass(frozen=True, slots=True)
class Dropped:
    """A soft-deleted version went for good."""

    subject: str
    version: Version


@dataclass(frozen=True, slots=True)
class LevelSet:
    """The level of a subject or a scope; ``None`` takes it back."""

    name: str
    level: Level | None


@dataclass(frozen=True, slots=True)
class ModeSet:
    """The mode of a subject or a scope; ``None`` takes it back."""

    name: str
    mode: Mode | None


@dataclass(frozen=True, slots=True)
class ContextDropped:
    """An empty context went, with its levels, its modes and its count of ids."""

    context: str


Change: TypeAlias = Put | Hidden | Dropped | LevelSet | ModeSet | ContextDropped


def dump(change: Change) -> str:
    """The change as a line of JSON: its kind, then its parts."""
    match change:
        case Put(subject, version, schema_id, Stored(SchemaText(text, references), properties)):
            listed = [[r.name, r.subject, r.version] for r in references]
            return _line("put", subject, version, schema_id, text, listed, [list(pair) for pair in properties])
        case Hidden(subject, version):
            return _line("hide", subject, version)
        case Dropped(subject, version):
            return _line("drop", subject, version)
        case LevelSet(name, level):
            return _line("level", name, level)
        case ModeSet(name, mode):
            return _line("mode", name, mode)
        case ContextDropped(context):
            return _line("drop context", context)


def load(line: str) -> Change:
    """The change that `dump` wrote. ValueError for any other line."""
    match json.loads(line):
        case ["put", str(subject), int(version), int(schema_id), str(text), list(listed), list(pairs)]:
            references = tuple(Reference(name, of, Version(number)) for name, of, number in listed)
            stored = Stored(SchemaText(text, references), tuple((name, value) for name, value in pairs))
            return Put(subject, Version(version), SchemaId(schema_id), stored)
        case ["hide", str(subject), int(version)]:
            return Hidden(subject, Version(version))
        case ["drop", str(subject), int(version)]:
            return Dropped(subject, Version(version))
        case ["level", str(name), str() | None as level]:
            return LevelSet(name, None if level is None else Level(level))
        case ["mode", str(name), str() | None as mode]:
            return ModeSet(name, None if mode is None else Mode(mode))
        case ["drop context", str(context)]:
            return ContextDropped(context)
        case _:
            raise ValueError("no change of a registry")


_ENCODER: Final = json.JSONEncoder(separators=(",", ":"))


def _line(*parts: object) -> str:
    # ASCII only: a text may hold a lone surrogate, which no database takes.
    return _ENCODER.encode(parts)
