"""What a registry holds. `State.apply` is the only thing that changes it; everything else looks."""

from __future__ import annotations

from typing import assert_never

from eventpact.ids import SchemaId, Version
from eventpact.registry import refusals
from eventpact.registry.catalogue import Catalogue
from eventpact.registry.changes import Change, ContextDropped, Dropped, Hidden, LevelSet, ModeSet, Put, Stored
from eventpact.registry.contexts import DEFAULT, context_of, qualified, scope
from eventpact.registry.mode import Mode
from eventpact.registry.port import Reference
from eventpact.registry.shelf import Shelf
from eventpact.schema import Level

__all__ = ["State"]


class State:
    """Subjects by their qualified names, ids by context, levels and modes by subject or scope."""

    def __init__(self, level: Level = Level.BACKWARD) -> None:
        self.level = level
        self.levels: dict[str, Level] = {}
        self.modes: dict[str, Mode] = {}
        self.shelves: dict[str, Shelf] = {}
        self.catalogues: dict[str, Catalogue] = {DEFAULT: Catalogue()}
        self._users: dict[tuple[str, Version], set[tuple[str, SchemaId]]] = {}

    def apply(self, change: Change) -> None:
        """After this the change has happened."""
        match change:
            case Put(subject, version, schema_id, stored):
                self._catalogue_of(subject).put(schema_id, stored, subject, version)
                self.shelves.setdefault(subject, Shelf(subject)).put(schema_id, version)
                for reference in stored.text.references:
                    self._users.setdefault(_target(reference, subject), set()).add((context_of(subject), schema_id))
            case Hidden(subject, version):
                self.shelves[subject].hide(version)
            case Dropped(subject, version):
                self._drop(self.shelves[subject], version)
            case LevelSet(name, level):
                self._catalogue_of(name)
                self.levels.pop(name, None)
                if level is not None:
                    self.levels[name] = level
            case ModeSet(name, mode):
                self._catalogue_of(name)
                self.modes.pop(name, None)
                if mode is not None:
                    self.modes[name] = mode
            case ContextDropped(context):
                del self.catalogues[context]
                self.levels = {name: level for name, level in self.levels.items() if context_of(name) != context}
                self.modes = {name: mode for name, mode in self.modes.items() if context_of(name) != context}
            case _:
                assert_never(change)

    def shelf(self, subject: str) -> Shelf:
        """The subject's versions. NotRegisteredError (40401) when there were never any."""
        try:
            return self.shelves[subject]
        except KeyError:
            raise refusals.no_subject(subject) from None

    def catalogue(self, context: str) -> Catalogue:
        """The context's ids; none for a context that does not exist."""
        return self.catalogues.get(context) or Catalogue()

    def stored(self, subject: str, version: Version) -> Stored:
        """The schema of a version that exists."""
        return self.catalogue(context_of(subject)).get(self.shelves[subject].ids[version])

    def level_of(self, name: str) -> Level:
        """The level in force for a subject or a scope: its own, its context's, the default context's."""
        for place in (name, scope(context_of(name)), scope(DEFAULT)):
            if place in self.levels:
                return self.levels[place]
        return self.level

    def mode_of(self, name: str) -> Mode:
        """The mode in force for a subject or a scope: its own, its context's, the default context's."""
        for place in (name, scope(context_of(name)), scope(DEFAULT)):
            if place in self.modes:
                return self.modes[place]
        return Mode.READWRITE

    def live_places(self, context: str, schema_id: SchemaId) -> list[tuple[str, Version]]:
        """The subjects and versions that hold the schema and are not deleted, sorted."""
        places = self.catalogue(context).places(schema_id)
        return sorted((name, version) for name, version in places if version not in self.shelves[name].deleted)

    def live_users(self, subject: str, version: Version) -> list[SchemaId]:
        """The ids of the schemas that refer to this version and are registered somewhere, ascending."""
        users = self._users.get((subject, version), ())
        return sorted({schema_id for context, schema_id in users if self.live_places(context, schema_id)})

    def _catalogue_of(self, name: str) -> Catalogue:
        """A context comes to be with the first thing in it."""
        return self.catalogues.setdefault(context_of(name), Catalogue())

    def _drop(self, shelf: Shelf, version: Version) -> None:
        schema_id = shelf.drop(version)
        context = context_of(shelf.subject)
        catalogue = self.catalogues[context]
        stored = catalogue.get(schema_id)
        catalogue.take(schema_id, shelf.subject, version)
        if not catalogue.holds(schema_id):
            for reference in stored.text.references:
                self._users[_target(reference, shelf.subject)].discard((context, schema_id))
        if not shelf.ids:
            del self.shelves[shelf.subject]


def _target(reference: Reference, subject: str) -> tuple[str, Version]:
    """What a reference of a schema in ``subject`` points to: a plain name is one of the same context."""
    return qualified(reference.subject, context_of(subject)), reference.version
