"""A registry with a lock behind it: asked as always, and while it is away the lock answers."""

from __future__ import annotations

from collections.abc import Callable
from types import TracebackType
from typing import Self, TypeVar

from eventpact.errors import NotRegisteredError, SchemaError, StaleLockError, UnavailableError
from eventpact.ids import SchemaId, Version
from eventpact.registry.lock import Locked
from eventpact.registry.port import Compatibility, Registered, Registry, SchemaText, VersionChoice
from eventpact.registry.references import reference_texts
from eventpact.schema import Level, parse

__all__ = ["LockedRegistry"]

Answer = TypeVar("Answer")


class LockedRegistry:
    """A `Registry`. Whatever the lock holds is answered without the registry when that is unavailable.

    Every answer of the registry about what the lock holds is compared: StaleLockError where they disagree, because
    then one of the two is about another registry, and records would be framed with an id that means something else.
    ``close`` closes the registry, if it can be closed.
    """

    def __init__(self, registry: Registry, locked: Locked) -> None:
        self._registry = registry
        self._by_id: dict[SchemaId, list[Registered]] = {}
        self._by_place: dict[tuple[str, Version], Registered] = {}
        for one in locked.versions:
            self._by_id.setdefault(one.id, []).append(one)
            self._by_place[one.subject, one.version] = one
        self.answered_from_lock = False
        """Did the lock answer the last look-up of a schema?"""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        close: Callable[[], None] | None = getattr(self._registry, "close", None)
        if close is not None:
            close()

    def schema_by_id(self, schema_id: SchemaId) -> SchemaText:
        held = self._by_id.get(schema_id)
        if held is None:
            return self._registry.schema_by_id(schema_id)
        try:
            found = self._registry.schema_by_id(schema_id)
        except UnavailableError:
            return held[0].schema
        except NotRegisteredError:
            raise stale(f"schema id {schema_id} is unknown to the registry") from None
        if found.text != held[0].schema.text and self._canonical(found) != self._canonical(held[0].schema):
            raise stale(f"schema id {schema_id} is another schema in the registry")
        return found

    def subject_versions(self, schema_id: SchemaId) -> tuple[tuple[str, Version], ...]:
        held = self._by_id.get(schema_id, [])
        return self._else(
            lambda: self._registry.subject_versions(schema_id),
            tuple(sorted((one.subject, one.version) for one in held)),
        )

    def subjects_of(self, schema_id: SchemaId) -> frozenset[str]:
        held = self._by_id.get(schema_id, [])
        return self._else(lambda: self._registry.subjects_of(schema_id), frozenset(one.subject for one in held))

    def belongs(self, schema_id: SchemaId, subject: str) -> bool:
        """Is or was the schema registered in the subject? A lock may be older than that, so it never says no.

        Raises:
            RegistryError: the registry could not say, and the lock does not say yes.
        """
        try:
            return subject in self._registry.subjects_of(schema_id)
        except UnavailableError:
            if any(one.subject == subject for one in self._by_id.get(schema_id, ())):
                return True
            raise

    def subjects(self) -> tuple[str, ...]:
        return self._registry.subjects()

    def versions(self, subject: str) -> tuple[Version, ...]:
        return self._registry.versions(subject)

    def version(self, subject: str, version: VersionChoice = "latest", *, deleted: bool = False) -> Registered:
        held = None if version == "latest" else self._by_place.get((subject, version))
        return self._else(lambda: self._registry.version(subject, version, deleted=deleted), held)

    def lookup(self, subject: str, schema: SchemaText) -> Registered:
        self.answered_from_lock = False
        held = self._held(subject, schema)
        try:
            found = self._registry.lookup(subject, schema)
        except UnavailableError:
            if held is None:
                raise
            self.answered_from_lock = True
            return held
        except NotRegisteredError:
            if held is None:
                raise
            raise stale(f"subject {subject} does not hold version {held.version} in the registry") from None
        # Deleted and registered again, a schema has another version and its old id, which is what records carry.
        if held is not None and found.id != held.id:
            raise stale(f"version {held.version} of subject {subject} has another id in the registry")
        return found

    def register(self, subject: str, schema: SchemaText) -> SchemaId:
        return self._registry.register(subject, schema)

    def check(self, subject: str, schema: SchemaText, version: VersionChoice = "latest") -> Compatibility:
        return self._registry.check(subject, schema, version)

    def level(self, subject: str | None = None) -> Level:
        return self._registry.level(subject)

    def own_level(self, subject: str) -> Level | None:
        return self._registry.own_level(subject)

    def set_level(self, level: Level, subject: str | None = None) -> None:
        self._registry.set_level(level, subject)

    def _else(self, ask: Callable[[], Answer], held: Answer | None) -> Answer:
        try:
            return ask()
        except UnavailableError:
            if not held:
                raise
            return held

    def _held(self, subject: str, schema: SchemaText) -> Registered | None:
        """The newest version in the lock that is exactly this schema, formatting apart."""
        wanted = self._canonical(schema)
        matches = [
            one
            for (name, _), one in self._by_place.items()
            if name == subject
            and set(one.schema.references) == set(schema.references)
            and self._canonical(one.schema) == wanted
        ]
        return max(matches, key=lambda one: one.version, default=None)

    def _canonical(self, schema: SchemaText) -> str:
        """The stored text; the text itself where the lock does not hold the types that it uses."""
        try:
            texts = reference_texts(schema.references, lambda r: self._by_place[r.subject, r.version].schema)
            return parse(schema.text, references=texts or None, mode="stored").stored_text
        except (KeyError, SchemaError):
            return schema.text


def stale(what: str) -> StaleLockError:
    return StaleLockError(
        f"the lock is not about this registry: {what}. Nothing may be written with its ids; run `eventpact apply`, or"
        " name the right environment"
    )
