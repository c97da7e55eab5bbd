"""What stands on the broker and in the registry, as far as a manifest is concerned. Reading changes nothing."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from eventpact.contract import Manifest
from eventpact.errors import NotRegisteredError
from eventpact.ids import Version
from eventpact.kafka.topics import FoundTopic, Topics, topics_of
from eventpact.registry import Reference, Registry, SchemaText
from eventpact.registry.references import reference_texts
from eventpact.registry.uses import parts
from eventpact.schema import Level, Schema, parse

__all__ = [
    "FoundSubject",
    "FoundVersion",
    "SubjectAdmin",
    "TopicAdmin",
    "World",
    "digest",
    "read_world",
    "wanted_subjects",
]


class TopicAdmin(Topics, Protocol):
    """Who can also change topics. Raises TopicError or BrokerUnavailableError, in bounded time."""

    def alter(self, name: str, settings: Mapping[str, str]) -> None:
        """After this the topic has these settings; others stay."""
        ...

    def add_partitions(self, name: str, partitions: int) -> None:
        """After this the topic has this many partitions, in all."""
        ...


class SubjectAdmin(Registry, Protocol):
    """Who can also delete subjects."""

    def delete_subject(self, subject: str) -> tuple[Version, ...]:
        """After this no version is listed any more; their ids keep their meaning. The versions this did away.

        Raises:
            NotRegisteredError: there is no such subject.
            RegistryError: another subject refers to it (42206), or the mode is READONLY (42205).
        """
        ...


@dataclass(frozen=True, slots=True)
class FoundVersion:
    """A version that is not deleted."""

    version: Version
    schema: Schema
    references: tuple[Reference, ...]


@dataclass(frozen=True, slots=True)
class FoundSubject:
    """A subject as the registry has it; one without versions may still have a level of its own."""

    name: str
    level: Level | None
    versions: tuple[FoundVersion, ...] = ()


@dataclass(frozen=True, slots=True)
class World:
    """By name. A topic that does not exist is ``None``. ``orphans`` are subjects that the manifest wants no more."""

    topics: Mapping[str, FoundTopic | None]
    subjects: Mapping[str, FoundSubject]
    orphans: Mapping[str, FoundSubject] = field(default_factory=dict[str, FoundSubject])


def wanted_subjects(manifest: Manifest) -> Iterator[tuple[str, Schema, Level]]:
    """Subject, schema and level of each event and dead letter, in the manifest's order."""
    for contract in manifest.contracts:
        yield contract.subject, manifest.schemas[contract.schema], contract.level
        letter, subject = contract.dead_letter, contract.dead_letter_subject
        if letter is not None and letter.schema is not None and subject is not None:
            yield subject, manifest.schemas[letter.schema], contract.level


def read_world(manifest: Manifest, topics: Topics, registry: Registry, once_ours: Iterable[str] = ()) -> World:
    """Read what the manifest names, and nothing else. Raises what the two ports raise.

    ``once_ours`` are subjects that an earlier manifest has named, such as those in contracts.lock.
    """
    names = [topic.name for contract in manifest.contracts for topic in topics_of(contract)]
    subjects: dict[str, None] = {}
    for subject, schema, _ in wanted_subjects(manifest):
        subjects.update(dict.fromkeys([part.name for part in parts(schema)[:-1]]))
        subjects[subject] = None
    found = {name: topics.describe(name) for name in names}
    others = read_subjects(registry, sorted(set(once_ours) - subjects.keys()))
    return World(found, read_subjects(registry, subjects), {n: s for n, s in others.items() if s.versions})


def read_subjects(registry: Registry, names: Iterable[str]) -> dict[str, FoundSubject]:
    return {name: FoundSubject(name, registry.own_level(name), _versions(registry, name)) for name in names}


def digest(text: str, names: Iterable[str]) -> str:
    """Tells stored schemas apart: the text and the names of the references that it uses."""
    return hashlib.sha256("\0".join((text, *sorted(names))).encode()).hexdigest()


def _versions(registry: Registry, subject: str) -> tuple[FoundVersion, ...]:
    try:
        numbers = registry.versions(subject)
    except NotRegisteredError:
        return ()

    def fetch(reference: Reference) -> SchemaText:
        return registry.version(reference.subject, reference.version, deleted=True).schema

    found: list[FoundVersion] = []
    for number in numbers:
        text = registry.version(subject, number).schema
        texts = reference_texts(text.references, fetch)
        schema = parse(text.text, references=texts or None, source=f"{subject} version {number}", mode="stored")
        found.append(FoundVersion(number, schema, text.references))
    return tuple(found)
