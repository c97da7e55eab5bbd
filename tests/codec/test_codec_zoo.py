"""Every expressible schema of the zoo, through its generated classes."""

from __future__ import annotations

import dataclasses
import json
from functools import cache
from typing import Any

import fastavro
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from eventpact.codec import Codec
from eventpact.codec.classes import classes_of
from eventpact.codec.model import Model
from eventpact.codec.plain_write import PlainWriter
from eventpact.errors import EncodeError
from eventpact.schema import Schema, SchemaError, parse
from tests.codec.bodies import body_of
from tests.codec.draw import events
from tests.codec.generated import import_generated
from tests.codec.oracle import fastavro_bytes
from tests.zoo.animals import ANIMALS, Animal

EXPRESSIBLE = [animal for animal in ANIMALS if animal.expressible and not animal.name.startswith("root_")]
_CONSTRAINTS = {"format", "pattern", "minLength", "maxLength", "minimum", "maximum"}


@cache
def codec_of(name: str) -> Codec[Any]:
    """The codec of an animal's generated event class."""
    animal = next(one for one in EXPRESSIBLE if one.name == name)
    module = import_generated({animal.file: animal.text}, animal.name)
    event_name = parse(animal.text).name
    return Codec(module.AVRO_TYPES[event_name])


@pytest.mark.parametrize("animal", EXPRESSIBLE, ids=lambda animal: animal.name)
@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(data=st.data())
def test_bytes_equal_fastavros_and_events_come_back(data: st.DataObject, animal: Animal) -> None:
    codec = codec_of(animal.name)
    classes = classes_of(codec.event_class, codec.schema)
    event = data.draw(events(codec.schema, classes))
    try:
        body = codec.encode(event)
    except EncodeError as error:
        # The events are drawn without a look at constraints.
        if error.rule in _CONSTRAINTS:
            return
        raise

    assert codec.decode(body) == event
    assert type(codec.decode(body)) is codec.event_class
    assert body == PlainWriter(Model(codec.schema, classes)).encode(event)
    if _fastavro_takes(animal):
        assert body == fastavro_bytes(codec.schema, classes, event)


def _fastavro_takes(animal: Animal) -> bool:
    try:
        fastavro.parse_schema(json.loads(animal.text))
    except Exception:
        # It rejects several logical types that Avro says to ignore, and some enum defaults.
        return False
    return True


def _required_only(animal: Animal) -> Schema | None:
    """The animal without the fields that have defaults, or ``None`` where it has no defaults (or cannot do without)."""
    document = json.loads(animal.text)
    kept = [field for field in document["fields"] if "default" not in field]
    if len(kept) == len(document["fields"]):
        return None
    try:
        return parse(json.dumps({**document, "fields": kept}))
    except SchemaError:
        # A field that stays uses a type that one of the others defines.
        return None


@pytest.mark.parametrize("animal", [one for one in EXPRESSIBLE if _required_only(one)], ids=lambda animal: animal.name)
def test_a_field_filled_from_its_default_equals_the_default_of_the_class(animal: Animal) -> None:
    """The generator writes a default as Python, the codec makes it from JSON: two ways to the same value."""
    codec, writer = codec_of(animal.name), _required_only(animal)
    assert writer is not None
    decode, body = codec.decoder(writer), body_of(writer, lambda limit: 0)
    event, again = decode(body), decode(body)
    required = [field.name for field in dataclasses.fields(event) if _has_no_default(field)]
    expected = codec.event_class(**{name: getattr(event, name) for name in required})

    assert repr(event) == repr(expected)
    for field in dataclasses.fields(event):
        value = getattr(event, field.name)
        assert type(value) is type(getattr(expected, field.name))
        # What can be changed is made afresh for each event.
        assert not isinstance(value, dict) or value is not getattr(again, field.name)


def _has_no_default(field: dataclasses.Field[Any]) -> bool:
    return field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING


@pytest.mark.parametrize("animal", EXPRESSIBLE, ids=lambda animal: animal.name)
def test_the_code_can_be_explained(animal: Animal) -> None:
    code = codec_of(animal.name).explain()

    compile(code, "explained", "exec")
    assert "def encode(event):" in code
    assert "def decode(data):" in code
