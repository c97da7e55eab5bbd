"""Events as JSON: what comes back equals what went in, what does not fit is refused by path, and no value is told."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eventpact.codec import Codec
from eventpact.codec.classes import classes_of
from eventpact.codec.json_form import JsonForm
from eventpact.errors import EncodeError
from ingestion_events import IngestionEvent
from tests.codec.draw import events, record_schemas
from tests.codec.made import made

FORM = JsonForm(Codec(IngestionEvent))
CANARY = "canary-7f3a"
GOOD: dict[str, Any] = {
    "tenant_id": "0f8fad5b-d9cb-469f-a165-70867728950e",
    "source_type": "UPLOAD",
    "file_hash": "0" * 64,
    "s3_uri": "s3://bucket/1",
    "original_filename": "report.pdf",
    "mime_type": "application/pdf",
    "timestamp": "2026-11-24T10:30:00.250+01:00",
}


def form_of(type_: object) -> JsonForm[Any]:
    return JsonForm(Codec(made({"type": "record", "name": "R", "fields": [{"name": "f", "type": type_}]})))


def same(form: JsonForm[Any], text: str) -> Any:
    return json.loads(json.dumps(form.write(form.parse(text))))["f"]


@given(st.data(), record_schemas())
def test_any_event_comes_back_from_its_json_text(data: st.DataObject, schema: dict[str, Any]) -> None:
    codec = Codec(made(schema))
    form: JsonForm[Any] = JsonForm(codec)
    event = data.draw(events(codec.schema, classes_of(codec.event_class, codec.schema)))
    text = json.dumps(form.write(event), allow_nan=False)

    assert codec.encode(form.parse(text)) == codec.encode(event)


def test_an_event_as_a_person_types_it() -> None:
    event = FORM.parse(json.dumps(GOOD))

    assert event.timestamp == datetime(2026, 11, 24, 9, 30, 0, 250_000, tzinfo=UTC)
    assert event.source_path is None
    assert FORM.write(event) == {
        **GOOD,
        "timestamp": "2026-11-24T09:30:00.250000Z",
        "source_path": None,
        "parent_id": None,
        "permissions_blob": None,
        "metadata": None,
    }


def test_personal_data_is_masked_on_request() -> None:
    event = FORM.parse(json.dumps({**GOOD, "original_filename": CANARY, "metadata": {CANARY: CANARY}}))

    assert CANARY not in json.dumps(FORM.write(event, masked=True))
    assert CANARY in json.dumps(FORM.write(event))


@pytest.mark.parametrize(
    ("change", "path", "said"),
    [
        ({"tenant": CANARY}, "$", 'did you mean "tenant_id"?'),
        ({"source_type": CANARY}, "$.source_type", "expected one of UPLOAD"),
        ({"timestamp": "2026-11-24T10:30:00"}, "$.timestamp", "needs its zone"),
        ({"timestamp": "2026-11-24T10:30:00.1234567Z"}, "$.timestamp", "ISO 8601"),
        ({"timestamp": "2026-11-24T10:30:00.123456Z"}, "$.timestamp", "millisecond"),
        ({"timestamp": "2026-13-24T10:30:00Z"}, "$.timestamp", "no such moment"),
        ({"timestamp": "0001-01-01T00:00:00+10:00"}, "$.timestamp", "outside year"),
        ({"timestamp": 1_700_000_000_000}, "$.timestamp", "expected text"),
        ({"original_filename": [CANARY]}, "$.original_filename", "expected text"),
        ({"source_path": 7}, "$.source_path", "expected text"),
        ({"metadata": {CANARY: 1}}, "$.metadata[*]", "expected text"),
    ],
)
def test_what_does_not_fit_is_refused_by_path_and_without_the_value(
    change: dict[str, Any], path: str, said: str
) -> None:
    with pytest.raises(EncodeError) as refused:
        FORM.parse(json.dumps({**GOOD, **change}))

    assert refused.value.path == path
    assert said in str(refused.value)
    assert CANARY not in str(refused.value)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "null",
        '{"tenant_id": "a", "tenant_id": "b"}',
        b"\xff\xfe{}",
        '{"x": NaN}',
        '{"x": 1' + "0" * 5_000 + "}",
        "[" * 100_000,
        f'{{"{CANARY} x": 1}}',
    ],
)
def test_what_is_no_event_at_all_is_refused(text: str | bytes) -> None:
    with pytest.raises(EncodeError) as refused:
        FORM.parse(text)

    assert CANARY not in str(refused.value)


def test_a_missing_field_without_default_is_named() -> None:
    with pytest.raises(EncodeError, match=r"\$\.s3_uri: missing"):
        FORM.parse(json.dumps({key: value for key, value in GOOD.items() if key != "s3_uri"}))


@pytest.mark.parametrize(
    ("type_", "value"),
    [
        (["null", "string"], "x"),
        (["string", "bytes"], {"string": "YWJj"}),
        (["string", "bytes"], {"bytes": "YWJj"}),
        (["string", "bytes"], "not base64"),
        (["int", "double"], 5),
        (["int", "double"], 5.0),
        (["null", {"type": "map", "values": "int"}], {"map": 1}),
        (["string", {"type": "int", "logicalType": "date"}], {"int": "2026-11-24"}),
        (["string", {"type": "map", "values": "string"}], {"map": {"string": "x"}}),
        ("double", "NaN"),
        ("double", "-Infinity"),
        ({"type": "bytes", "logicalType": "decimal", "precision": 8, "scale": 3}, "12.500"),
    ],
)
def test_a_value_of_a_union_says_its_branch_only_where_it_must(type_: object, value: object) -> None:
    assert same(form_of(type_), json.dumps({"f": value})) == value


@pytest.mark.parametrize(
    ("type_", "value", "said"),
    [
        (["string", "bytes"], "YWJj", "fits string and bytes"),
        (["int", "string"], 2**31, "fits no branch of int, string"),
        ("int", True, "whole number"),
        ("int", 2**31, "32 bits"),
        ("double", 2**53 + 1, "no double holds exactly"),
        ("bytes", "YWJjZ", "base64"),
        ("bytes", "YWI=\n", "base64"),
        ({"type": "bytes", "logicalType": "decimal", "precision": 4, "scale": 2}, 1.5, "rounded"),
        ({"type": "bytes", "logicalType": "decimal", "precision": 4, "scale": 2}, "1.555", "digits after the point"),
        ({"type": "fixed", "name": "F", "size": 3}, "YWI=", "3"),
    ],
)
def test_nothing_is_guessed_or_rounded(type_: object, value: object, said: str) -> None:
    with pytest.raises(EncodeError) as refused:
        form_of(type_).parse(json.dumps({"f": value}))

    assert said in str(refused.value)
    assert refused.value.path == "$.f"
