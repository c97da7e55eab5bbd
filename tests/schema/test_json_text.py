"""The text: strict JSON, the same language on the fast and on the slow path, and faults with their places."""

from __future__ import annotations

import json
import sys

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from eventpact.errors import SchemaError
from eventpact.schema import parse
from eventpact.schema.json_document import UNSURE, Document, deeper_than, read_fast
from eventpact.schema.limits import MAX_DEPTH, MAX_TEXT
from eventpact.schema.scanner import JsonError, Scan, scan
from eventpact.schema.tree import Json

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=20,
)
pieces = st.sampled_from(
    ["{", "}", "[", "]", ":", ",", '"', '"a"', '"b":', "1", "-0", "01", "1.5", "1e5", "1e999", "NaN", "true", "null",
     "\\", '"\\u12', '"\\ud83d\\ude00"', '"\\ud800"', " ", "\n", "\x00", "é", "\ud800", "//", "\ufeff"]
)  # fmt: skip


@given(json_values, st.booleans())
def test_the_scanner_reads_what_json_writes(value: Json, ascii_only: bool) -> None:
    text = json.dumps(value, ensure_ascii=ascii_only, indent=2)

    assert scan(text).value == value


@given(st.lists(pieces, max_size=12).map("".join) | json_values.map(json.dumps))
@example('{"a": 1, "a": 2}')
@example('"\\ud83d\\ude00"')
@example('"\\ud800"')
@example('"\\uDC00"')
@example("1" * 1001)
@example("-" + "1" * 5000)
@example("[" * (MAX_DEPTH + 1) + "]" * (MAX_DEPTH + 1))
@example("[" * MAX_DEPTH + "]" * MAX_DEPTH)
@example("1e400")
@example('["\x1f"]')
def test_the_fast_path_reads_only_what_the_scanner_reads_and_the_same(text: str) -> None:
    fast = read_fast(text)

    if fast is not UNSURE:
        # Deep values compare by recursion; the examples with a great depth are read by both or by the scanner.
        assert repr(fast) == repr(scan(text).value)


@given(st.lists(pieces, max_size=12).map("".join))
def test_what_the_scanner_reads_the_standard_library_reads_alike(text: str) -> None:
    found = _scanned(text)
    if isinstance(found, JsonError):
        assert 0 <= found.offset <= len(text)
    else:
        assert found.value == json.loads(text)


def _scanned(text: str) -> Scan | JsonError:
    try:
        return scan(text)
    except JsonError as error:
        return error


@given(json_values)
def test_every_value_is_found_where_it_stands(value: Json) -> None:
    text = json.dumps(value, indent=1, ensure_ascii=False)
    found = scan(text)
    work: list[tuple[list[str | int], Json]] = [([], value)]
    while work:
        parts, here = work.pop()
        offset = found.offset(parts)
        assert json.JSONDecoder().raw_decode(text, offset)[0] == here
        if isinstance(here, dict):
            work += [([*parts, key], inner) for key, inner in here.items()]
        elif isinstance(here, list):
            work += [([*parts, index], inner) for index, inner in enumerate(here)]


@pytest.mark.parametrize(
    ("text", "line", "column", "pointer", "message"),
    [
        ("", 1, 1, "", "the text is empty; a schema is JSON"),
        ("\ufeff1", 1, 1, "", "the text starts with a byte order mark; save it as UTF-8 without one"),
        ('{"a": 1,\n "a": 2}', 2, 2, "/a", "the key 'a' stands twice in this object"),
        ('{"a": [1, {"b": tru}]}', 1, 17, "/a/1/b", "expected a value"),
        ('{"a": [1,\n2', 2, 2, "/a/2", "expected ',' or ']', found the end of the text"),
        ('{"a": 1,}', 1, 9, "", "a comma before '}'"),
        ("{'a': 1}", 1, 2, "", "expected a key in double quotes"),
        ('{"a/~": "x\ty"}', 1, 11, "/a~1~0", "a control character in text; write it as \\u0009"),
        ('["x\\q"]', 1, 4, "/0", "an escape that JSON does not have"),
        ('["\ud800"]', 1, 3, "/0", "half of a surrogate pair in text"),
        ("[01]", 1, 2, "/0", "not a number as JSON writes it"),
        ("[1] /* x */", 1, 5, "", "text after the end of the document"),
    ],
)
def test_a_fault_says_where_it_is(text: str, line: int, column: int, pointer: str, message: str) -> None:
    with pytest.raises(SchemaError) as caught:
        parse(text, source="a.avsc")

    error = caught.value
    assert (error.source, error.line, error.column, error.pointer) == ("a.avsc", line, column, pointer)
    assert error.message == message


def test_bytes_are_utf_8() -> None:
    assert parse('{"type": "int", "doc": "é"}'.encode()).text == '{"type": "int", "doc": "é"}'
    with pytest.raises(SchemaError, match=r"<schema>:2:2: the text is not UTF-8"):
        parse(b'"int"\n \xff')


def test_a_huge_text_is_refused_unread() -> None:
    with pytest.raises(SchemaError, match="bytes at most"):
        parse(" " * (MAX_TEXT + 1))


def test_depth_is_counted_exactly() -> None:
    assert not deeper_than(2, [[1]])
    assert deeper_than(2, [[{}]])
    assert not deeper_than(0, 1)


def test_deep_text_needs_no_stack() -> None:
    deep = "[" * MAX_DEPTH + "]" * MAX_DEPTH
    limit = sys.getrecursionlimit()

    assert Document(deep, "deep").text == deep
    assert sys.getrecursionlimit() == limit
