"""What Redpanda's registry says when it refuses, by error code. The HTTP status is the code's first three digits."""

from __future__ import annotations

from eventpact.errors import IncompatibleError, NotRegisteredError, RegistryError
from eventpact.ids import SchemaId, Version
from eventpact.registry.port import Reference

__all__ = [
    "incompatible",
    "missing_reference",
    "no_subject",
    "no_version",
    "not_in_subject",
    "referenced",
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
