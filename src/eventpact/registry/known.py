"""Schemas by id, asked for once. What a worker decodes with, and what keeps it alive through a registry outage."""

from __future__ import annotations

import time
from collections.abc import Callable

from eventpact.errors import NotRegisteredError, SchemaError
from eventpact.ids import SchemaId
from eventpact.registry.locked import LockedRegistry
from eventpact.registry.once import OnceCache
from eventpact.registry.port import MAX_ID, Reference, Registry, SchemaText
from eventpact.registry.references import reference_texts
from eventpact.registry.refusals import not_in_subject, unknown_id
from eventpact.schema import Schema, parse

__all__ = ["KnownSchemas"]


class KnownSchemas:
    """A registry's schemas by id, parsed, with their references. Thread-safe.

    A schema id never changes meaning, so what was found is kept for ever. That an id is unknown is remembered for
    ``absent_ttl`` seconds, so that a topic full of foreign bytes does not become a flood of requests. An outage is
    never remembered: the next call asks again.
    """

    def __init__(
        self,
        registry: Registry,
        *,
        absent_ttl: float = 60.0,
        capacity: int = 10_000,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._registry = registry
        self._schemas: OnceCache[SchemaId, Schema] = OnceCache(
            absent=(NotRegisteredError, SchemaError), ttl=absent_ttl, capacity=capacity, clock=clock
        )
        self._places: OnceCache[tuple[SchemaId, str], bool] = OnceCache(
            absent=(NotRegisteredError,), ttl=absent_ttl, capacity=capacity, clock=clock
        )

    def schema(self, schema_id: SchemaId) -> Schema:
        """The schema of an id.

        Raises:
            NotRegisteredError: the registry does not know the id.
            SchemaError: it is no Avro schema that we can read.
            RegistryError: the registry could not say; UnavailableError among them is worth waiting for.
        """
        if not 0 < schema_id <= MAX_ID:
            raise unknown_id(schema_id)
        return self._schemas.get(schema_id, lambda: self._load(schema_id))

    def belongs(self, schema_id: SchemaId, subject: str) -> bool:
        """Is or was the schema registered in the subject? ``False`` too when the registry does not know the id.

        Raises:
            RegistryError: the registry could not say.
        """
        if not 0 < schema_id <= MAX_ID:
            return False
        try:
            return self._places.get((schema_id, subject), lambda: self._find(schema_id, subject))
        except NotRegisteredError:
            return False

    def ask_again(self, schema_id: SchemaId, subject: str | None = None) -> None:
        """After this an unknown id (or that it does not belong to ``subject``) is asked for again at once."""
        self._schemas.forget_absent(schema_id)
        if subject is not None:
            self._places.forget_absent((schema_id, subject))

    def _load(self, schema_id: SchemaId) -> Schema:
        schema = self._registry.schema_by_id(schema_id)
        references = reference_texts(schema.references, self._referenced)
        return parse(schema.text, references=references, source=f"schema id {schema_id}", mode="stored")

    def _referenced(self, reference: Reference) -> SchemaText:
        return self._registry.version(reference.subject, reference.version, deleted=True).schema

    def _find(self, schema_id: SchemaId, subject: str) -> bool:
        if isinstance(self._registry, LockedRegistry):
            found = self._registry.belongs(schema_id, subject)
        else:
            found = subject in self._registry.subjects_of(schema_id)
        if not found:
            raise not_in_subject(subject)
        return True
