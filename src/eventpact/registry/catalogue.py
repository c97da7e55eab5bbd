"""What each id means, and where it is registered: the part of a registry in memory that all subjects share."""

from __future__ import annotations

from dataclasses import dataclass

from eventpact.ids import SchemaId, Version
from eventpact.registry import refusals
from eventpact.registry.port import SchemaText
from eventpact.schema import Schema

__all__ = ["Catalogue", "Definition"]


@dataclass(frozen=True, slots=True)
class Definition:
    """A schema as it is stored."""

    text: SchemaText
    schema: Schema


class Catalogue:
    """One id per distinct text and references, from 1, never used twice. A schema is there while a place holds it."""

    def __init__(self) -> None:
        self._definitions: dict[SchemaId, Definition] = {}
        self._ids: dict[SchemaText, SchemaId] = {}
        self._places: dict[SchemaId, set[tuple[str, Version]]] = {}
        self._users: dict[tuple[str, Version], set[SchemaId]] = {}
        self._last_id = 0

    def get(self, schema_id: SchemaId) -> Definition:
        """What the id means. NotRegisteredError (40403) for an unknown one."""
        try:
            return self._definitions[schema_id]
        except KeyError:
            raise refusals.unknown_id(schema_id) from None

    def find(self, text: SchemaText) -> SchemaId | None:
        """The id of a stored text."""
        return self._ids.get(text)

    def add(self, definition: Definition) -> SchemaId:
        """A new id for a text that has none. It must be put into a place next."""
        self._last_id += 1
        schema_id = SchemaId(self._last_id)
        self._definitions[schema_id] = definition
        self._ids[definition.text] = schema_id
        self._places[schema_id] = set()
        for reference in definition.text.references:
            self._users.setdefault((reference.subject, reference.version), set()).add(schema_id)
        return schema_id

    def places(self, schema_id: SchemaId) -> frozenset[tuple[str, Version]]:
        """The subjects and versions that hold the schema, soft-deleted ones included."""
        return frozenset(self._places[schema_id])

    def users(self, subject: str, version: Version) -> frozenset[SchemaId]:
        """The schemas that refer to this version."""
        return frozenset(self._users.get((subject, version), ()))

    def put(self, schema_id: SchemaId, subject: str, version: Version) -> None:
        """After this the version holds the schema."""
        self._places[schema_id].add((subject, version))

    def take(self, schema_id: SchemaId, subject: str, version: Version) -> None:
        """After this the version no longer holds the schema, and a schema that nobody holds is gone."""
        self._places[schema_id].remove((subject, version))
        if self._places[schema_id]:
            return
        definition = self._definitions.pop(schema_id)
        del self._ids[definition.text], self._places[schema_id]
        for reference in definition.text.references:
            self._users[reference.subject, reference.version].discard(schema_id)
