"""Endpoints below /subjects: what is registered where."""

from __future__ import annotations

import json

from eventpact.dev.registry.body import SchemaBody, schema_body
from eventpact.dev.registry.call import Answer, Call, RefusedError, reply
from eventpact.dev.registry.parameters import refuse_format, subject, version
from eventpact.errors import NotRegisteredError, SchemaError
from eventpact.registry import MemoryRegistry, Reference, Registered, SchemaText

__all__ = [
    "delete_subject",
    "delete_version",
    "get_version",
    "get_version_schema",
    "list_subjects",
    "list_versions",
    "look_up",
    "referenced_by",
    "references_json",
    "register",
]

INVALID_LOOKUP = 500
NOT_JSON = 422
NOT_PERMITTED = 42205


def list_subjects(registry: MemoryRegistry, call: Call) -> Answer:
    prefix = call.query.get("subjectPrefix", "")
    return reply([name for name in registry.subjects(deleted=call.flag("deleted")) if name.startswith(prefix)])


def look_up(registry: MemoryRegistry, call: Call) -> Answer:
    deleted = call.flag("deleted")
    # The subject comes first: an unknown one is told before the body is looked at.
    registry.versions(subject(call), deleted=deleted)
    refuse_format(call)
    schema = _lookup_body(call.body).schema
    try:
        found = registry.lookup(subject(call), schema, deleted=deleted)
    except SchemaError as error:
        raise RefusedError(INVALID_LOOKUP if _is_json(schema.text) else NOT_JSON, str(error)) from None
    return reply(_registered_json(found))


def register(registry: MemoryRegistry, call: Call) -> Answer:
    body = schema_body(call.body)
    if body.imported:
        _refuse_import(registry, subject(call), body.schema)
    registry.register(subject(call), body.schema)
    found = registry.lookup(subject(call), body.schema)
    return reply(
        {
            "id": found.id,
            "version": found.version,
            "schemaType": "AVRO",
            **references_json(found.schema.references),
            "schema": found.schema.text,
        }
    )


def list_versions(registry: MemoryRegistry, call: Call) -> Answer:
    return reply(registry.versions(subject(call), deleted=call.flag("deleted")))


def get_version(registry: MemoryRegistry, call: Call) -> Answer:
    found = _find(registry, call)
    return reply({**_registered_json(found), "deleted": registry.is_deleted(found.subject, found.version)})


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


def _find(registry: MemoryRegistry, call: Call) -> Registered:
    refuse_format(call)
    return registry.version(subject(call), version(call), deleted=call.flag("deleted"))


def _registered_json(found: Registered) -> dict[str, object]:
    return {
        "subject": found.subject,
        "version": found.version,
        "id": found.id,
        "schemaType": "AVRO",
        **references_json(found.schema.references),
        "schema": found.schema.text,
    }


def _lookup_body(body: bytes) -> SchemaBody:
    """As Redpanda does it: a body that cannot be read is the server's fault here."""
    try:
        return schema_body(body)
    except RefusedError as error:
        raise RefusedError(INVALID_LOOKUP, error.message) from None


def _refuse_import(registry: MemoryRegistry, name: str, schema: SchemaText) -> None:
    """A schema that is there already is answered with its own id, whatever id the request brings."""
    try:
        registry.lookup(name, schema)
    except NotRegisteredError:
        raise RefusedError(NOT_PERMITTED, f"Subject {name} is not in import mode") from None


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True
