"""Golden payloads: every edge of every type, made without the codec and read alike by codec and fastavro."""

import io
import json
from pathlib import Path

import fastavro
from hypothesis import given, settings

from eventpact.errors import ExpressionError, SchemaError
from eventpact.schema import Schema, parse
from eventpact_codegen import generate
from eventpact_compat.golden import Reader, check_golden, event_class, golden_files
from eventpact_compat.golden.edges import MAX_CASES, payloads
from eventpact_compat.golden.shown import differences
from tests.compat.shop import enum, field, logical, order, schema
from tests.schema.draw import schemas

SCHEMAS = Path(__file__).parents[2] / "schemas"

EVERYTHING = order(
    field("a", "boolean"),
    field("b", "int"),
    field("c", "long", minimum=0),
    field("d", "float"),
    field("e", "double"),
    field("f", "bytes"),
    field("g", "string", minLength=3, maxLength=5),
    field("h", {"type": "fixed", "name": "F", "size": 4}),
    field("i", enum("A", "B", "C")),
    field("j", {"type": "array", "items": ["null", "string"]}),
    field("k", {"type": "map", "values": "long"}),
    field("l", logical("bytes", "decimal", precision=20, scale=3)),
    field("m", {**logical("fixed", "decimal", precision=5, scale=2), "name": "D", "size": 8}),
    field("n", logical("string", "uuid")),
    field("o", {**logical("fixed", "uuid"), "name": "U", "size": 16}),
    field("p", logical("int", "date")),
    field("q", logical("int", "time-millis")),
    field("r", logical("long", "time-micros")),
    field("s", logical("long", "timestamp-millis")),
    field("t", logical("long", "timestamp-micros")),
    field("u", logical("long", "timestamp-nanos")),
    field("v", logical("long", "local-timestamp-millis")),
    field("w", {**logical("fixed", "duration"), "name": "P", "size": 12}),
    field("x", ["null", "shop.Order"], default=None),
    field("y", ["null", "int", "string", "shop.Status"], default=None),
    field("z", {"type": "record", "name": "Inner", "fields": [field("q", "null")]}),
)


def reader(text: str) -> tuple[Reader, Schema]:
    parsed = parse(text)
    cls = event_class(generate({"order.avsc": text}, package="shop_events"), parsed.name or "")
    assert cls is not None
    return Reader(cls, parsed), parsed


def test_every_type_is_read_as_it_was_written() -> None:
    todays, writer = reader(EVERYTHING)
    files = golden_files(writer)

    assert list(check_golden(todays, writer, files, contract="c", number=1)) == []
    assert len(files) == 2 * (3 + 3)


def test_each_branch_and_each_symbol_has_a_payload() -> None:
    events = [payload.expected for payload in payloads(schema(EVERYTHING))]
    taken = {key: {json.dumps(event[key]) for event in events if isinstance(event, dict)} for key in "ijy"}

    assert taken["i"] == {'"A"', '"B"', '"C"'}
    assert {"[null]", '["text"]'} <= taken["j"]
    assert {"null", "42", '"text"', '"A"'} <= taken["y"]


def test_payloads_are_the_same_every_time() -> None:
    assert golden_files(schema(EVERYTHING)) == golden_files(schema(EVERYTHING))


def test_file_names_fit_every_file_system() -> None:
    for name in golden_files(schema(EVERYTHING)):
        assert name.isascii()
        assert "/" not in name


def test_fastavro_reads_the_shipped_contracts() -> None:
    for file in ("ingestion_event.avsc", "dead_letter.avsc"):
        text = (SCHEMAS / file).read_text("utf-8")
        for payload in payloads(parse(text)):
            stream = io.BytesIO(payload.body)
            fastavro.schemaless_reader(stream, json.loads(text), None)

            assert stream.read() == b""


@given(schemas())
@settings(max_examples=40)
def test_payloads_of_any_schema_are_what_the_generated_class_reads(text: str) -> None:
    try:
        todays, writer = reader(text)
    except (ExpressionError, SchemaError, AssertionError):
        return  # Python has no class for it, or its root is no record.
    files = golden_files(writer)

    assert list(check_golden(todays, writer, files, contract="c", number=1)) == []
    assert 0 < len(files) <= 2 * MAX_CASES


def test_record_twice_inside_a_record_many_levels_deep_has_no_payload() -> None:
    fields = "string"
    deep: object = fields
    for level in range(20):
        name = f"R{level}"
        inner = {"type": "record", "name": name, "fields": [field("a", deep), field("b", "string")]}
        inner["fields"][1]["type"] = deep if isinstance(deep, str) else deep["name"]  # type: ignore[index]
        deep = inner

    assert golden_files(schema(order(field("root", deep)))) == {}


def test_true_is_not_one() -> None:
    assert list(differences({"a": True}, {"a": 1})) == [("$['a']", True, 1)]
