"""Endpoints below /subjects: what is registered where."""

from __future__ import annotations

import json

from eventpact.dev.registry.body import schema_body
from eventpact.dev.registry.call import Answer, Call, RefusedError, reply
from eventpact.dev.registry.parameters import refuse_format, subject, version
from eventpact.errors import SchemaError
from eventpact.registry import MemoryRegistry, Reference, Registered
from eventpact.registry.contexts import context_of, qualified
from eventpact.registry.registering import Entry

__all__ = [
    "delete_subject",
    "delete_version",
    "get_version",
    "get_version_schema",
    "list_subjects",
    "list_versions",
    "look_up",
    "metadata_json",
    "referenced_by",
    "references_json",
    "register",
]

INVALID_LOOKUP = 500
EVERYWHERE = ":*:"


def list_subjects(registry: MemoryRegistry, call: Call) -> Answer:
    # Behind a context the list is that of the context; otherwise it is that of all contexts.
    prefix = qualified(call.query.get("subjectPrefix", "").removeprefix(EVERYWHERE), call.context)
    return reply([name for name in registry.subjects(deleted=call.flag("deleted")) if name.startswith(prefix)])


def look_up(registry: MemoryRegistry, call: Call) -> Answer:
    deleted = call.flag("deleted")
    # The subject comes first: an unknown one is told before the body is looked at.
    registry.versions(subject(call), deleted=deleted)
    refuse_format(call)
    entry = _lookup_body(call.body)
    try:
        found = registry.lookup(subject(call), entry.schema, deleted=deleted, properties=entry.properties)
    except SchemaError as error:
        if not _is_json(entry.schema.text):
            raise
        raise RefusedError(INVALID_LOOKUP, str(error)) from None
    return reply(_registered_json(registry, found))


def register(registry: MemoryRegistry, call: Call) -> Answer:
    said = _registered_json(registry, registry.enter(subject(call), schema_body(call.body)))
    del said["subject"]
    return reply(said)


def list_versions(registry: MemoryRegistry, call: Call) -> Answer:
    return reply(registry.versions(subject(call), deleted=call.flag("deleted")))


def get_version(registry: MemoryRegistry, call: Call) -> Answer:
    found = _find(registry, call)
    return reply({**_registered_json(registry, found), "deleted": registry.is_deleted(found.subject, found.version)})


def get_version_schema(registry: MemoryRegistry, call: Call) -> Answer:
    return Answer(200, _find(registry, call).schema.text.encode())


def referenced_by(registry: MemoryRegistry, call: Call) -> Answer:
    return reply(registry.referenced_by(subject(call), version(call)))


def delete_subject(registry: MemoryRegistry, call: Call) -> Answer:
    return reply(registry.delete_subject(subject(call), permanent=call.flag("permanent")))


def delete_version(registry: MemoryRegistry, call: Call) -> Answer:
    number = version(call, newest=frozenset({"latest"}))
    return reply(registry.delete_version(subject(call), number, permanent=call.flag("permanent")))


def references_json(references: tuple[Reference, ...]) -> dict[str, object]:
    """The property ``references``, which is left out when there are none."""
    listed = [{"name": r.name, "subject": r.subject, "version": r.version} for r in references]
    return {"references": listed} if listed else {}


def metadata_json(properties: tuple[tuple[str, str], ...]) -> dict[str, object]:
    """The property ``metadata``, which is left out when there is none."""
    return {"metadata": {"properties": dict(properties)}} if properties else {}


def _find(registry: MemoryRegistry, call: Call) -> Registered:
    refuse_format(call)
    return registry.version(subject(call), version(call), deleted=call.flag("deleted"))


def _registered_json(registry: MemoryRegistry, found: Registered) -> dict[str, object]:
    stored = registry.stored(found.id, context=context_of(found.subject))
    return {
        "subject": found.subject,
        "version": found.version,
        "id": found.id,
        "schemaType": "AVRO",
        **references_json(found.schema.references),
        **metadata_json(stored.properties),
        "schema": found.schema.text,
    }


def _lookup_body(body: bytes) -> Entry:
    """As Redpanda does it: a body that cannot be read is the server's fault here."""
    try:
        return schema_body(body)
    except RefusedError as error:
        raise RefusedError(INVALID_LOOKUP, error.message) from None


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True
