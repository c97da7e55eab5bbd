"""Registration: what the manifest says, made true in the registry. Its own step; producers only look up."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, TypeAlias

from eventpact.contract import Manifest
from eventpact.errors import NotRegisteredError
from eventpact.ids import SchemaId, Version
from eventpact.registry.port import Reference, Registered, Registry, SchemaText
from eventpact.registry.uses import parts
from eventpact.schema import Level, Schema

__all__ = ["Outcome", "Registration", "register_contracts"]

Outcome: TypeAlias = Literal["created", "unchanged"]


@dataclass(frozen=True, slots=True)
class Registration:
    """What became of one schema. ``level`` is what the manifest says; ``None`` leaves the registry's own."""

    subject: str
    version: Version
    id: SchemaId
    outcome: Outcome
    level: Level | None


def register_contracts(manifest: Manifest, registry: Registry) -> tuple[Registration, ...]:
    """After this every contract's subjects hold its schemas at its level. Doing it again changes nothing.

    The level goes first, so that there is no moment at which a next schema gets in under a weaker one. Types from
    other files go before their users, into subjects named like the types. One entry per subject, in the order of work.

    Raises:
        IncompatibleError: the level forbids a schema. What came before it stays as it is now.
        RegistryError: as the registry's methods.
    """
    done: dict[str, Registration] = {}
    for subject, schema, level in _wanted(manifest):
        references: dict[str, Reference] = {}
        for part in parts(schema):
            text = SchemaText(part.text, tuple(references[name] for name in part.uses))
            if not part.name:
                done[subject] = _register(registry, subject, text, level)
                continue
            if part.name not in done:
                done[part.name] = _register(registry, part.name, text, None)
            references[part.name] = Reference(part.name, part.name, done[part.name].version)
    return tuple(done.values())


def _wanted(manifest: Manifest) -> Iterator[tuple[str, Schema, Level]]:
    for contract in manifest.contracts:
        yield contract.subject, manifest.schemas[contract.schema], contract.level
        letter, subject = contract.dead_letter, contract.dead_letter_subject
        if letter is not None and letter.schema is not None and subject is not None:
            yield subject, manifest.schemas[letter.schema], contract.level


def _register(registry: Registry, subject: str, schema: SchemaText, level: Level | None) -> Registration:
    level_set = level is None or _set_level(registry, subject, level)
    before = _lookup(registry, subject, schema)
    registered = before
    if registered is None:
        registry.register(subject, schema)
        registered = registry.lookup(subject, schema)
    if level is not None and not level_set:
        registry.set_level(level, subject)
    outcome: Outcome = "created" if before is None else "unchanged"
    return Registration(subject, registered.version, registered.id, outcome, level)


def _set_level(registry: Registry, subject: str, level: Level) -> bool:
    """After this the level is the subject's own. ``False`` from a registry that wants a schema in the subject first."""
    if registry.own_level(subject) is level:
        return True
    try:
        registry.set_level(level, subject)
    except NotRegisteredError:
        return False
    return True


def _lookup(registry: Registry, subject: str, schema: SchemaText) -> Registered | None:
    try:
        return registry.lookup(subject, schema)
    except NotRegisteredError:
        return None
