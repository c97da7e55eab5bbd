"""What each id of a context means, and where it is registered: the part that all its subjects share."""

from __future__ import annotations

from eventpact.ids import SchemaId, Version
from eventpact.registry import refusals
from eventpact.registry.changes import Stored

__all__ = ["Catalogue"]


class Catalogue:
    """One id per distinct schema, from 1, never used twice. A schema is there while a place holds it."""

    def __init__(self) -> None:
        self._stored: dict[SchemaId, Stored] = {}
        self._ids: dict[Stored, SchemaId] = {}
        self._places: dict[SchemaId, set[tuple[str, Version]]] = {}
        self._last_id = 0

    def get(self, schema_id: SchemaId) -> Stored:
        """What the id means. NotRegisteredError (40403) for an unknown one."""
        try:
            return self._stored[schema_id]
        except KeyError:
            raise refusals.unknown_id(schema_id) from None

    def holds(self, schema_id: SchemaId) -> bool:
        """Does the id mean something?"""
        return schema_id in self._stored

    def find(self, stored: Stored) -> SchemaId | None:
        """The id of a schema."""
        return self._ids.get(stored)

    def next_id(self) -> SchemaId:
        """The id for a schema that has none."""
        return SchemaId(self._last_id + 1)

    def places(self, schema_id: SchemaId) -> frozenset[tuple[str, Version]]:
        """The subjects and versions that hold the schema, soft-deleted ones included."""
        return frozenset(self._places[schema_id])

    def put(self, schema_id: SchemaId, stored: Stored, subject: str, version: Version) -> None:
        """After this the id means the schema, and the version holds it."""
        self._stored[schema_id] = stored
        self._ids[stored] = schema_id
        self._places.setdefault(schema_id, set()).add((subject, version))
        self._last_id = max(self._last_id, schema_id)

    def take(self, schema_id: SchemaId, subject: str, version: Version) -> None:
        """After this the version no longer holds the schema, and a schema that nobody holds is gone."""
        self._places[schema_id].remove((subject, version))
        if not self._places[schema_id]:
            del self._ids[self._stored.pop(schema_id)], self._places[schema_id]
