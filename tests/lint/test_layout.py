"""`eventpact format`: one layout, and nothing lost."""

import json
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eventpact.errors import SchemaError
from eventpact.schema import parse
from eventpact_compat.layout import WIDTH, Array, Node, Object, Scalar, format_text, read
from tests.schema.draw import schemas

SCHEMAS = Path(__file__).parents[2] / "schemas"

# Spellings that a JSON library would not give back.
SPELLED = st.sampled_from(
    ["1.0", "1e3", "-0", "1E+2", "12345678901234567890.10", '"\\u00e9"', '"\\/"', '"é"', '"\\ud83d\\ude00"', "null"]
)
KEYS = st.sampled_from(['"type"', '"fields"', '"name"', '"doc"', '"\\u0066ields"', '"a"', '""', '"symbols"'])
BLANKS = st.sampled_from(["", " ", "\n", "\t", "\r\n    "])


STRING = re.compile(r'"(?:[^"\\]|\\.)*"')
STRING_OR_NOT = re.compile(r'"(?:[^"\\]|\\.)*"|[^"]+')
ONE_THING = re.compile(r' *("": )?([^][{}, ]+|\[\]?|\{\}?),?')


@st.composite
def texts(draw: st.DrawFn) -> str:
    """Arbitrary JSON in the shapes of a schema: repeated keys, odd spellings, odd white space."""

    def blank() -> str:
        return draw(BLANKS)

    def array(items: list[str]) -> str:
        return f"[{','.join(blank() + item + blank() for item in items)}{blank()}]"

    def object_(members: list[tuple[str, str]]) -> str:
        return f"{{{','.join(f'{blank()}{key}{blank()}:{blank()}{value}' for key, value in members)}{blank()}}}"

    scalars = SPELLED | st.text(max_size=60).map(json.dumps) | st.integers().map(str)
    nodes = st.recursive(
        scalars,
        lambda inner: (
            st.lists(inner, max_size=5).map(array) | st.lists(st.tuples(KEYS, inner), max_size=5).map(object_)
        ),
        max_leaves=25,
    )
    return blank() + draw(nodes) + blank()


def squeezed(text: str) -> str:
    """The text without white space between its strings, numbers and brackets."""
    return "".join(part if part.startswith('"') else "".join(part.split()) for part in STRING_OR_NOT.findall(text))


@given(texts())
def test_formatting_changes_white_space_only(text: str) -> None:
    """Order, repeated keys and the spelling of each string and number stay."""
    assert squeezed(format_text(text)) == squeezed(text)


@given(texts())
def test_the_reader_agrees_with_the_standard_library(text: str) -> None:
    def pairs(members: list[tuple[str, object]]) -> object:
        return tuple(members)

    def value(node: Node) -> object:
        match node:
            case Scalar():
                return node.value
            case Array(items):
                return [value(item) for item in items]
            case Object(members):
                return tuple((key.value, value(inner)) for key, inner in members)

    assert value(read(text).root) == json.loads(text, object_pairs_hook=pairs)


@given(texts())
def test_formatting_twice_changes_nothing(text: str) -> None:
    once = format_text(text)

    assert format_text(once) == once


@given(texts())
def test_lines_are_short_where_they_can_be(text: str) -> None:
    """A longer line holds one key, or one value, or both."""
    for line in format_text(text).splitlines():
        if len(line) > WIDTH:
            assert ONE_THING.fullmatch(STRING.sub('""', line))


@given(schemas())
def test_a_formatted_schema_is_the_same_schema(text: str) -> None:
    schema, formatted = parse(text), parse(format_text(text))

    assert (formatted.root, formatted.names) == (schema.root, schema.names)
    assert formatted.stored_text == schema.stored_text


@pytest.mark.parametrize("file", sorted(SCHEMAS.glob("*.avsc")), ids=lambda file: file.name)
def test_the_shipped_schemas_are_in_the_one_layout(file: Path) -> None:
    text = file.read_bytes().decode()

    assert format_text(text) == text


def test_what_fits_stands_on_one_line_and_what_does_not_on_several() -> None:
    short = {"name": "a", "type": ["null", "string"], "default": None, "doc": "x" * 40}
    long = {**short, "doc": "x" * 70}

    lines = format_text(json.dumps({"type": "record", "name": "R", "fields": [short, long]})).splitlines()

    assert lines == [
        "{",
        '  "type": "record",',
        '  "name": "R",',
        '  "fields": [',
        f"    {json.dumps(short)},",
        "    {",
        '      "name": "a",',
        '      "type": ["null", "string"],',
        '      "default": null,',
        f'      "doc": "{"x" * 70}"',
        "    }",
        "  ]",
        "}",
    ]


def test_the_comma_counts_as_a_column() -> None:
    fits = json.dumps({"doc": "x" * (WIDTH - len('    {"doc": ""},'))})

    lines = format_text(f'{{"fields": [{fits}, {fits}]}}').splitlines()

    assert [len(line) for line in lines if "doc" in line] == [WIDTH, WIDTH - 1]
    assert format_text(f'{{"fields": [{fits.replace("x", "xx", 1)}, 1]}}').count("\n") > 6


def test_a_record_keeps_one_field_a_line_even_when_it_is_short() -> None:
    record = '{"type": "record", "name": "B", "fields": [{"name": "b", "type": "int"}]}'

    assert '\n        {"name": "b", "type": "int"}\n' in format_text(f'{{"items": [{record}]}}')


def test_deep_nesting_needs_no_deep_stack() -> None:
    text = "[" * 2_000 + "]" * 2_000

    assert format_text(text).count("[") == 2_000


@pytest.mark.parametrize(
    ("text", "line", "column"),
    [
        ("", 1, 1),
        ('{"a": 1,}', 1, 9),
        ("[1 2]", 1, 4),
        ('{"a" 1}', 1, 6),
        ("{} {}", 1, 4),
        ("[\n  // no\n]", 2, 3),
        ('"open', 1, 1),
        ("[NaN]", 1, 2),
        ("[01]", 1, 3),
        ('["\\x"]', 1, 2),
        ("\ufeff{}", 1, 1),
    ],
)
def test_what_is_not_json_is_refused_with_its_place(text: str, line: int, column: int) -> None:
    with pytest.raises(SchemaError) as caught:
        format_text(text, "order.avsc")

    assert (caught.value.source, caught.value.line, caught.value.column) == ("order.avsc", line, column)
