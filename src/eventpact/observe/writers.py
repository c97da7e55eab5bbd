"""Which version of a subject a schema id is. The registry is asked once per id, and not while it is down."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from time import monotonic
from typing import Final, TypeAlias, TypeVar

from eventpact.errors import EventpactError, NotRegisteredError
from eventpact.ids import SchemaId
from eventpact.kafka.schema_lookup import registered_id
from eventpact.registry import Registry
from eventpact.schema import Schema

__all__ = ["OpenRegistry", "Writers"]

OpenRegistry: TypeAlias = Callable[[], AbstractContextManager[Registry]]
"""Opened for the few questions of a process's life, so that no connection is kept for them."""

Answer = TypeVar("Answer")
ASK_AGAIN: Final = 30.0
"""Seconds until an id that belongs to no version, or a registry that did not answer, is asked again."""
MOST: Final = 1_000
"""Ids come from strangers' bytes: so many are remembered."""


class Writers:
    """The versions of `subject`. `problem` says why the registry could not be asked last; `None` when it answered."""

    def __init__(self, registry: OpenRegistry | None, subject: str) -> None:
        self.problem: str | None = None if registry is not None else "no registry is named: set SCHEMA_REGISTRY_URL"
        self._registry = registry
        self._subject = subject
        self._versions: dict[SchemaId, int] = {}
        self._ids: dict[Schema, SchemaId] = {}
        self._quiet_until: dict[object, float] = {}
        self._down_until = 0.0

    def version(self, schema_id: SchemaId) -> int | None:
        """The newest version of the subject that holds the schema; `None` where there is none, or nobody says."""
        found = self._versions.get(schema_id)
        if found is None:
            places = self._ask(schema_id, lambda registry: registry.subject_versions(schema_id))
            versions = [version for subject, version in places or () if subject == self._subject]
            if versions:
                found = self._versions[schema_id] = max(versions)
        return found

    def version_of(self, schema: Schema) -> int | None:
        """The version that holds exactly this schema; `None` where none does, or nobody says."""
        schema_id = self._ids.get(schema)
        if schema_id is None:
            schema_id = self._ask(schema.text, lambda registry: registered_id(registry, self._subject, schema))
            if schema_id is None:
                return None
            self._ids[schema] = schema_id
        return self.version(schema_id)

    def _ask(self, what: object, question: Callable[[Registry], Answer]) -> Answer | None:
        now = monotonic()
        if self._registry is None or now < self._down_until or now < self._quiet_until.get(what, 0.0):
            return None
        if len(self._quiet_until) >= MOST:
            self._quiet_until.clear()
        self._quiet_until[what] = now + ASK_AGAIN
        try:
            with self._registry() as registry:
                answer = question(registry)
        except NotRegisteredError:
            self.problem = None
            return None
        except EventpactError as error:
            self._down_until = now + ASK_AGAIN
            self.problem = f"the registry does not say which versions these are ({type(error).__name__})"
            return None
        self.problem = None
        return answer
