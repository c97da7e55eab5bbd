"""The registry's in-memory twin: for tests without a server, and the state behind the local registry server.

It follows Redpanda 26.2: ids are shared between the subjects of a context by stored text, references and metadata and
never used twice, the level and the mode are enforced, deletes are soft first and hard then. A subject may be qualified
with its context, ``:.staging:orders``; where a subject names what is set, ``:.staging:`` is the whole context.

Everything that happens is a `Change`: decided by a function that only looks, kept by the store, then applied.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from types import TracebackType
from typing import Self

from eventpact.ids import SchemaId, Version
from eventpact.registry import refusals
from eventpact.registry.changes import Change, Dropped, Put, Stored
from eventpact.registry.contexts import DEFAULT, context_of, qualified
from eventpact.registry.deleting import context_deletion, subject_deletion, version_deletion
from eventpact.registry.judge import Judge
from eventpact.registry.mode import Mode
from eventpact.registry.port import Compatibility, Registered, SchemaText, VersionChoice
from eventpact.registry.reading import Reading
from eventpact.registry.registering import Entry, as_stored, registration, verdict
from eventpact.registry.ruling import level_change, mode_change
from eventpact.registry.state import State
from eventpact.registry.store import Store
from eventpact.schema import Level
from eventpact.schema.dialect import DialectName

__all__ = ["MemoryRegistry"]


class MemoryRegistry:
    """A `Registry` without a server, and what a port for services has no use for. Thread-safe.

    Args:
        level: in force where nobody set another.
        store: keeps what happens; what it kept before has happened already. ``None``: nothing outlives the object.
        checker: whose rules decide what is compatible.
        modes_change: may modes be set? Redpanda's ``mode_mutability``.

    Raises:
        RegistryError: the store cannot be read.
    """

    def __init__(
        self,
        level: Level = Level.BACKWARD,
        *,
        store: Store | None = None,
        checker: DialectName = "redpanda",
        modes_change: bool = True,
    ) -> None:
        self._lock = threading.RLock()
        self._store = store
        self._modes_change = modes_change
        self._state = State(level)
        self._judge = Judge(checker)
        self._reading = Reading(self._state, self._judge)
        for change in store.changes() if store else ():
            self._state.apply(change)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """After this the store is closed. Without one there is no need to call it."""
        with self._lock:
            if self._store is not None:
                self._store.close()

    def schema_by_id(self, schema_id: SchemaId, *, context: str = DEFAULT) -> SchemaText:
        return self.stored(schema_id, context=context).text

    def stored(self, schema_id: SchemaId, *, context: str = DEFAULT) -> Stored:
        """The schema of an id with its metadata. NotRegisteredError for an unknown one."""
        with self._lock:
            return self._state.catalogue(context).get(schema_id)

    def subject_versions(self, schema_id: SchemaId, *, context: str = DEFAULT) -> tuple[tuple[str, Version], ...]:
        with self._lock:
            self.stored(schema_id, context=context)
            return tuple(self._state.live_places(context, schema_id))

    def subjects_of(self, schema_id: SchemaId, *, context: str = DEFAULT) -> frozenset[str]:
        with self._lock:
            self.stored(schema_id, context=context)
            return frozenset(subject for subject, _ in self._state.catalogue(context).places(schema_id))

    def subjects(self, *, deleted: bool = False) -> tuple[str, ...]:
        with self._lock:
            return tuple(sorted(name for name, shelf in self._state.shelves.items() if shelf.live or deleted))

    def contexts(self) -> tuple[str, ...]:
        """All contexts, the default one first."""
        with self._lock:
            return tuple(sorted(self._state.catalogues))

    def versions(self, subject: str, *, deleted: bool = False) -> tuple[Version, ...]:
        with self._lock:
            return self._state.shelf(qualified(subject)).versions(deleted=deleted)

    def version(self, subject: str, version: VersionChoice = "latest", *, deleted: bool = False) -> Registered:
        with self._lock:
            shelf = self._state.shelf(qualified(subject))
            number = shelf.find(version, deleted=deleted)
            text = self._state.stored(shelf.subject, number).text
            return Registered(shelf.subject, number, shelf.ids[number], text)

    def is_deleted(self, subject: str, version: Version) -> bool:
        """Is this version, which exists, soft-deleted?"""
        with self._lock:
            return version in self._state.shelf(qualified(subject)).deleted

    def lookup(
        self,
        subject: str,
        schema: SchemaText,
        *,
        deleted: bool = False,
        properties: Mapping[str, str] | None = None,
    ) -> Registered:
        with self._lock:
            name = qualified(subject)
            read = self._reading.read(context_of(name), schema)
            shelf = self._state.shelf(name)
            shelf.versions(deleted=deleted)
            schema_id = self._state.catalogue(context_of(name)).find(as_stored(self._state, shelf, read, properties))
            version = None if schema_id is None else shelf.holding(schema_id, deleted=deleted)
            if schema_id is None or version is None:
                raise refusals.not_in_subject(subject)
            return Registered(name, version, schema_id, self._state.stored(name, version).text)

    def register(self, subject: str, schema: SchemaText) -> SchemaId:
        return self.enter(subject, Entry(schema)).id

    def enter(self, subject: str, entry: Entry) -> Registered:
        """As `register`, with metadata, and in IMPORT mode with an id and a version. What the subject holds then.

        Raises:
            RegistryError: the mode forbids it (42205), the version is not the next one (42201), the schema has
                another id (42207), the name is reserved (42208), and what `register` says.
        """
        with self._lock:
            name = qualified(subject)
            found = registration(self._state, self._reading, self._judge, name, entry)
            if isinstance(found, Put):
                self._happen((found,))
                return Registered(name, found.version, found.id, found.stored.text)
            version = self._state.shelf(name).live[found]
            return Registered(name, version, found, self._state.stored(name, version).text)

    def check(self, subject: str, schema: SchemaText, version: VersionChoice = "latest") -> Compatibility:
        with self._lock:
            name = qualified(subject)
            read = self._reading.read(context_of(name), schema)
            shelf = self._state.shelf(name)
            return verdict(self._state, self._reading, self._judge, shelf, read, shelf.find(version))

    def level(self, subject: str | None = None) -> Level:
        with self._lock:
            return self._state.level_of(qualified(subject or ""))

    def own_level(self, subject: str) -> Level | None:
        with self._lock:
            return self._state.levels.get(qualified(subject))

    def set_level(self, level: Level, subject: str | None = None) -> None:
        with self._lock:
            self._happen((level_change(self._state, qualified(subject or ""), level),))

    def clear_level(self, subject: str) -> Level:
        """After this the outer level is in force for the subject. The level it had; NotRegisteredError if none."""
        with self._lock:
            name = qualified(subject)
            change = level_change(self._state, name, None)
            before = self._state.levels[name]
            self._happen((change,))
            return before

    def mode(self, subject: str | None = None) -> Mode:
        """The mode in force: the subject's own, its context's, the global one. ``None`` asks for the global one."""
        with self._lock:
            return self._state.mode_of(qualified(subject or ""))

    def own_mode(self, subject: str) -> Mode | None:
        """The subject's own mode; ``None`` when an outer one applies."""
        with self._lock:
            return self._state.modes.get(qualified(subject))

    def set_mode(self, mode: Mode, subject: str | None = None, *, force: bool = False) -> None:
        """After this the mode is in force. RegistryError (42205) for IMPORT where something is, without ``force``."""
        with self._lock:
            self._refuse_immutable()
            self._happen((mode_change(self._state, qualified(subject or ""), mode, force=force),))

    def clear_mode(self, subject: str) -> Mode:
        """After this the outer mode is in force for the subject. The mode it had; NotRegisteredError if none."""
        with self._lock:
            self._refuse_immutable()
            name = qualified(subject)
            change = mode_change(self._state, name, None, force=False)
            before = self._state.modes[name]
            self._happen((change,))
            return before

    def referenced_by(self, subject: str, version: VersionChoice) -> tuple[SchemaId, ...]:
        """The ids of the schemas that refer to this version and are registered somewhere, ascending."""
        with self._lock:
            shelf = self._state.shelf(qualified(subject))
            return tuple(self._state.live_users(shelf.subject, shelf.find(version)))

    def delete_version(self, subject: str, version: VersionChoice, *, permanent: bool = False) -> Version:
        """After this the version is soft-deleted, or with ``permanent`` a soft-deleted one is gone. Its number.

        Raises:
            NotRegisteredError: there is no such version.
            RegistryError: it is soft-deleted already (40406), or not yet (40407), or referred to (42206), or the mode
                is READONLY (42205).
        """
        with self._lock:
            number, changes = version_deletion(self._state, qualified(subject), version, permanent)
            self._happen(changes)
            return number

    def delete_subject(self, subject: str, *, permanent: bool = False) -> tuple[Version, ...]:
        """After this all versions are soft-deleted, or with ``permanent`` all are gone. The versions this did away.

        Raises:
            NotRegisteredError: there is no such subject, or nothing left to soft-delete.
            RegistryError: not yet soft-deleted (40405), or referred to (42206), or the mode is READONLY (42205).
        """
        with self._lock:
            numbers, changes = subject_deletion(self._state, qualified(subject), permanent)
            self._happen(changes)
            return numbers

    def delete_context(self, context: str) -> None:
        """After this the context is gone.

        Raises:
            NotRegisteredError: there is no such context.
            RegistryError: it is not empty (42211), or it is the default one (42205).
        """
        with self._lock:
            self._happen(context_deletion(self._state, context))

    def _refuse_immutable(self) -> None:
        if not self._modes_change:
            raise refusals.immutable_mode()

    def _happen(self, changes: tuple[Change, ...]) -> None:
        """Kept first: what cannot be kept does not happen."""
        if self._store is not None:
            self._store.keep(changes)
        for change in changes:
            self._state.apply(change)
        if any(isinstance(change, Dropped) for change in changes):
            self._reading.forget()
