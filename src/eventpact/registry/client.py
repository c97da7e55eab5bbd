"""The registry over HTTP: confluent's client with safe presets, its errors and quirks kept on this side."""

from __future__ import annotations

from types import TracebackType
from typing import Self

from confluent_kafka.schema_registry import Schema, SchemaRegistryClient
from confluent_kafka.schema_registry.schema_registry_client import RegisteredSchema, SchemaReference

from eventpact.errors import IncompatibleError, NotRegisteredError, RegistryError, SettingsError, UnavailableError
from eventpact.ids import SchemaId, Version
from eventpact.registry import refusals
from eventpact.registry.answers import integer, level_of, listed, schema_text, text
from eventpact.registry.border import http, translated
from eventpact.registry.bounded import bound
from eventpact.registry.checks import CompatibilityChecks
from eventpact.registry.contexts import scope
from eventpact.registry.loopback import is_here, without_proxies
from eventpact.registry.port import Compatibility, Reference, Registered, SchemaText, VersionChoice
from eventpact.registry.presets import client_config
from eventpact.registry.references import reference_texts
from eventpact.registry.settings import RegistrySettings
from eventpact.schema import Level, parse

__all__ = ["RegistryClient"]

NO_LEVEL = frozenset({40401, 40408})
"""No level of its own; older registries say that there is no such subject."""


