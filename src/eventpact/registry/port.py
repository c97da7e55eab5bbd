"""What we ask of a schema registry, and the values that go in and out. `MemoryRegistry` and `RegistryClient` answer.

Every method may raise, beside what its own text says:

* UnavailableError: nobody answered in time, or what answered is not a schema registry. The only one to wait for.
* RegistryAccessError: the registry asks for other credentials or rights.
* RegistryError: any other refusal, with HTTP status and error code.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal, Protocol, TypeAlias

from eventpact.ids import SchemaId, Version
from eventpact.schema import Level

__all__ = [
    "MAX_ID",
    "Compatibility",
    "Reference",
    "Registered",
    "Registry",
    "SchemaText",
    "VersionChoice",
]

MAX_ID: Final = 2**31 - 1
"""The largest schema id and the largest version that a registry gives."""

VersionChoice: TypeAlias = Version | Literal["latest"]


@dataclass(frozen=True, slots=True, order=True)
class Reference:
    """A schema's use of a type that another subject defines. ``name`` is the type's full name."""

    name: str
    subject: str
    version: Version


@dataclass(frozen=True, slots=True)
class SchemaText:
    """An Avro schema as text, with the references that its own text needs. Not checked: that is the parser's work."""

    text: str
    references: tuple[Reference, ...] = ()


@dataclass(frozen=True, slots=True)
class Registered:
    """A version of a subject. ``schema`` is the text as the registry stores it."""

    subject: str
    version: Version
    id: SchemaId
    schema: SchemaText


@dataclass(frozen=True, slots=True)
class Compatibility:
    """The answer to a compatibility check. ``messages`` says why not; it is for people and untrusted."""

    ok: bool
    messages: tuple[str, ...] = ()


class Registry(Protocol):
    """Who knows the schemas. Thread-safe. A text is read first: SchemaError comes before what the subject says."""

    def schema_by_id(self, schema_id: SchemaId) -> SchemaText:
        """The schema of an id; it never changes. NotRegisteredError if the registry does not know the id."""

    def subject_versions(self, schema_id: SchemaId) -> tuple[tuple[str, Version], ...]:
        """Where the schema is registered, without soft-deleted versions. NotRegisteredError for an unknown id."""

    def subjects_of(self, schema_id: SchemaId) -> frozenset[str]:
        """The subjects that hold the schema, soft-deleted versions included where the registry can say so.

        NotRegisteredError for an unknown id.
        """

    def subjects(self) -> tuple[str, ...]:
        """All subjects with a version that is not deleted, sorted."""

    def versions(self, subject: str) -> tuple[Version, ...]:
        """The versions of a subject that are not deleted, ascending. NotRegisteredError if there are none."""

    def version(self, subject: str, version: VersionChoice = "latest", *, deleted: bool = False) -> Registered:
        """One version; with ``deleted`` also a soft-deleted one. NotRegisteredError if there is none such."""

    def lookup(self, subject: str, schema: SchemaText) -> Registered:
        """The version of the subject that holds exactly this schema (formatting apart).

        Raises:
            NotRegisteredError: the subject does not exist (40401) or does not hold the schema (40403).
            SchemaError: the text is not valid Avro.
        """

    def register(self, subject: str, schema: SchemaText) -> SchemaId:
        """After this the subject holds the schema. Registering what it holds already changes nothing.

        Raises:
            IncompatibleError: the subject's level forbids it.
            SchemaError: the text is not valid Avro.
            RegistryError: a reference leads nowhere (42201).
        """

    def check(self, subject: str, schema: SchemaText, version: VersionChoice = "latest") -> Compatibility:
        """Would the subject's level let this schema in, looking back from the newest version to ``version``?

        The transitive levels look at all versions.

        Raises:
            NotRegisteredError: no such subject or version.
            SchemaError: the text is not valid Avro.
        """

    def level(self, subject: str | None = None) -> Level:
        """The level in force: the subject's own, else the global one. ``None`` asks for the global one."""

    def own_level(self, subject: str) -> Level | None:
        """The subject's own level; ``None`` when the global one applies. The subject need not exist."""

    def set_level(self, level: Level, subject: str | None = None) -> None:
        """After this the level is in force for the subject, or globally. The subject need not exist yet."""
