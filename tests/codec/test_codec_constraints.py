"""Constraints in the schema are enforced where an event is written, and on request where it is read."""

from __future__ import annotations

import json
import math
import re
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eventpact.codec.charset import charset_of
from eventpact.codec.pattern import UnsupportedPatternError, compile_pattern
from eventpact.errors import DecodeError, EncodeError, SchemaError
from tests.codec.one_field import OneField

_DECIMAL = {"type": "bytes", "logicalType": "decimal", "precision": 5, "scale": 2}
_UUID = "3f0c0e6e-7a0c-4f0e-9c3a-1b2c3d4e5f60"

ROWS: list[tuple[dict[str, Any], object, list[Any], list[Any]]] = [
    ({"format": "uuid"}, "string", [_UUID, _UUID.upper()], ["", _UUID + "\n", "{" + _UUID + "}", _UUID[:-1] + "٣"]),
    ({"pattern": "^[0-9a-f]{4}$"}, "string", ["00ff"], ["00ff\n", "00FF", "0ff", "00ffa", "00f٣", "00fg", ""]),
    ({"pattern": "^[a-f]{2}$"}, "string", ["ab"], ["0a", "00", "a0"]),
    ({"pattern": "[0-9]"}, "string", ["a1b"], ["ab", ""]),
    ({"pattern": "^a|b$"}, "string", ["ax", "xb"], ["xa", "b\n"]),
    ({"minLength": 1}, "string", ["a"], [""]),
    ({"minLength": 2}, "string", ["éé"], ["é", "\U0001f600"]),
    ({"maxLength": 2}, "string", ["", "\U0001f600\U0001f600"], ["abc"]),
    ({"minLength": 1, "maxLength": 2, "pattern": "a"}, "string", ["a", "ba"], ["", "b", "aaa"]),
    ({"minimum": 1}, "int", [1, 2], [0, -1]),
    ({"maximum": 2**40}, "long", [2**40], [2**40 + 1]),
    ({"minimum": 0.5, "maximum": 1.5}, "double", [0.5, 1, 1.5], [0.4, 2, math.nan]),
    ({"minimum": 0}, "float", [0.0, math.inf], [-0.5, math.nan]),
    ({"minimum": 0.1}, _DECIMAL, [Decimal("0.10")], [Decimal("0.09")]),
    ({"maximum": 5}, _DECIMAL, [Decimal("5.00")], [Decimal("5.01")]),
    ({"minLength": 1}, ["null", "string"], [None, "a"], [""]),
    ({"minimum": 1}, ["null", "int", "string"], [None, 1, ""], [0]),
    ({"minLength": 9, "format": "uuid", "pattern": "x"}, "int", [1], []),
    ({"minimum": 9}, "string", ["a"], []),
    ({"minimum": 9}, "boolean", [True], []),
    ({"minLength": 9}, {"type": "array", "items": "string"}, [("a",)], []),
    ({"format": "date-of-birth"}, "string", ["a"], []),
    ({}, {"type": "array", "items": {"type": "string", "minLength": 1}}, [(), ("a",)], [("a", "")]),
    ({}, {"type": "map", "values": {"type": "int", "minimum": 1}}, [{"a": 1}], [{"a": 0}]),
]


@pytest.mark.parametrize(("props", "type_", "good", "bad"), ROWS, ids=[f"{row[0]} {row[1]}"[:70] for row in ROWS])
def test_a_constraint_lets_pass_what_it_allows_and_names_its_rule_otherwise(
    props: dict[str, Any], type_: object, good: list[Any], bad: list[Any]
) -> None:
    one, unbound = OneField(type_, **props), OneField(_bare(type_))
    strict = OneField(type_, check_on_read=True, **props)
    for value in good:
        assert strict.decode(one.encode(value)) == one.decode(unbound.encode(value))
    for value in bad:
        with pytest.raises(EncodeError) as caught:
            one.encode(value)
        assert caught.value.path.startswith("$.value")
        assert caught.value.rule in ("format", "pattern", "minLength", "maxLength", "minimum", "maximum")
        assert str(value) == "" or repr(value) not in str(caught.value)
        # On read a constraint binds only when asked for: old records keep their right to be read.
        body = unbound.encode(value)
        one.decode(body)
        with pytest.raises(DecodeError, match=caught.value.rule):
            strict.decode(body)


def _bare(type_: Any) -> Any:
    """The type without constraints."""
    if isinstance(type_, dict):
        kept = {key: value for key, value in type_.items() if key not in ("minLength", "minimum")}
        return {key: _bare(value) for key, value in kept.items()}
    return type_


@pytest.mark.parametrize(
    "props",
    [
        {"minLength": "1"},
        {"minLength": -1},
        {"maxLength": 1.0},
        {"maxLength": True},
        {"pattern": 5},
        {"pattern": "("},
        {"pattern": "(?i)a"},
        {"pattern": "a++"},
        {"pattern": r"\p{L}"},
        {"minimum": "0"},
        {"maximum": None},
    ],
    ids=str,
)
def test_a_constraint_that_cannot_be_enforced_is_a_schema_error_when_the_codec_is_built(
    props: dict[str, Any],
) -> None:
    with pytest.raises(SchemaError) as caught:
        OneField("string", **props)

    assert caught.value.pointer == "/fields/0/" + next(iter(props))


