"""Bytes equal fastavro's, events come back equal, and the generated code agrees with the plain twin."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from eventpact.codec import Codec
from eventpact.codec.classes import classes_of
from eventpact.codec.model import Model
from eventpact.codec.plain_read import PlainReader
from eventpact.codec.plain_write import PlainWriter
from eventpact.codec.reading import Reading
from eventpact.codec.survey import survey
from eventpact.errors import DecodeError
from eventpact.schema import resolve
from tests.codec.draw import events, record_schemas
from tests.codec.made import made
from tests.codec.oracle import fastavro_bytes


@given(st.data(), record_schemas())
def test_the_bytes_of_any_event_equal_fastavros_and_decode_to_an_equal_event(
    data: st.DataObject, schema: dict[str, Any]
) -> None:
    cls = made(schema)
    codec = Codec(cls)
    classes = classes_of(cls, codec.schema)
    model = Model(codec.schema, classes)
    for _ in range(3):
        event = data.draw(events(codec.schema, classes))
        body = codec.encode(event)

        assert body == fastavro_bytes(codec.schema, classes, event)
        assert body == PlainWriter(model).encode(event)
        assert codec.decode(body) == event


@given(st.data(), record_schemas())
def test_on_damaged_bytes_the_generated_decoder_and_the_plain_one_agree(
    data: st.DataObject, schema: dict[str, Any]
) -> None:
    cls = made(schema)
    codec = Codec(cls)
    classes = classes_of(cls, codec.schema)
    plan = resolve(codec.schema, codec.schema)
    reading = Reading(Model(codec.schema, classes), codec.schema, survey(codec.schema.names), plan)
    body = codec.encode(data.draw(events(codec.schema, classes)))
    for _ in range(10):
        damaged = data.draw(damage(body))
        try:
            event = codec.decode(damaged)
        except DecodeError:
            continue  # The words came from the plain twin: it refused as well.

        assert repr(event) == repr(PlainReader(reading, damaged).decode())


@st.composite
def damage(draw: st.DrawFn, body: bytes) -> bytes:
    """The body with a few bytes changed, dropped or added."""
    damaged = bytearray(body)
    for _ in range(draw(st.integers(1, 3))):
        at = draw(st.integers(0, len(damaged)))
        piece = draw(st.binary(max_size=3) | st.sampled_from([b"\x80", b"\x01", b"\xff" * 9 + b"\x01", b"\x80\x00"]))
        damaged[at : at + draw(st.integers(0, 2))] = piece
    return bytes(damaged)
