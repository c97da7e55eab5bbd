"""What a fix does, and what it leaves alone."""

import json

import pytest

from eventpact_compat.lint import fix, lint_text


def fixed(**field: object) -> dict[str, object]:
    text = json.dumps({"type": "record", "name": "R", "fields": [{"name": "f", **field}]})
    found: dict[str, object] = json.loads(fix(text))["fields"][0]
    del found["name"]
    return found


FIXED16 = {"type": "fixed", "name": "F", "doc": "It.", "size": 16}
FIXED8 = {"type": "fixed", "name": "G", "doc": "It.", "size": 8}


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            {"type": "long", "logicalType": "time-micros"},
            {"type": {"type": "long", "logicalType": "time-micros"}},
        ),
        (
            {"type": {"type": "bytes", "unit": "EUR"}, "logicalType": "decimal", "precision": 4, "scale": 1},
            {"type": {"type": "bytes", "unit": "EUR", "logicalType": "decimal", "precision": 4, "scale": 1}},
        ),
        (
            {"type": ["null", "string", "int"], "logicalType": "uuid"},
            {"type": ["null", {"type": "string", "logicalType": "uuid"}, "int"]},
        ),
        (
            {"type": {"type": "long", "logicalType": "time-micros"}, "logicalType": "time-micros"},
            {"type": {"type": "long", "logicalType": "time-micros"}},
        ),
        # A property of another meaning stays where it is.
        (
            {"type": "string", "logicalType": "uuid", "precision": "high"},
            {"type": {"type": "string", "logicalType": "uuid"}, "precision": "high"},
        ),
    ],
)
def test_an_annotation_moves_into_the_type(before: dict[str, object], after: dict[str, object]) -> None:
    assert fixed(**before) == after


@pytest.mark.parametrize(
    "field",
    [
        {"type": "string", "logicalType": "date"},
        {"type": "long", "logicalType": "no-such-type"},
        {"type": "bytes", "logicalType": "decimal"},
        {"type": ["string", FIXED16], "logicalType": "uuid"},
        {"type": {"type": "array", "items": "string"}, "logicalType": "uuid"},
        {"type": {"type": "long", "logicalType": "time-micros"}, "logicalType": "timestamp-micros"},
        {"type": {"type": "array", "items": ["null", "string"]}, "default": [None, "a"]},
        {"type": {"type": "array", "items": ["null", "string", "int"]}, "default": ["a", 5]},
    ],
)
def test_what_is_not_certain_is_left_to_a_person(field: dict[str, object]) -> None:
    assert fixed(**field) == field


@pytest.mark.parametrize(
    ("branches", "default", "after"),
    [
        (["string", "null"], None, ["null", "string"]),
        (["boolean", "string", "null"], "a", ["string", "boolean", "null"]),
        (["int", "long"], 2**31, ["long", "int"]),
        (["int", "long"], 2**31 - 1, ["int", "long"]),
        (["string", "double", "long"], 5, ["double", "string", "long"]),
        (["int", FIXED16], "x" * 16, [FIXED16, "int"]),
        (["int", FIXED16, FIXED8], "x" * 8, [FIXED8, "int", FIXED16]),
    ],
)
def test_the_branch_of_the_default_moves_to_the_front(branches: object, default: object, after: object) -> None:
    assert fixed(type=branches, default=default) == {"type": after, "default": default}


def test_a_branch_that_later_ones_need_where_it_is_stays() -> None:
    """The array would use F before it is defined."""
    field = {"type": [FIXED16, {"type": "array", "items": "F"}], "default": []}

    assert fixed(**field) == field


def test_one_fix_that_cannot_be_does_not_hold_up_the_others() -> None:
    stuck = {"name": "a", "type": [FIXED16, {"type": "array", "items": "F"}], "default": [], "doc": "It."}
    free = {"name": "b", "type": ["null", "string"], "default": "a", "doc": "It."}
    late = {"name": "c", "type": ["int", "string"], "default": "a", "doc": "It."}
    text = json.dumps({"type": "record", "name": "R", "doc": "It.", "fields": [stuck, free, late]})

    assert [(f.rule, f.path) for f in lint_text(fix(text))] == [("UNION_DEFAULT_NOT_FIRST", "R.a")]


def test_repeated_keys_and_spellings_survive() -> None:
    text = '{"type":"fixed","name":"\\u0046","size":16,"x":1.50,"x":1e2}'

    assert fix(text) == ('{\n  "type": "fixed",\n  "name": "\\u0046",\n  "size": 16,\n  "x": 1.50,\n  "x": 1e2\n}\n')
