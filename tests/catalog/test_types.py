"""What a page says about types is what the schema says."""

import json
from typing import Any

from hypothesis import given

from eventpact.catalog.types import FieldRow, TypeSection, type_sections
from eventpact.schema import parse
from eventpact.schema.names import simple_name
from eventpact.schema.tree import Array, Map, Record, Ref, Type, Union
from eventpact_compat.show import show_type
from tests.codec.draw import record_schemas


def sections(*fields: dict[str, Any], key: str | None = None) -> tuple[TypeSection, ...]:
    schema = parse(json.dumps({"type": "record", "name": "shop.Order", "fields": list(fields)}))
    return type_sections(schema, "shop.Order", key)


def row(**more: Any) -> FieldRow:
    return sections({"name": "f", **more})[0].fields[0]


def renamed(type_: Type) -> Type:
    """The type with the simple names that a page shows."""
    match type_:
        case Ref(name):
            return Ref(simple_name(name))
        case Array(items):
            return Array(renamed(items))
        case Map(values):
            return Map(renamed(values))
        case Union(branches):
            return Union(tuple(map(renamed, branches)))
        case _:
            return type_


@given(record_schemas())
def test_every_type_that_is_named_has_a_section(drawn: dict[str, Any]) -> None:
    schema = parse(json.dumps(drawn))
    found = type_sections(schema, schema.name or "", None)
    anchors = {section.anchor for section in found}
    targets = {piece.target for section in found for field in section.fields for piece in field.type if piece.target}

    assert found[0].name == schema.name
    assert targets <= anchors
    assert {section.name for section in found} == set(schema.names)


@given(record_schemas())
def test_a_type_is_written_as_the_gate_writes_it(drawn: dict[str, Any]) -> None:
    schema = parse(json.dumps(drawn))
    for section in type_sections(schema, schema.name or "", None):
        record = schema.names[section.name]
        if isinstance(record, Record):
            expected = [(field.name, show_type(renamed(field.type))) for field in record.fields]

            assert [(field.name, field.type_text) for field in section.fields] == expected


def test_the_rules_of_type_and_field_stand_together() -> None:
    inner = {"type": "string", "minLength": 2, "avro.java.string": "String"}

    assert row(type=["null", inner], pattern="^a", minLength=3).rules == (
        ("minLength", "3"),
        ("avro.java.string", "String"),
        ("pattern", "^a"),
    )


def test_a_tag_is_shown_wherever_it_is_written() -> None:
    tagged = [
        row(type="string", pii=True),
        row(type="string", **{"confluent:tags": ["internal", "PII"]}),
        row(type={"type": "array", "items": {"type": "string", "pii": True}}),
        row(type="string"),
    ]

    assert [field.tags for field in tagged] == [("PII",), ("PII", "internal"), ("PII",), ()]
    assert all(field.rules == () for field in tagged)


def test_null_is_a_default_and_absence_is_none() -> None:
    assert [row(type=["null", "int"], default=None).default, row(type="int").default] == ["null", None]


def test_only_the_field_of_the_event_is_the_key() -> None:
    inner = {"type": "record", "name": "Line", "fields": [{"name": "id", "type": "string"}]}
    order, line = sections({"name": "id", "type": "string"}, {"name": "line", "type": inner}, key="id")

    assert ([field.is_key for field in order.fields], line.fields[0].is_key) == ([True, False], False)


def test_enums_and_fixed_say_what_they_are() -> None:
    enum = {"type": "enum", "name": "E", "symbols": ["A", "B"], "default": "B", "aliases": ["old.E"]}
    money = {"type": "fixed", "name": "M", "size": 8, "logicalType": "decimal", "precision": 18, "scale": 2}
    _, first, second = sections({"name": "e", "type": enum}, {"name": "m", "type": money})

    assert (first.kind, first.symbols, first.default, first.aliases) == ("enum", ("A", "B"), "B", ("old.E",))
    assert (second.kind, second.shape) == ("fixed", "fixed(8) (decimal(18, 2))")
