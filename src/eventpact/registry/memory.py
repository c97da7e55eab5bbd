"""The registry's in-memory twin: for tests without a server, and the state behind the local registry server.

It follows Redpanda 26.2: ids are shared between subjects by stored text and references and never used twice, the
level is enforced, deletes are soft first and hard then. One object is one context. Nothing outlives the process.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from typing import Final

from eventpact.ids import SchemaId, Version
from eventpact.registry import refusals
from eventpact.registry.catalogue import Catalogue, Definition
from eventpact.registry.judge import judge
from eventpact.registry.port import Compatibility, Reference, Registered, SchemaText, VersionChoice
from eventpact.registry.references import reference_texts
from eventpact.registry.shelf import Shelf
from eventpact.schema import Level, Schema, parse

__all__ = ["MemoryRegistry"]

READ_CACHE: Final = 1024
"""How many texts are remembered as parsed, so that a look-up costs no parsing."""


class MemoryRegistry:
    """A `Registry` without a server, and the deletes that a port for services has no use for. Thread-safe."""

    def __init__(self, level: Level = Level.BACKWARD) -> None:
        self._lock = threading.RLock()
        self._level = level
        self._levels: dict[str, Level] = {}
        self._shelves: dict[str, Shelf] = {}
        self._catalogue = Catalogue()
        self._read_cache: OrderedDict[SchemaText, Definition] = OrderedDict()

    def schema_by_id(self, schema_id: SchemaId) -> SchemaText:
        with self._lock:
            return self._catalogue.get(schema_id).text

    def subject_versions(self, schema_id: SchemaId) -> tuple[tuple[str, Version], ...]:
        with self._lock:
            self._catalogue.get(schema_id)
            places = self._catalogue.places(schema_id)
            return tuple(sorted(place for place in places if place[1] not in self._shelves[place[0]].deleted))

    def subjects_of(self, schema_id: SchemaId) -> frozenset[str]:
        with self._lock:
            self._catalogue.get(schema_id)
            return frozenset(subject for subject, _ in self._catalogue.places(schema_id))

    def subjects(self, *, deleted: bool = False) -> tuple[str, ...]:
        with self._lock:
            return tuple(sorted(name for name, shelf in self._shelves.items() if shelf.live or deleted))

    def versions(self, subject: str, *, deleted: bool = False) -> tuple[Version, ...]:
        with self._lock:
            return self._shelf(subject).versions(deleted=deleted)

    def version(self, subject: str, version: VersionChoice = "latest", *, deleted: bool = False) -> Registered:
        with self._lock:
            shelf = self._shelf(subject)
            number = shelf.find(version, deleted=deleted)
            schema_id = shelf.ids[number]
            return Registered(subject, number, schema_id, self._catalogue.get(schema_id).text)

    def is_deleted(self, subject: str, version: Version) -> bool:
        """Is this version, which exists, soft-deleted?"""
        with self._lock:
            return version in self._shelf(subject).deleted

    def lookup(self, subject: str, schema: SchemaText, *, deleted: bool = False) -> Registered:
        with self._lock:
            definition = self._read(schema)
            shelf = self._shelf(subject)
            shelf.versions(deleted=deleted)
            schema_id = self._catalogue.find(definition.text)
            version = None if schema_id is None else shelf.holding(schema_id, deleted=deleted)
            if schema_id is None or version is None:
                raise refusals.not_in_subject(subject)
            return Registered(subject, version, schema_id, self._catalogue.get(schema_id).text)

    def register(self, subject: str, schema: SchemaText) -> SchemaId:
        with self._lock:
            definition = self._read(schema)
            for reference in schema.references:
                self._require_live(reference)
            schema_id = self._catalogue.find(definition.text)
            shelf = self._shelves.get(subject) or Shelf(subject)
            if schema_id is not None and schema_id in shelf.live:
                return schema_id
            if shelf.live:
                verdict = self._judge(shelf, definition.schema, shelf.versions()[-1])
                if not verdict.ok:
                    raise refusals.incompatible(subject, verdict.messages)
            if schema_id is None:
                schema_id = self._catalogue.add(definition)
            self._shelves[subject] = shelf
            self._catalogue.put(schema_id, subject, shelf.put(schema_id))
            return schema_id

    def check(self, subject: str, schema: SchemaText, version: VersionChoice = "latest") -> Compatibility:
        with self._lock:
            candidate = self._read(schema).schema
            shelf = self._shelf(subject)
            return self._judge(shelf, candidate, shelf.find(version))

    def level(self, subject: str | None = None) -> Level:
        with self._lock:
            return self._level if subject is None else self._levels.get(subject, self._level)

    def own_level(self, subject: str) -> Level | None:
        with self._lock:
            return self._levels.get(subject)

    def set_level(self, level: Level, subject: str | None = None) -> None:
        with self._lock:
            if subject is None:
                self._level = level
            else:
                self._levels[subject] = level

    def clear_level(self, subject: str) -> Level:
        """After this the global level is in force for the subject. The level it had; NotRegisteredError if none."""
        with self._lock:
            if subject not in self._levels:
                raise refusals.no_subject(subject)
            return self._levels.pop(subject)

    def referenced_by(self, subject: str, version: VersionChoice) -> tuple[SchemaId, ...]:
        """The ids of the schemas that refer to this version and are registered somewhere, ascending."""
        with self._lock:
            number = self._shelf(subject).find(version)
            return tuple(sorted(self._live_users(subject, number)))

    def delete_version(self, subject: str, version: VersionChoice, *, permanent: bool = False) -> Version:
        """After this the version is soft-deleted, or with ``permanent`` a soft-deleted one is gone. Its number.

        Raises:
            NotRegisteredError: there is no such version.
            RegistryError: it is soft-deleted already (40406), or not yet (40407), or referred to (42206).
        """
        with self._lock:
            shelf = self._shelf(subject)
            number = shelf.find(version, deleted=version != "latest")
            if permanent:
                if number not in shelf.deleted:
                    raise refusals.version_not_soft_deleted(subject, number)
                self._drop(shelf, number)
            else:
                if number in shelf.deleted:
                    raise refusals.version_soft_deleted(subject, number)
                self._refuse_if_referenced(subject, number)
                self._hide(shelf, number)
            return number

    def delete_subject(self, subject: str, *, permanent: bool = False) -> tuple[Version, ...]:
        """After this all versions are soft-deleted, or with ``permanent`` all are gone. The versions this did away.

        Raises:
            NotRegisteredError: there is no such subject, or nothing left to soft-delete.
            RegistryError: not yet soft-deleted (40405), or referred to (42206).
        """
        with self._lock:
            shelf = self._shelf(subject)
            numbers = shelf.versions(deleted=permanent)
            if permanent and shelf.live:
                raise refusals.subject_not_soft_deleted(subject)
            for number in numbers:
                self._refuse_if_referenced(subject, number)
            for number in numbers:
                if permanent:
                    self._drop(shelf, number)
                else:
                    self._hide(shelf, number)
            return numbers

    def _shelf(self, subject: str) -> Shelf:
        try:
            return self._shelves[subject]
        except KeyError:
            raise refusals.no_subject(subject) from None

    def _read(self, schema: SchemaText) -> Definition:
        """The schema as it would be stored."""
        known = self._read_cache.get(schema)
        if known is None:
            texts = reference_texts(schema.references, self._referenced)
            parsed = parse(schema.text, references=texts, mode="stored")
            known = Definition(SchemaText(parsed.stored_text, schema.references), parsed)
            self._read_cache[schema] = known
            if len(self._read_cache) > READ_CACHE:
                self._read_cache.popitem(last=False)
        return known

    def _referenced(self, reference: Reference) -> SchemaText:
        shelf = self._shelves.get(reference.subject)
        if shelf is None or reference.version not in shelf.ids:
            raise refusals.missing_reference(reference)
        return self._catalogue.get(shelf.ids[reference.version]).text

    def _require_live(self, reference: Reference) -> None:
        """A stored schema may refer to what was soft-deleted since; a new one may not."""
        if reference.version in self._shelves[reference.subject].deleted:
            raise refusals.missing_reference(reference)

    def _judge(self, shelf: Shelf, candidate: Schema, oldest: Version) -> Compatibility:
        history = [(version, self._catalogue.get(shelf.ids[version]).schema) for version in reversed(shelf.versions())]
        return judge(candidate, history, self.level(shelf.subject), oldest)

    def _live_users(self, subject: str, version: Version) -> list[SchemaId]:
        return [user for user in self._catalogue.users(subject, version) if self.subject_versions(user)]

    def _refuse_if_referenced(self, subject: str, version: Version) -> None:
        if self._live_users(subject, version):
            raise refusals.referenced(subject, version)

    def _hide(self, shelf: Shelf, version: Version) -> None:
        shelf.hide(version)
        if not shelf.live:
            self._levels.pop(shelf.subject, None)

    def _drop(self, shelf: Shelf, version: Version) -> None:
        schema_id = shelf.drop(version)
        # A dropped subject starts at version 1 again, so a reference may come to mean another schema.
        self._read_cache.clear()
        self._catalogue.take(schema_id, shelf.subject, version)
        if not shelf.ids:
            del self._shelves[shelf.subject]
