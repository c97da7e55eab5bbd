"""One wire with confluent's serializers, both ways, also through our adapters and for schemas with references."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from confluent_kafka.schema_registry import (
    Schema,
    SchemaReference,
    SchemaRegistryClient,
    header_schema_id_serializer,
    topic_subject_name_strategy,
)
from confluent_kafka.schema_registry.avro import AvroDeserializer, AvroSerializer
from confluent_kafka.serialization import MessageField, SerializationContext
from hypothesis import given
from hypothesis import strategies as st

from eventpact.codec import Codec, frame, unframe
from eventpact.codec.adapters import EventDeserializer, EventSerializer
from eventpact.codec.classes import classes_of
from eventpact.errors import DecodeError, FrameError
from eventpact.ids import SchemaId
from eventpact.schema import parse
from ingestion_events import IngestionEvent, SourceType
from tests.codec.draw import events
from tests.codec.made import made
from tests.codec.oracle import datum

SUBJECTS = {"subject.name.strategy": topic_subject_name_strategy}
CODEC = Codec(IngestionEvent)
CLASSES = classes_of(IngestionEvent, CODEC.schema)


def ingestion_events() -> st.SearchStrategy[IngestionEvent]:
    optional = st.none() | st.text(max_size=80)
    maps = st.none() | st.dictionaries(st.text(max_size=20), st.text(max_size=20), max_size=4)
    return st.builds(
        IngestionEvent,
        tenant_id=st.uuids().map(str),
        source_type=st.sampled_from(SourceType),
        file_hash=st.text("0123456789abcdef", min_size=64, max_size=64),
        s3_uri=st.text(min_size=1),
        original_filename=st.text(min_size=1),
        mime_type=st.text(min_size=1),
        timestamp=st.datetimes(datetime(1900, 1, 1), datetime(2300, 1, 1)).map(  # noqa: DTZ001
            lambda value: value.replace(microsecond=value.microsecond // 1000 * 1000, tzinfo=UTC)
        ),
        source_path=optional,
        parent_id=optional,
        permissions_blob=maps,
        metadata=maps,
    )


def to_dict(event: Any, _ctx: object) -> Any:
    return datum(CODEC.schema, CODEC.schema.root, CLASSES, event)


def from_dict(data: dict[str, Any], _ctx: object) -> IngestionEvent:
    return IngestionEvent(**{**data, "source_type": SourceType(data["source_type"])})


def context(headers: Any = None) -> SerializationContext:
    return SerializationContext("ingestion-events", MessageField.VALUE, headers)


def client() -> Any:
    """Confluent's own in-memory client."""
    return SchemaRegistryClient.new_client({"url": "mock://interop"})


REGISTRY = client()
THEIR_SERIALIZER = AvroSerializer(REGISTRY, IngestionEvent.SCHEMA_TEXT, to_dict, SUBJECTS)
THEIR_DESERIALIZER = AvroDeserializer(REGISTRY, IngestionEvent.SCHEMA_TEXT, from_dict, conf=SUBJECTS)


@given(ingestion_events())
def test_they_write_what_we_write_and_each_reads_the_other(event: IngestionEvent) -> None:
    theirs = THEIR_SERIALIZER(event, context())
    schema_id, body = unframe(theirs)
    ours = frame(schema_id, CODEC.encode(event))

    assert ours == theirs
    assert CODEC.decode(body) == event
    assert THEIR_DESERIALIZER(ours, context()) == event


@given(ingestion_events())
def test_our_adapters_stand_in_for_theirs(event: IngestionEvent) -> None:
    theirs = THEIR_SERIALIZER(event, context())
    asked: list[str] = []

    def id_of(subject: str) -> SchemaId:
        asked.append(subject)
        return unframe(theirs)[0]

    serialize = EventSerializer(CODEC, id_of)
    deserialize = EventDeserializer(CODEC, lambda schema_id: parse(REGISTRY.get_schema(schema_id).schema_str))

    assert serialize(event, context()) == serialize(event, context()) == theirs
    assert asked == ["ingestion-events-value"]
    assert deserialize(theirs, context()) == event
    assert serialize(None, context()) is None
    assert deserialize(None, context()) is None


