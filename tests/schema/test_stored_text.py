"""Redpanda's stored form: what it keeps, what it moves, and what stays different."""

from __future__ import annotations

import json

import pytest
from hypothesis import given

from eventpact.schema import parse
from tests.schema.draw import schemas


@pytest.mark.parametrize(
    ("text", "stored"),
    [
        ('"string"', '"string"'),
        ('{ "type": "string" }', '{"type":"string"}'),
        (
            '{"x": 1, "fields": [{"type": "int", "x": {"b": 1, "a": 2}, "default": 1, "name": "a", "doc": "é"}],'
            ' "doc": "d", "name": "R", "type": "record"}',
            '{"type":"record","name":"R","doc":"d","fields":[{"name":"a","type":"int","doc":"é","default":1,'
            '"x":{"b":1,"a":2}}],"x":1}',
        ),
        (
            '{"type": "fixed", "name": "n.F", "size": 4, "aliases": ["G"]}',
            '{"type":"fixed","name":"F","namespace":"n","size":4,"aliases":["G"]}',
        ),
        (
            '{"type": "record", "name": "n.R", "fields": [{"name": "a", "type": {"type": "enum", "name": "n.E",'
            ' "symbols": ["A"], "default": "A"}}, {"name": "b", "type": {"type": "fixed", "name": "F", "namespace": "",'
            ' "size": 1}}]}',
            '{"type":"record","name":"R","namespace":"n","fields":[{"name":"a","type":{"type":"enum","name":"E",'
            '"symbols":["A"],"default":"A"}},{"name":"b","type":{"type":"fixed","name":"F","namespace":"","size":1}}]}',
        ),
        (
            '{"type": "long", "logicalType": "timestamp-millis"}',
            '{"type":"long","logicalType":"timestamp-millis"}',
        ),
    ],
)  # fmt: skip
def test_the_stored_form(text: str, stored: str) -> None:
    assert parse(text).stored_text == stored


@given(schemas())
def test_the_stored_form_is_stored_as_it_is_and_means_the_same(text: str) -> None:
    found = parse(text)
    again = parse(found.stored_text)

    assert again.stored_text == found.stored_text
    assert again.canonical == found.canonical
    assert again.names == found.names


@given(schemas())
def test_layout_makes_no_difference_and_everything_else_is_kept(text: str) -> None:
    assert parse(json.dumps(json.loads(text), indent=4)).stored_text == parse(text).stored_text
    assert json.loads(parse('{"type": "int", "x": [1.50, 1e3]}').stored_text) == {"type": "int", "x": [1.5, 1000.0]}
