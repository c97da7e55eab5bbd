"""What one schema wrote, another reads: the decoder against the checker, the plain twin and fastavro."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import fastavro
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from eventpact.codec import Codec
from eventpact.codec.classes import classes_of
from eventpact.codec.model import Model
from eventpact.codec.plain_read import PlainReader
from eventpact.codec.reading import Reading
from eventpact.codec.survey import survey
from eventpact.errors import DecodeError, ExpressionError, ResolutionError
from eventpact.schema import Schema, check, parse, resolve
from tests.codec.bodies import Endless, body_of, data_of
from tests.codec.made import made
from tests.schema.draw import evolutions

# Faults of a value, not of a schema: bytes read as text or UUID, digits beyond the reader's precision.
_OF_THE_VALUE = ("UTF-8", "UUID", "digits", "decimal has no bytes", "year 1 to 9999", "time of day")


def _wrapped(text: str) -> str:
    """The schema as the one field of a record: events are records."""
    document = json.loads(text)
    return json.dumps({"type": "record", "name": "WrapperOfAll", "fields": [{"name": "value", "type": document}]})


def _codec(text: str) -> tuple[Any, Codec[Any]]:
    try:
        cls = made(text)
        return cls, Codec(cls)
    except (ExpressionError, ResolutionError):
        # No Python class; or aliases so unwise that the schema cannot even read itself.
        assume(False)
        raise


def _body(writer: Schema, data: st.DataObject) -> bytes:
    try:
        return body_of(writer, lambda limit: data.draw(st.integers(0, limit - 1)))
    except Endless:
        assume(False)
        raise


def _decoder(codec: Codec[Any], writer: Schema) -> Any:
    try:
        return codec.decoder(writer)
    except ExpressionError:
        # A default that Python cannot hold, such as the date of the year 10000.
        assume(False)
        raise


class _FaultOfTheValue(Exception):  # noqa: N818
    pass


@contextmanager
def _naming_faults_of_the_value() -> Iterator[None]:
    try:
        yield
    except DecodeError as error:
        if any(words in error.message for words in _OF_THE_VALUE):
            raise _FaultOfTheValue from error
        raise


@given(st.data(), evolutions(), st.booleans())
def test_the_checker_finds_nothing_exactly_when_the_decoder_reads_everything(
    data: st.DataObject, pair: tuple[str, str], forward: bool
) -> None:
    texts = [_wrapped(text) for text in pair]
    reader_text, writer_text = texts if forward else reversed(texts)
    _, codec = _codec(reader_text)
    writer = parse(writer_text)
    if check(codec.schema, writer):
        with pytest.raises(ResolutionError) as caught:
            codec.decoder(writer)
        assert caught.value.findings
        return
    decode = _decoder(codec, writer)
    for _ in range(3):
        body = _body(writer, data)
        with suppress(_FaultOfTheValue), _naming_faults_of_the_value():
            decode(body)


@given(st.data(), evolutions(), st.booleans())
def test_on_any_pair_the_generated_decoder_the_plain_one_and_fastavro_agree(
    data: st.DataObject, pair: tuple[str, str], forward: bool
) -> None:
    texts = [_without_logical_types(_wrapped(text)) for text in pair]
    reader_text, writer_text = texts if forward else reversed(texts)
    cls, codec = _codec(reader_text)
    writer = parse(writer_text)
    if check(codec.schema, writer):
        return
    decode = _decoder(codec, writer)
    classes = classes_of(cls, codec.schema)
    plan = resolve(codec.schema, writer)
    reading = Reading(Model(codec.schema, classes), writer, survey(writer.names), plan)
    for _ in range(3):
        body = _body(writer, data)
        event = decode(body)

        # By text: 5 equals 5.0, and is another answer.
        assert repr(event) == repr(PlainReader(reading, body).decode())
        theirs = _fastavro(body, writer, codec.schema)
        if theirs is not None:
            assert _agree(data_of(codec.schema, codec.schema.root, classes, event), theirs)


def _without_logical_types(text: str) -> str:
    """fastavro takes the writer's logical type where Avro takes the reader's: it is no oracle for those."""

    def strip(node: Any) -> Any:
        if isinstance(node, dict):
            return {
                key: strip(value) if key != "default" else value for key, value in node.items() if key != "logicalType"
            }
        return [strip(one) for one in node] if isinstance(node, list) else node

    return json.dumps(strip(json.loads(text)))


def _fastavro(body: bytes, writer: Schema, reader: Schema) -> Any:
    """What fastavro reads, or None where it cannot: it misses some matches by simple name and by alias."""
    try:
        parsed = fastavro.parse_schema(json.loads(writer.text)), fastavro.parse_schema(json.loads(reader.text))
        return fastavro.schemaless_reader(io.BytesIO(body), *parsed)
    except Exception:
        return None


def _agree(ours: Any, theirs: Any) -> bool:
    """Equal, but for what fastavro does not convert: defaults of bytes stay text, those of records stay incomplete."""
    match ours, theirs:
        case dict(), dict():
            return all(key in ours and _agree(ours[key], value) for key, value in theirs.items())
        case list(), list():
            return len(ours) == len(theirs) and all(map(_agree, ours, theirs))
        case bytes(), str():
            return ours == theirs.encode("latin-1", "replace")
        case _:
            return bool(ours == theirs)