@pytest.mark.parametrize("as_list", [True, False])
def test_a_schema_named_in_the_headers_is_found(as_list: bool) -> None:
    event = _event()
    headers: Any = [] if as_list else {}
    serializer = AvroSerializer(
        REGISTRY, IngestionEvent.SCHEMA_TEXT, to_dict, {**SUBJECTS, "schema.id.serializer": header_schema_id_serializer}
    )
    value = serializer(event, context(headers))
    deserialize = EventDeserializer(
        CODEC,
        lambda schema_id: parse(REGISTRY.get_schema(schema_id).schema_str),
        lambda guid: parse(REGISTRY.get_schema_by_guid(str(guid)).schema_str),
    )
    blind = EventDeserializer(CODEC, lambda schema_id: CODEC.schema)

    assert value == CODEC.encode(event)
    assert deserialize(value, context(headers)) == event
    with pytest.raises(FrameError, match="GUID"):
        blind(value, context(headers))
    assert blind(value, context([("__value_schema_id", b"\x00\x00\x00\x00\x07")])) == event


def _event() -> IngestionEvent:
    return IngestionEvent(
        tenant_id=str(UUID(int=1)),
        source_type=SourceType.UPLOAD,
        file_hash="0" * 64,
        s3_uri="s3://bucket/key",
        original_filename="a",
        mime_type="text/plain",
        timestamp=datetime(2026, 11, 3, tzinfo=UTC),
    )


@pytest.mark.parametrize("header", [b"", b"\x00", b"\x01" + b"0" * 15, b"\x00\x00\x00\x00\x01x", b"\x02" + b"0" * 16])
def test_a_broken_header_is_a_decode_error(header: bytes) -> None:
    deserialize = EventDeserializer(CODEC, lambda schema_id: CODEC.schema)
    with pytest.raises(DecodeError):
        deserialize(CODEC.encode(_event()), context([("__value_schema_id", header)]))


def test_a_serializer_needs_to_know_the_topic() -> None:
    with pytest.raises(TypeError, match="topic"):
        EventSerializer(CODEC, lambda subject: SchemaId(1))(_event())


ADDRESS = """{"type": "record", "name": "Address", "namespace": "shop",
              "fields": [{"name": "street", "type": "string"}, {"name": "kind", "type":
              {"type": "enum", "name": "Kind", "symbols": ["HOME", "WORK"]}}]}"""
PERSON = """{"type": "record", "name": "Person", "namespace": "shop",
             "fields": [{"name": "home", "type": "Address"}, {"name": "others", "type":
             {"type": "array", "items": ["null", "shop.Address", "Kind"]}}]}"""


@given(st.data())
def test_interop_holds_for_a_schema_with_references(data: st.DataObject) -> None:
    registry = client()
    registry.register_schema("addresses-value", Schema(ADDRESS, "AVRO"))
    theirs = Schema(PERSON, "AVRO", [SchemaReference("shop.Address", "addresses-value", 1)])
    cls = made(PERSON, references={"shop.Address": ADDRESS})
    codec = Codec(cls)
    classes = classes_of(cls, codec.schema)
    event = data.draw(events(codec.schema, classes))

    def as_dict(value: Any, _ctx: object) -> Any:
        return datum(codec.schema, codec.schema.root, classes, value)

    serializer = AvroSerializer(registry, theirs, as_dict, SUBJECTS)
    value = serializer(event, context())
    schema_id, body = unframe(value)
    written = registry.get_schema(schema_id)
    writer = parse(written.schema_str, references={"shop.Address": ADDRESS})

    assert codec.encode(event) == body
    assert codec.decoder(writer)(body) == event
    assert AvroDeserializer(registry, theirs)(frame(schema_id, codec.encode(event)), context()) is not None