class RegistryClient:
    """A `Registry` over HTTP. Thread-safe; a context manager, or call `close`.

    Nothing that may change is kept: `KnownSchemas` keeps what never changes. Schemas go out as their stored text, so
    that formatting never makes another schema, even in registries that keep texts as they came.
    """

    def __init__(self, settings: RegistrySettings) -> None:
        self._where = "schema registry " + ", ".join(settings.urls)
        # A registry that is asked within a context answers with the subjects' qualified names.
        self._prefix = "" if settings.context is None else scope(settings.context)
        try:
            self._client = SchemaRegistryClient(client_config(settings))
        except OSError:
            # ssl.SSLError is one. The paths exist, so what stands there is wrong.
            expected = "expected files with PEM certificates and keys that can be read and belong together"
            names = "SCHEMA_REGISTRY_CA_LOCATION, _CERTIFICATE_LOCATION, _KEY_LOCATION, SSL_CERT_FILE"
            raise SettingsError(names, expected) from None
        except (ValueError, ImportError, http.InvalidURL):
            # Our settings are checked. A proxy's URL may hold a password, so nothing of it is told.
            expected = "expected http://host:port of a proxy that needs no further package (SOCKS does), or nothing"
            raise SettingsError("HTTP_PROXY, HTTPS_PROXY, ALL_PROXY", expected) from None
        bound(self._client, settings.timeout)
        if is_here(settings):
            without_proxies(self._client)
        self._checks = CompatibilityChecks(settings, self._where)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<RegistryClient of {self._where}>"

    def close(self) -> None:
        """After this no connection is open. Safe to call twice."""
        self._client.close()
        self._checks.close()

    def schema_by_id(self, schema_id: SchemaId) -> SchemaText:
        with translated(self._where, f"asking for schema id {schema_id}"):
            return schema_text(self._fresh().get_schema(schema_id))

    def subject_versions(self, schema_id: SchemaId) -> tuple[tuple[str, Version], ...]:
        with translated(self._where, f"asking where schema id {schema_id} is registered"):
            places = self._fresh().get_schema_versions(schema_id)
            return tuple(sorted((self._name(place.subject), Version(integer(place.version))) for place in places))

    def subjects_of(self, schema_id: SchemaId) -> frozenset[str]:
        try:
            with translated(self._where, f"asking for the subjects of schema id {schema_id}"):
                found = listed(self._fresh().get_subjects_by_schema_id(schema_id, deleted=True))
                return frozenset(map(self._name, found))
        except UnavailableError as error:
            if error.status != 404:
                raise
        # This registry has no such path; the other one leaves soft-deleted versions out.
        return frozenset(subject for subject, _ in self.subject_versions(schema_id))

    def subjects(self) -> tuple[str, ...]:
        with translated(self._where, "listing the subjects"):
            return tuple(sorted(map(self._name, listed(self._fresh().get_subjects()))))

    def versions(self, subject: str) -> tuple[Version, ...]:
        with translated(self._where, f"listing the versions of subject {subject!r}"):
            return tuple(sorted(Version(integer(version)) for version in listed(self._fresh().get_versions(subject))))

    def version(self, subject: str, version: VersionChoice = "latest", *, deleted: bool = False) -> Registered:
        with translated(self._where, f"asking for version {version} of subject {subject!r}"):
            return self._registered(self._fresh().get_version(subject, version, deleted=deleted))

    def lookup(self, subject: str, schema: SchemaText) -> Registered:
        stored = self._stored(schema)
        with translated(self._where, f"looking the schema up in subject {subject!r}"):
            return self._registered(self._fresh().lookup_schema(subject, _foreign(stored)))

    def register(self, subject: str, schema: SchemaText) -> SchemaId:
        stored = self._stored(schema)
        try:
            with translated(self._where, f"registering the schema in subject {subject!r}"):
                return SchemaId(integer(self._fresh().register_schema(subject, _foreign(stored))))
        except IncompatibleError as error:
            answer = str(error).partition("\n")[0]
            reasons = self._reasons(subject, stored) or error.reasons
            raise IncompatibleError(answer, status=error.status, code=error.code, reasons=reasons) from None

    def delete_subject(self, subject: str) -> tuple[Version, ...]:
        """After this no version is listed any more; their ids keep their meaning. The versions this did away.

        Raises:
            NotRegisteredError: there is no such subject.
            RegistryError: another subject refers to it (42206), or the mode is READONLY (42205).
        """
        with translated(self._where, f"deleting subject {subject!r}"):
            return tuple(Version(integer(version)) for version in listed(self._fresh().delete_subject(subject)))

    def check(self, subject: str, schema: SchemaText, version: VersionChoice = "latest") -> Compatibility:
        return self._checks.ask(subject, version, _foreign(self._stored(schema)).to_dict())

    def level(self, subject: str | None = None) -> Level:
        own = None if subject is None else self.own_level(subject)
        if own is not None:
            return own
        with translated(self._where, "asking for the global level"):
            return level_of(self._fresh().get_compatibility())

    def own_level(self, subject: str) -> Level | None:
        try:
            with translated(self._where, f"asking for the level of subject {subject!r}"):
                return level_of(self._fresh().get_compatibility(subject))
        except RegistryError as error:
            if error.code not in NO_LEVEL:
                raise
            return None

    def set_level(self, level: Level, subject: str | None = None) -> None:
        with translated(self._where, f"setting the level of {'everything' if subject is None else repr(subject)}"):
            self._fresh().set_compatibility(subject, level.value)

    def _name(self, subject: object) -> str:
        """As it is named within the context of the URLs."""
        return text(subject).removeprefix(self._prefix)

    def _registered(self, found: RegisteredSchema) -> Registered:
        return Registered(
            self._name(found.subject),
            Version(integer(found.version)),
            SchemaId(integer(found.schema_id)),
            schema_text(found.schema),
        )

    def _fresh(self) -> SchemaRegistryClient:
        """The client without its caches: they have no limit, and do not see what others register and delete."""
        self._client.clear_caches()  # type: ignore[no-untyped-call]  # the library has no types for this one
        return self._client

    def _stored(self, schema: SchemaText) -> SchemaText:
        references = reference_texts(schema.references, self._referenced)
        return SchemaText(parse(schema.text, references=references, mode="stored").stored_text, schema.references)

    def _referenced(self, reference: Reference) -> SchemaText:
        try:
            return self.version(reference.subject, reference.version, deleted=True).schema
        except NotRegisteredError:
            raise refusals.missing_reference(reference) from None

    def _reasons(self, subject: str, schema: SchemaText) -> tuple[str, ...]:
        """Why the registry refused. A registry that cannot say so has still refused."""
        try:
            return self.check(subject, schema).messages
        except RegistryError:
            return ()


def _foreign(schema: SchemaText) -> Schema:
    references = [SchemaReference(r.name, r.subject, r.version) for r in schema.references]
    return Schema(schema.text, "AVRO", references)
