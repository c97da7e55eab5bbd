"""May a schema come in, and what happens then? Redpanda's order of questions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from eventpact.errors import RegistryError
from eventpact.ids import SchemaId, Version
from eventpact.registry import refusals
from eventpact.registry.changes import Put, Stored
from eventpact.registry.contexts import context_of, qualified, split
from eventpact.registry.judge import Judge
from eventpact.registry.mode import Mode
from eventpact.registry.port import MAX_ID, Compatibility, SchemaText
from eventpact.registry.reading import Read, Reading
from eventpact.registry.shelf import Shelf
from eventpact.registry.state import State

__all__ = ["Entry", "as_stored", "refuse_reserved", "registration", "verdict"]

RESERVED: Final = frozenset({"", "__GLOBAL", "__EMPTY"})


@dataclass(frozen=True, slots=True)
class Entry:
    """What a registration brings. ``None``: the metadata of the latest version; the next id; the next version."""

    schema: SchemaText
    properties: Mapping[str, str] | None = None
    id: SchemaId | None = None
    version: Version | None = None


def registration(state: State, reading: Reading, judge: Judge, subject: str, entry: Entry) -> SchemaId | Put:
    """The id of a schema that the subject holds already, or what must happen for it to hold the schema.

    Raises:
        SchemaError: the text is not valid Avro.
        IncompatibleError: the subject's level forbids it.
        RegistryError: the mode forbids it (42205), and what else the port's method says.
    """
    refuse_reserved(subject)
    context, _ = split(subject)
    read = reading.read(context, entry.schema)
    _require_live_references(state, context, entry.schema)
    shelf = state.shelves.get(subject) or Shelf(subject)
    stored = as_stored(state, shelf, read, entry.properties)
    catalogue = state.catalogue(context)
    known = catalogue.find(stored)
    if known is not None and known in shelf.live:
        return known
    mode = state.mode_of(subject)
    if mode is Mode.READONLY:
        raise refusals.read_only(subject)
    if mode is not Mode.IMPORT and (entry.id is not None or entry.version is not None):
        raise refusals.not_importing(subject)
    if mode is Mode.IMPORT:
        _refuse_import(state, shelf, known, entry)
    elif shelf.live:
        found = verdict(state, reading, judge, shelf, read, shelf.versions()[-1])
        if not found.ok:
            raise refusals.incompatible(subject, found.messages)
    return Put(subject, _version(shelf), entry.id or known or _next(catalogue.next_id()), stored)


def verdict(state: State, reading: Reading, judge: Judge, shelf: Shelf, read: Read, oldest: Version) -> Compatibility:
    """Would the level in force let the schema in, looking back from the newest version to ``oldest``?"""
    context = context_of(shelf.subject)
    history = ((version, reading.candidate(context, shelf.ids[version])) for version in reversed(shelf.live.values()))
    return judge.judge(read.candidate, history, state.level_of(shelf.subject), oldest)


def as_stored(state: State, shelf: Shelf, read: Read, properties: Mapping[str, str] | None) -> Stored:
    """The schema with its metadata, which comes from the latest version when none is given."""
    if properties is not None:
        return Stored(read.text, tuple(sorted(properties.items())))
    if not shelf.live:
        return Stored(read.text)
    return Stored(read.text, state.stored(shelf.subject, shelf.versions()[-1]).properties)


def refuse_reserved(subject: str) -> None:
    """RegistryError (42208) for a name that means something else."""
    if split(subject)[1] in RESERVED:
        raise refusals.reserved(subject)


def _require_live_references(state: State, context: str, schema: SchemaText) -> None:
    """A stored schema may refer to what was soft-deleted since; a new one may not."""
    for reference in schema.references:
        if reference.version in state.shelves[qualified(reference.subject, context)].deleted:
            raise refusals.missing_reference(reference)


def _refuse_import(state: State, shelf: Shelf, known: SchemaId | None, entry: Entry) -> None:
    if entry.id is None:
        raise refusals.importing(shelf.subject)
    if known is not None and known != entry.id:
        raise refusals.other_id(known, entry.id)
    if known is None and state.catalogue(context_of(shelf.subject)).holds(entry.id):
        raise refusals.id_taken(entry.id)
    if entry.version is not None and entry.version != shelf.next_version():
        raise refusals.not_the_next(entry.version, shelf.next_version())


def _version(shelf: Shelf) -> Version:
    return Version(_next(shelf.next_version()))


def _next(number: int) -> SchemaId:
    if number > MAX_ID:
        raise RegistryError("the numbers are used up", status=500, code=500)
    return SchemaId(number)
