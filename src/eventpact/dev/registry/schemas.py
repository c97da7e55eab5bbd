"""Endpoints below /schemas: what an id means."""

from __future__ import annotations

from eventpact.dev.registry.call import Answer, Call, reply
from eventpact.dev.registry.parameters import refuse_format, schema_id
from eventpact.dev.registry.subjects import references_json
from eventpact.registry import MemoryRegistry

__all__ = ["get_schema", "get_schema_document", "list_places", "list_subjects_of", "list_types"]


def list_types(registry: MemoryRegistry, call: Call) -> Answer:
    return reply(["JSON", "PROTOBUF", "AVRO"])


def get_schema(registry: MemoryRegistry, call: Call) -> Answer:
    refuse_format(call)
    found = registry.schema_by_id(schema_id(call))
    return reply({"schema": found.text, **references_json(found.references)})


def get_schema_document(registry: MemoryRegistry, call: Call) -> Answer:
    refuse_format(call)
    return Answer(200, registry.schema_by_id(schema_id(call)).text.encode())


def list_places(registry: MemoryRegistry, call: Call) -> Answer:
    places = registry.subject_versions(schema_id(call))
    return reply([{"subject": subject, "version": version} for subject, version in places])


def list_subjects_of(registry: MemoryRegistry, call: Call) -> Answer:
    number = schema_id(call)
    if call.flag("deleted"):
        return reply(sorted(registry.subjects_of(number)))
    return reply(sorted({subject for subject, _ in registry.subject_versions(number)}))
