"""An example is an event: `eventpact publish` takes it as it stands, but for what is masked."""

import json
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given

from eventpact.catalog.example import TooLargeError, example
from eventpact.codec import Codec
from eventpact.codec.json_form import JsonForm
from eventpact.schema import parse
from eventpact.schema.tree import Json, Record
from ingestion_events import IngestionEvent
from tests.codec.draw import record_schemas
from tests.codec.made import made


def shown(schema: object, **options: bool) -> Json:
    parsed = parse(schema if isinstance(schema, str) else json.dumps(schema))
    event = parsed.names[parsed.name or ""]
    assert isinstance(event, Record)
    return example(event, parsed.names, **options)


def of(*fields: Mapping[str, object]) -> Any:
    return shown({"type": "record", "name": "R", "fields": list(fields)})


@given(record_schemas())
def test_an_example_of_any_schema_is_an_event(schema: dict[str, Any]) -> None:
    codec = Codec(made(schema))
    try:
        event = shown(schema, masked=False)
    except TooLargeError:
        return

    body = codec.encode(JsonForm(codec).parse(json.dumps(event)))

    assert codec.encode(codec.decode(body)) == body


@pytest.mark.parametrize("required_only", [True, False])
def test_an_example_keeps_to_the_constraints(required_only: bool) -> None:
    event = shown(IngestionEvent.SCHEMA_TEXT, masked=False, required_only=required_only)
    codec = Codec(IngestionEvent)

    assert codec.encode(JsonForm(codec).parse(json.dumps(event)))


def test_personal_data_is_masked_wherever_it_stands() -> None:
    inner = {"type": "record", "name": "I", "fields": [{"name": "a", "type": "string", "pii": True}]}
    tagged = {"name": "b", "type": {"type": "map", "values": "long"}, "confluent:tags": ["PII"], "examples": [7]}

    assert of({"name": "list", "type": {"type": "array", "items": inner}}, tagged) == {
        "list": [{"a": "***"}],
        "b": "***",
    }


def test_what_has_a_default_may_be_left_out() -> None:
    schema = {
        "type": "record",
        "name": "R",
        "fields": [{"name": "a", "type": "int"}, {"name": "b", "type": "int", "default": 0}],
    }

    assert shown(schema, required_only=True) == {"a": 42}


def test_a_schema_may_say_its_own_example() -> None:
    pages = {"name": "pages", "type": ["null", "int"], "default": None, "examples": [12, 13]}
    media = {"name": "media", "type": "string", "examples": ["application/pdf"]}
    wrong = {"name": "wrong", "type": "string", "examples": [5]}

    assert of(pages, media, wrong) == {"pages": 12, "media": "application/pdf", "wrong": "text"}


def test_a_branch_is_named_where_it_would_not_be_clear() -> None:
    either = {"name": "either", "type": ["null", "string", "long"]}
    trap = {"name": "trap", "type": ["null", {"type": "map", "values": "int"}]}

    assert of(either, trap) == {"either": {"string": "text"}, "trap": {"key": 42}}


def test_records_that_hold_themselves_end() -> None:
    assert of({"name": "again", "type": ["null", "R"]}, {"name": "many", "type": {"type": "array", "items": "R"}}) == {
        "again": None,
        "many": [],
    }


def test_an_event_that_no_page_shows_is_too_large() -> None:
    fields: object = "int"
    for depth in range(12):
        fields = {
            "type": "record",
            "name": f"R{depth}",
            "fields": [{"name": "a", "type": fields}, {"name": "b", "type": f"R{depth - 1}" if depth else "int"}],
        }

    with pytest.raises(TooLargeError):
        shown(fields)
