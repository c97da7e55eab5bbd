"""The contracts as an AsyncAPI 3 document, with the Avro schemas as they are. JSON, which is YAML as well."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Final, TypeAlias

from eventpact.catalog.avro_text import self_contained
from eventpact.catalog.entries import Catalog, Entry
from eventpact.catalog.slugs import slugs
from eventpact.contract import Topic
from eventpact.schema.tree import Json, Record

__all__ = ["asyncapi_document", "asyncapi_text", "read_servers"]

Object: TypeAlias = dict[str, Json]

_BINDING: Final = "0.5.0"
_AVRO: Final = "application/vnd.apache.avro;version=1.9.0"
# Topic settings that the binding knows as numbers; others are text, as Kafka has them.
_NUMBERS: Final = frozenset({"retention.ms", "retention.bytes", "delete.retention.ms", "max.message.bytes"})
_KEY_RULES: Final = ("format", "pattern", "minLength", "maxLength")
_SERVER: Final = re.compile(
    r"(?P<name>[A-Za-z0-9_-]+)=(?:(?P<protocol>kafka|kafka-secure)://)?(?P<host>[A-Za-z0-9.\[\]:-]+)"
)


def asyncapi_text(catalog: Catalog, servers: Mapping[str, str]) -> str:
    """The document as ASCII text: what a schema says may hold halves of characters, and JSON can escape them."""
    return json.dumps(asyncapi_document(catalog, servers), indent=2) + "\n"


def asyncapi_document(catalog: Catalog, servers: Mapping[str, str]) -> Object:
    """The document. ``servers`` maps a name to an address such as ``kafka-secure://broker:9093``.

    Its version is a digest of the rest: it changes when something that it says does, and by nothing else.
    """
    channels: Object = {}
    operations: Object = {}
    messages: Object = {}
    for entry in catalog.entries:
        channels[entry.slug] = _channel(entry)
        messages[entry.slug] = _message(entry)
        operations |= _operations(entry)
    raw = slugs([entry.slug for entry in catalog.entries] + [f"{entry.slug}.raw" for entry in _raw(catalog)])
    for entry in _raw(catalog):
        channels[raw[f"{entry.slug}.raw"]] = _raw_channel(entry)
    rest: Object = {
        **({"servers": {name: _server(address) for name, address in servers.items()}} if servers else {}),
        "defaultContentType": "application/vnd.apache.avro",
        "channels": channels,
        "operations": operations,
        "components": {"messages": messages},
    }
    digest = hashlib.sha256(json.dumps(rest).encode()).hexdigest()[:12]
    info: Object = {
        "title": catalog.title,
        "version": f"0.0.0+{digest}",
        "description": "Written by `eventpact docs` from the manifest and its schemas.",
    }
    return {"asyncapi": "3.0.0", "info": info, **rest}


def read_servers(texts: Iterable[str]) -> dict[str, str]:
    """``production=kafka-secure://broker.example:9093`` -> name and address; plain ``kafka`` where no protocol is said.

    Raises:
        ValueError: a text is no such thing, or a name comes twice.
    """
    found: dict[str, str] = {}
    for text in texts:
        match = _SERVER.fullmatch(text)
        if match is None or match["name"] in found:
            problem = "its name comes twice" if match else "expected NAME=HOST:PORT or NAME=kafka-secure://HOST:PORT"
            raise ValueError(f"{text!r}: {problem}")
        found[match["name"]] = f"{match['protocol'] or 'kafka'}://{match['host']}"
    return found


def _server(address: str) -> Object:
    protocol, _, host = address.partition("://")
    return {"host": host, "protocol": protocol}


def _raw(catalog: Catalog) -> Iterator[Entry]:
    """The contracts whose dead letters have no schema of their own."""
    return (entry for entry in catalog.contracts if entry.contract.dead_letter and entry.letters is None)


def _channel(entry: Entry) -> Object:
    facts, contract = entry.subject.facts, entry.contract
    topic = Topic(facts.topic, facts.partitions, facts.retention_ms, facts.settings)
    ours: Object = {"contract": contract.name, "subject": f"{topic.name}-value", "compatibility": facts.level.name}
    if contract.owner is not None:
        ours["owner"] = contract.owner
    return {
        "address": topic.name,
        "title": entry.name,
        **_described(entry.doc),
        "messages": {entry.slug: _reference("components", "messages", entry.slug)},
        "bindings": {"kafka": _topic(topic)},
        "x-eventpact": ours,
    }


def _raw_channel(entry: Entry) -> Object:
    letter = entry.contract.dead_letter
    if letter is None:
        raise AssertionError(entry)
    return {
        "address": letter.topic.name,
        "title": f"{entry.name}: dead letters",
        "description": f"Records of {entry.contract.topic.name} that could not be handled; their headers say why.",
        "messages": {"raw": {"title": "The original record", "contentType": "application/octet-stream"}},
        "bindings": {"kafka": _topic(letter.topic)},
    }


def _topic(topic: Topic) -> Object:
    settings: Object = {}
    for name, value in sorted(topic.config().items()):
        match name:
            case "cleanup.policy":
                settings[name] = [part.strip() for part in value.split(",")]
            case _ if name in _NUMBERS and value.removeprefix("-").isdecimal():
                settings[name] = int(value)
            case _:
                settings[name] = value
    return {
        "topic": topic.name,
        "partitions": topic.partitions,
        "topicConfiguration": settings,
        "bindingVersion": _BINDING,
    }


def _message(entry: Entry) -> Object:
    kafka: Object = {
        **({"key": key} if (key := _key(entry)) is not None else {}),
        "schemaIdLocation": "payload",
        "schemaIdPayloadEncoding": "confluent",
        "schemaLookupStrategy": "TopicNameStrategy",
        "bindingVersion": _BINDING,
    }
    examples: list[Json] = [{"name": one.title, "payload": one.event} for one in entry.examples]
    return {
        "name": entry.subject.facts.event,
        "title": entry.event,
        **_described(entry.doc),
        "payload": {"schemaFormat": _AVRO, "schema": self_contained(entry.subject.schema)},
        "bindings": {"kafka": kafka},
        **({"examples": examples} if examples and isinstance(entry.examples[0].event, dict) else {}),
    }


def _key(entry: Entry) -> Object | None:
    """What the record key is: a text with the rules of its field."""
    facts = entry.subject.facts
    event = entry.subject.schema.names[facts.event]
    if facts.key is None or not isinstance(event, Record):
        return None
    field = next(field for field in event.fields if field.name == facts.key)
    rules = {name: field.props[name] for name in _KEY_RULES if name in field.props}
    return {"type": "string", **_described(field.doc), **rules}


def _operations(entry: Entry) -> Object:
    reference = _reference("channels", entry.slug)
    uses: Object = {"channel": reference, "messages": [_reference("channels", entry.slug, "messages", entry.slug)]}
    who = "Consumer groups put aside what they cannot handle" if entry.is_dead_letter else "Producers publish"
    found: Object = {f"{entry.slug}.send": {"action": "send", "title": who, **uses}}
    for group, slug in slugs(entry.groups).items():
        binding: Object = {"groupId": {"type": "string", "enum": [group]}, "bindingVersion": _BINDING}
        found[f"{entry.slug}.receive.{slug}"] = {
            "action": "receive",
            "title": f"{group} reads",
            **uses,
            "bindings": {"kafka": binding},
        }
    return found


def _reference(*parts: str) -> Object:
    return {"$ref": f"#/{'/'.join(parts)}"}


def _described(doc: str | None) -> Object:
    """A description is CommonMark, a schema's doc is plain text: what could be markup is taken as it is written."""
    return {"description": re.sub(r"([\\`*_\[\]<&])", r"\\\1", doc)} if doc else {}
