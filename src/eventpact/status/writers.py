"""Which version of a subject a record was written with. The registry is asked once per id, and not while it is down."""

from __future__ import annotations

from time import monotonic
from typing import Final

from eventpact.codec import unframe
from eventpact.errors import EventpactError, FrameError, NotRegisteredError
from eventpact.ids import SchemaId
from eventpact.registry import Registry

__all__ = ["NO_FRAME", "Writers"]

NO_FRAME: Final = "no frame"
ASK_AGAIN: Final = 30.0
"""Seconds until an id that belongs to no version, or a registry that did not answer, is asked again."""
MOST: Final = 1_000
"""Ids come from strangers' bytes: so many are remembered."""


class Writers:
    """Names of writers' schemas on the topic of `subject`. `problem` says why the registry could not be asked last."""

    def __init__(self, registry: Registry | None, subject: str) -> None:
        self.problem: str | None = None if registry is not None else "no registry is named: set SCHEMA_REGISTRY_URL"
        self._registry = registry
        self._subject = subject
        self._versions: dict[SchemaId, int | None] = {}
        self._quiet_until: dict[SchemaId, float] = {}
        self._down_until = 0.0

    def name(self, value: bytes | None) -> str:
        """`v3`, or `id 17` for an id that is no version of the subject, or `no frame`."""
        if value is None:
            return NO_FRAME
        try:
            schema_id, _ = unframe(value)
        except FrameError:
            return NO_FRAME
        version = self.version(schema_id)
        return f"id {schema_id}" if version is None else f"v{version}"

    def version(self, schema_id: SchemaId) -> int | None:
        """The newest version of the subject that holds the schema; `None` where there is none, or nobody says."""
        found = self._versions.get(schema_id)
        if found is None and self._registry is not None:
            found = self._ask(self._registry, schema_id)
        return found

    def _ask(self, registry: Registry, schema_id: SchemaId) -> int | None:
        now = monotonic()
        if now < self._down_until or now < self._quiet_until.get(schema_id, 0.0):
            return None
        if len(self._quiet_until) >= MOST:
            self._quiet_until.clear()
        self._quiet_until[schema_id] = now + ASK_AGAIN
        try:
            places = registry.subject_versions(schema_id)
        except NotRegisteredError:
            return None
        except EventpactError as error:
            self._down_until = now + ASK_AGAIN
            self.problem = f"the registry does not say which versions these are ({type(error).__name__})"
            return None
        self.problem = None
        versions = [version for subject, version in places if subject == self._subject]
        if not versions:
            return None
        self._versions[schema_id] = max(versions)
        return self._versions[schema_id]
