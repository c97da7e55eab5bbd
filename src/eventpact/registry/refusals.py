"""What Redpanda's registry says when it refuses, by error code. The HTTP status is the code's first three digits."""

from __future__ import annotations

from eventpact.errors import IncompatibleError, NotRegisteredError, RegistryError
from eventpact.ids import SchemaId, Version
from eventpact.registry.port import Reference

__all__ = [
    "context_not_empty",
    "default_context",
    "id_taken",
    "immutable_mode",
    "importing",
    "incompatible",
    "missing_reference",
    "no_context",
    "no_subject",
    "no_version",
    "not_empty",
    "not_importing",
    "not_in_subject",
    "not_the_next",
    "other_id",
    "read_only",
    "referenced",
    "reserved",
    "subject_not_soft_deleted",
    "unknown_id",
    "version_not_soft_deleted",
    "version_soft_deleted",
]


def no_subject(subject: str) -> NotRegisteredError:
    return NotRegisteredError(f"Subject {subject!r} not found.", status=404, code=40401)


def no_version(version: object) -> NotRegisteredError:
    return NotRegisteredError(f"Version {version} not found.", status=404, code=40402)


def not_in_subject(subject: str) -> NotRegisteredError:
    return NotRegisteredError(f"Schema not found in subject {subject!r}", status=404, code=40403)


def unknown_id(schema_id: SchemaId) -> NotRegisteredError:
    return NotRegisteredError(f"Schema {schema_id} not found", status=404, code=40403)


def subject_not_soft_deleted(subject: str) -> RegistryError:
    return RegistryError(
        f"Subject {subject!r} was not deleted first before being permanently deleted", status=404, code=40405
    )


def version_soft_deleted(subject: str, version: Version) -> RegistryError:
    return RegistryError(
        f"Subject {subject!r} Version {version} was soft deleted. Set permanent=true to delete permanently",
        status=404,
        code=40406,
    )


def version_not_soft_deleted(subject: str, version: Version) -> RegistryError:
    return RegistryError(
        f"Subject {subject!r} Version {version} was not deleted first before being permanently deleted",
        status=404,
        code=40407,
    )


def incompatible(subject: str, reasons: tuple[str, ...]) -> IncompatibleError:
    return IncompatibleError(
        f"Schema being registered is incompatible with an earlier schema for subject {subject!r}",
        status=409,
        code=409,
        reasons=reasons,
    )


def missing_reference(reference: Reference) -> RegistryError:
    return RegistryError(
        f"No schema reference found for subject {reference.subject!r} and version {reference.version}",
        status=422,
        code=42201,
    )


def referenced(subject: str, version: Version) -> RegistryError:
    return RegistryError(
        f"One or more references exist to the schema (subject={subject}, version={version})", status=422, code=42206
    )


def read_only(name: str) -> RegistryError:
    return _not_permitted(f"Subject {name!r} is in read-only mode" if name else "The registry is in read-only mode")


def not_importing(subject: str) -> RegistryError:
    return _not_permitted(f"Subject {subject!r} is not in import mode, so its schemas bring no id and no version")


def importing(subject: str) -> RegistryError:
    return _not_permitted(f"Subject {subject!r} is in import mode, so its schemas bring their ids")


def id_taken(schema_id: SchemaId) -> RegistryError:
    return _not_permitted(f"Overwriting the schema of id {schema_id} is not permitted")


def not_empty(name: str) -> RegistryError:
    where = f"subject {name!r} has" if name else "there are"
    return _not_permitted(f"Cannot import, because {where} versions already; force=true does it all the same")


def immutable_mode() -> RegistryError:
    return _not_permitted("Modes cannot be changed here")


def default_context() -> RegistryError:
    return _not_permitted("The default context cannot be deleted")


def no_context(context: str) -> NotRegisteredError:
    return NotRegisteredError(f"Context {context!r} not found.", status=404, code=404)


def context_not_empty(context: str) -> RegistryError:
    return RegistryError(f"Context {context!r} is not empty", status=422, code=42211)


def reserved(name: str) -> RegistryError:
    return RegistryError(f"The name {name!r} is reserved", status=422, code=42208)


def other_id(known: SchemaId, wanted: SchemaId) -> RegistryError:
    return RegistryError(
        f"Schema already registered with id {known} instead of input id {wanted}", status=422, code=42207
    )


def not_the_next(version: Version, wanted: Version) -> RegistryError:
    return RegistryError(f"Version {version} is not the next one, which is {wanted}", status=422, code=42201)


def _not_permitted(message: str) -> RegistryError:
    return RegistryError(message, status=422, code=42205)