@pytest.mark.parametrize(
    ("pattern", "good", "bad"),
    [
        ("^a$", ["a"], ["a\n", "ba"]),
        (r"^\d$", ["1"], ["٣"]),
        (r"^\w$", ["a", "_"], ["é"]),
        (r"^.$", ["é", "\x0b"], ["\r", "\u2028", "\n"]),
        (r"^\s$", ["\ufeff", "\u3000", " "], ["\x1c", "\x85"]),
        (r"^\S$", ["a", "\x1c"], ["\u3000"]),
        (r"^[\s]$", ["\u3000"], ["a"]),
        (r"^[[&|~-]$", ["[", "&", "-"], ["\\"]),
        (r"^[a$.]$", ["$", "."], ["b"]),
        (r"^[%--]$", ["%", "&", "-"], ["$", "."]),
        (r"^[--a]$", ["-", "/", "A", "a"], [",", "b"]),
        (r"^[^-]$", ["a"], ["-"]),
        (r"^[a-c-e]$", ["b", "-", "e"], ["d"]),
        (r"^[a-]$", ["a", "-"], ["b"]),
        (r"^[\ud83d\ude00-\u{1F64F}]\uD83D\uDE00$", ["\U0001f601\U0001f600"], ["\U0001f600"]),
        (r"\B", ["", "aa"], ["a"]),
        (r"^\u0041\x42\u{1F600}$", ["AB\U0001f600"], ["AB"]),
        (r"^(?<year>[0-9]{4})-(?:0[1-9]|1[0-2])$", ["2026-11"], ["2026-13"]),
        (r"^(?=.*[0-9])(?!0)[a-z0-9]+$", ["a1"], ["0a1", "ab"]),
        (r"^a{2,}?b*?$", ["aab"], ["ab"]),
        (r"\bcat\b", ["a cat."], ["concat"]),
        (r"^\/\-\.\0$", ["/-.\x00"], ["x"]),
    ],
)
def test_a_pattern_means_what_ecma_262_says(pattern: str, good: list[str], bad: list[str]) -> None:
    compiled = compile_pattern(pattern)

    assert all(compiled.search(text) for text in good)
    assert not any(compiled.search(text) for text in bad)


@pytest.mark.parametrize(
    "pattern",
    [
        "(?P<a>b)",
        "(?i)a",
        "(?>a)",
        "(?#x)a",
        "(a)(?(1)b)",
        "a*+",
        "a**",
        r"(a)\1",
        r"\p{L}",
        r"\Z",
        r"\A",
        r"\cA",
        "[]a]",
        "[^]",
        "a{,3}",
        "{",
        "a\\",
        "(",
        "[a",
        r"\u{110000}",
        r"[\S]",
        r"[\0-\s]",
        r"[\s-\uffff]",
        r"[a-\d]",
        r"[\w-.]",
    ],
)
def test_a_pattern_without_an_exact_meaning_here_is_refused(pattern: str) -> None:
    with pytest.raises(UnsupportedPatternError):
        compile_pattern(pattern)


def test_a_text_that_is_too_long_is_not_searched() -> None:
    """The pattern would take longer than anybody waits."""
    with pytest.raises(EncodeError, match="longer than 20 characters"):
        OneField("string", pattern=r"^(\w+)+$", maxLength=20).encode("a" * 60 + "-")


@given(
    st.lists(st.sampled_from(["a-f", "0-9", "A", "_", ".", "x-z", "5", " "]), min_size=1, max_size=3).map("".join),
    st.integers(0, 3),
    st.text(st.sampled_from("abf059AZ_.xz -\né٣"), max_size=4),
)
def test_the_quick_form_of_a_pattern_agrees_with_the_regular_expression(members: str, length: int, text: str) -> None:
    pattern = f"^[{members}]{{{length}}}$"
    charset = charset_of(pattern)

    assert charset is not None
    assert charset.fits(text) == bool(compile_pattern(pattern).search(text))


@pytest.mark.parametrize(
    "pattern", ["^[^a]{2}$", r"^[\d]{2}$", "^[a-]{2}$", "^[-a]{2}$", "^[z-a]{2}$", "[a]{2}", "^[é]{2}$", "^[a]{2}$|b"]
)
def test_a_pattern_that_means_more_has_no_quick_form(pattern: str) -> None:
    assert charset_of(pattern) is None


def test_an_error_names_the_rule_and_the_place_and_not_the_value() -> None:
    one = OneField({"type": "array", "items": {"type": "string", "pattern": "^[A-Z]{3}$"}})
    with pytest.raises(EncodeError) as caught:
        one.encode(("ABC", "secret"))

    assert str(caught.value) == "$.value[1]: does not match the pattern '^[A-Z]{3}$'"


def test_hostile_constraints_stay_data() -> None:
    """Keywords are values of the schema: they reach the generated code through repr() or as bound objects only."""
    hostile = "'\"\\\n#{}%s" + json.dumps({"a": 1}) + "__import__('os')"
    one = OneField("string", pattern=re.escape(hostile).replace("\\ ", " ").replace("\\\n", "\\n"))

    assert one.decode(one.encode(hostile)) == hostile


@pytest.mark.parametrize(
    "props", [{"format": "uuid"}, {"pattern": "^[a]{1}$"}, {"pattern": "a|b"}, {"minLength": 1}], ids=str
)
def test_text_without_a_utf8_form_is_no_matter_of_constraints(props: dict[str, Any]) -> None:
    with pytest.raises(EncodeError) as caught:
        OneField("string", **props).encode("\ud800")

    assert caught.value.rule == "type"


def test_a_promoted_number_has_the_readers_class() -> None:
    for kind in ("int", "long"):
        for wider in ("float", "double"):
            reader = OneField(wider)
            back = reader.codec.decoder(OneField(kind).codec.schema)(OneField(kind).encode(5)).a0

            assert repr(back) == "5.0"
