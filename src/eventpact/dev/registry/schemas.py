"""Endpoints below /schemas: what an id means."""

from __future__ import annotations

from eventpact.dev.registry.call import Answer, Call, reply
from eventpact.dev.registry.parameters import place_of_id, refuse_format
from eventpact.dev.registry.subjects import metadata_json, references_json
from eventpact.registry import MemoryRegistry

__all__ = ["get_schema", "get_schema_document", "list_places", "list_subjects_of", "list_types"]


def list_types(registry: MemoryRegistry, call: Call) -> Answer:
    return reply(["JSON", "PROTOBUF", "AVRO"])


def get_schema(registry: MemoryRegistry, call: Call) -> Answer:
    refuse_format(call)
    number, context = place_of_id(registry, call)
    found = registry.stored(number, context=context)
    return reply(
        {"schema": found.text.text, **references_json(found.text.references), **metadata_json(found.properties)}
    )


def get_schema_document(registry: MemoryRegistry, call: Call) -> Answer:
    refuse_format(call)
    number, context = place_of_id(registry, call)
    return Answer(200, registry.schema_by_id(number, context=context).text.encode())


def list_places(registry: MemoryRegistry, call: Call) -> Answer:
    number, context = place_of_id(registry, call)
    places = registry.subject_versions(number, context=context)
    return reply([{"subject": subject, "version": version} for subject, version in places])


def list_subjects_of(registry: MemoryRegistry, call: Call) -> Answer:
    number, context = place_of_id(registry, call)
    if call.flag("deleted"):
        return reply(sorted(registry.subjects_of(number, context=context)))
    return reply(sorted({subject for subject, _ in registry.subject_versions(number, context=context)}))
