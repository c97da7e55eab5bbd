"""The checker: every kind at its place, all findings, and what recursion and unions do to them."""

from __future__ import annotations

import json
import sys
import time

import pytest
from hypothesis import given

from eventpact.errors import ResolutionError
from eventpact.schema import check, parse, resolve
from eventpact.schema.check import MAX_FINDINGS
from eventpact.schema.dialect import DialectName
from eventpact.schema.plan import FromUnion, IntoUnion, ReadPrimitive, ReadRecord, Skip, Take
from tests.schema.build import enum, field, memo_trap, nested, record, schema
from tests.schema.draw import evolutions
from tests.schema.model import Doc

FIXED4: Doc = {"type": "fixed", "name": "F", "size": 4}
FIXED8: Doc = {"type": "fixed", "name": "F", "size": 8}


def found(reader: Doc, writer: Doc, dialect: DialectName = "confluent") -> list[tuple[str, str]]:
    return [(one.kind, one.location) for one in check(schema(reader), schema(writer), dialect=dialect)]


@pytest.mark.parametrize(
    ("reader", "writer", "findings"),
    [
        ("int", "long", [("TYPE_MISMATCH", "/")]),
        ("long", "int", []),
        ("bytes", "string", []),
        ("string", "bytes", []),
        ("string", "int", [("TYPE_MISMATCH", "/")]),
        ("string", enum("E", "A"), [("TYPE_MISMATCH", "/")]),
        ("bytes", FIXED4, [("TYPE_MISMATCH", "/")]),
        (FIXED4, FIXED8, [("FIXED_SIZE_MISMATCH", "/size")]),
        (enum("E", "A"), enum("E", "A", "B"), [("MISSING_ENUM_SYMBOLS", "/symbols")]),
        (enum("E", "A", default="A"), enum("E", "A", "B"), []),
        (enum("E", "A"), enum("E", "A", "B", default="A"), [("MISSING_ENUM_SYMBOLS", "/symbols")]),
        (enum("E", "B", "A"), enum("E", "A", "B"), []),
        (enum("a.E", "A"), enum("b.E", "A"), []),
        (enum("E", "A"), enum("D", "A"), [("NAME_MISMATCH", "/name")]),
        (enum("a.E", "A", aliases=["D"]), enum("a.D", "A"), []),
        (enum("a.E", "A", aliases=["D"]), enum("D", "A"), [("NAME_MISMATCH", "/name")]),
        (enum("a.E", "A", aliases=["b.D"]), enum("b.D", "A"), []),
        (enum("E", "A"), enum("D", "A", aliases=["E"]), [("NAME_MISMATCH", "/name")]),
        (enum("E", "A"), enum("D", "B"), [("NAME_MISMATCH", "/name"), ("MISSING_ENUM_SYMBOLS", "/symbols")]),
        ({"type": "array", "items": "int"}, {"type": "array", "items": "string"}, [("TYPE_MISMATCH", "/items")]),
        ({"type": "map", "values": "int"}, {"type": "map", "values": "string"}, [("TYPE_MISMATCH", "/values")]),
        ({"type": "map", "values": "int"}, {"type": "array", "items": "int"}, [("TYPE_MISMATCH", "/")]),
        ("int", ["null", "int", "long"], [("TYPE_MISMATCH", "/0"), ("TYPE_MISMATCH", "/2")]),
        (["null", "int"], "string", [("MISSING_UNION_BRANCH", "/")]),
        (["null", "int"], ["string", "null"], [("MISSING_UNION_BRANCH", "/0")]),
        (["null", "double"], ["int", "null"], []),
        ("int", [], []),
        (record("R", field("a", "int")), record("R"), [("READER_FIELD_MISSING_DEFAULT_VALUE", "/fields/0")]),
        (record("R", field("a", "null", default=None)), record("R"), []),
        (record("R"), record("R", field("a", "int")), []),
        (
            record("R", field("a", enum("E", "A", default="A"))),
            record("R"),
            [("READER_FIELD_MISSING_DEFAULT_VALUE", "/fields/0")],
        ),
        (
            record("R", field("a", "int"), field("b", ["null", "int"]), field("c", {"type": "array", "items": "int"})),
            record("S", field("c", {"type": "array", "items": ["int", "string"]}), field("b", "string")),
            [
                ("NAME_MISMATCH", "/name"),
                ("READER_FIELD_MISSING_DEFAULT_VALUE", "/fields/0"),
                ("MISSING_UNION_BRANCH", "/fields/1/type"),
                ("TYPE_MISMATCH", "/fields/2/type/items/1"),
            ],
        ),
        (record("R", field("b", "int", aliases=["a"])), record("R", field("a", "int")), []),
        (
            record("R", field("b", "int", aliases=["a"])),
            record("R", field("a", "int"), field("b", "int")),
            [("AMBIGUOUS_ALIAS", "/fields/0")],
        ),
        (
            record("R", field("c", "int", aliases=["a", "b"])),
            record("R", field("a", "int"), field("b", "int")),
            [("AMBIGUOUS_ALIAS", "/fields/0")],
        ),
        (
            record("R", field("b", "int", aliases=["a"]), field("c", "int", aliases=["a"])),
            record("R", field("a", "int")),
            [("AMBIGUOUS_ALIAS", "/fields/1")],
        ),
        (
            record("R", field("b", "int", aliases=["a"]), field("a", "int")),
            record("R", field("a", "int")),
            [("AMBIGUOUS_ALIAS", "/fields/0")],
        ),
        (
            record("R", field("b", "int", aliases=["b"])),
            record("R", field("b", "int")),
            [],
        ),
        ({"type": "error", "name": "R", "fields": []}, record("R"), []),
    ],
)
def test_a_pair_gets_these_findings(reader: Doc, writer: Doc, findings: list[tuple[str, str]]) -> None:
    assert found(reader, writer) == findings


@pytest.mark.parametrize(
    ("reader", "writer", "confluent", "redpanda"),
    [
        (enum("a.E", "A"), enum("b.E", "A"), [], [("NAME_MISMATCH", "/name")]),
        (enum("E", "A", aliases=["D"]), enum("D", "A"), [], [("NAME_MISMATCH", "/name")]),
        (
            record("R", field("b", "int", aliases=["a"])),
            record("R", field("a", "int")),
            [],
            [("READER_FIELD_MISSING_DEFAULT_VALUE", "/fields/0")],
        ),
        (
            record("R", field("a", "int")),
            record("R", field("b", "int", aliases=["a"])),
            [("READER_FIELD_MISSING_DEFAULT_VALUE", "/fields/0")],
            [],
        ),
        (
            record("R", field("a", "null", default=None)),
            record("R"),
            [],
            [("READER_FIELD_MISSING_DEFAULT_VALUE", "/fields/0")],
        ),
        (record("R", field("a", ["null", "int"], default=None)), record("R"), [], []),
        (
            {"type": "map", "values": record("R", field("a", "int"))},
            {"type": "map", "values": record("R")},
            [("READER_FIELD_MISSING_DEFAULT_VALUE", "/values/fields/0")],
            [],
        ),
        (
            {"type": "map", "values": record("R")},
            {"type": "map", "values": record("S")},
            [("NAME_MISMATCH", "/values/name")],
            [("NAME_MISMATCH", "/values/name")],
        ),
        (
            {"type": "map", "values": "int"},
            {"type": "map", "values": "string"},
            [("TYPE_MISMATCH", "/values")],
            [("TYPE_MISMATCH", "/values")],
        ),
    ],
)
def test_redpanda_judges_otherwise(
    reader: Doc, writer: Doc, confluent: list[tuple[str, str]], redpanda: list[tuple[str, str]]
) -> None:
    assert found(reader, writer) == confluent
    assert found(reader, writer, "redpanda") == redpanda


def test_an_unknown_dialect_is_an_error() -> None:
    one = schema("int")

    with pytest.raises(ValueError, match="confluent, redpanda"):
        check(one, one, dialect="other")  # type: ignore[arg-type]


def test_a_finding_says_what_is_wrong_and_what_to_change() -> None:
    (one,) = check(schema(enum("E", "A")), schema(enum("E", "A", "B", "C")))

    assert str(one) == (
        "MISSING_ENUM_SYMBOLS at /symbols: E has no B, C, which the writer may write; add what is missing, or give "
        'the enum a "default" that stands for unknown symbols'
    )


def test_a_union_says_why_each_branch_failed() -> None:
    reader: Doc = ["null", record("a.R", field("x", "int")), record("b.R", field("y", "int"))]
    (one,) = check(schema(reader), schema(record("c.R")))

    assert one.location == "/"
    assert "record a.R: READER_FIELD_MISSING_DEFAULT_VALUE: a.R needs the field 'x'" in one.message
    assert "record b.R: READER_FIELD_MISSING_DEFAULT_VALUE: b.R needs the field 'y'" in one.message


def test_a_result_of_a_failed_trial_is_never_kept() -> None:
    reader, writer = memo_trap()

    assert found(reader, writer) == [("MISSING_UNION_BRANCH", "/fields/1/type/fields/0/type/1")]


def tree(kind: Doc, *more: Doc) -> Doc:
    return record("T", field("next", ["null", "T"]), field("leaf", kind), *more)


def test_a_recursive_union_does_not_echo_the_finding_around_it() -> None:
    assert found(tree("int"), tree("string")) == [("TYPE_MISMATCH", "/fields/1/type")]


def test_a_finding_is_not_told_again_around_every_circle() -> None:
    def list_of(kind: Doc) -> Doc:
        return record("T", field("leaf", kind), field("kids", {"type": "array", "items": "T"}))

    assert found(list_of("int"), list_of("string")) == [("TYPE_MISMATCH", "/fields/0/type")]


def test_a_finding_of_its_own_inside_a_recursive_union_is_told() -> None:
    assert found(
        record(
            "T", field("next", ["null", record("L", field("up", ["null", "T"]), field("x", "int"))]), field("y", "int")
        ),
        record(
            "T",
            field("next", ["null", record("L", field("up", ["null", "T"]), field("x", "string"))]),
            field("y", "string"),
        ),
    ) == [("MISSING_UNION_BRANCH", "/fields/0/type/1"), ("TYPE_MISMATCH", "/fields/1/type")]


def test_a_type_that_is_used_twice_is_told_at_both_places() -> None:
    def twice(size: Doc) -> Doc:
        return record("R", field("a", size), field("b", {"type": "array", "items": "F"}))

    assert found(twice(FIXED4), twice(FIXED8)) == [
        ("FIXED_SIZE_MISMATCH", "/fields/0/type/size"),
        ("FIXED_SIZE_MISMATCH", "/fields/1/type/items/size"),
    ]


def doubling(levels: int, leaf: Doc) -> Doc:
    """2^levels places of one leaf."""
    here: Doc = record(f"D{levels}", field("z", leaf))
    for level in reversed(range(levels)):
        here = record(f"D{level}", field("l", here), field("r", f"D{level + 1}"))
    return here


def test_places_that_multiply_end_at_the_limit() -> None:
    assert len(found(doubling(60, "int"), doubling(60, "string"))) == MAX_FINDINGS


def clique(size: int, leaf: Doc) -> Doc:
    """Records that all hold each other, one of them with a leaf that may differ."""

    def optional(type_: Doc) -> Doc:
        return ["null", type_]

    inner = [
        field(f"g{i}", optional(record(f"R{i}", *(field(f"h{j}", optional(f"R{j}")) for j in range(i + 1)))))
        for i in range(1, size)
    ]
    return record("R0", field("x", leaf), *inner)


def test_many_circles_take_no_exponential_time() -> None:
    findings = found(clique(40, "int"), clique(40, "string"))

    assert ("TYPE_MISMATCH", "/fields/0/type") in findings


def test_a_thousand_nested_records_are_compared_without_a_deep_stack() -> None:
    reader, writer = parse(nested(1000)), parse(nested(1000, '"string"'))

    assert check(reader, reader) == []
    # Each union fails because the one inside it does; only the outermost is a place in its own right.
    assert [(one.kind, one.location) for one in check(reader, writer)] == [("MISSING_UNION_BRANCH", "/fields/0/type/1")]


def test_a_union_of_four_hundred_records_is_compared_in_linear_time() -> None:
    union = schema([record(f"R{i}", field("a", "int")) for i in range(400)])
    start = time.perf_counter()

    assert check(union, union) == []
    assert time.perf_counter() - start < 2


def test_pairs_that_multiply_end_at_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    # The package's door has a function of the module's name.
    monkeypatch.setattr(sys.modules["eventpact.schema.resolve"], "MAX_PAIRS", 10)
    reader = schema([record(f"a{i}.R", field("x", "int")) for i in range(10)])
    writer = schema([record(f"b{i}.R") for i in range(10)])

    with pytest.raises(ResolutionError, match="more than 10 pairs of records"):
        check(reader, writer)


@pytest.mark.parametrize(
    ("reader", "writer", "branch"),
    [
        (["double", "int"], "int", 1),
        (["double", "float"], "int", 0),
        (["bytes", "string"], "string", 1),
        ([enum("a.E", "A"), enum("b.E", "A")], enum("b.E", "A"), 1),
        ([enum("a.E", "A"), enum("b.E", "A")], enum("c.E", "A"), 0),
        ([enum("a.E", "A", "B"), enum("b.E", "A")], enum("b.E", "A", "B"), 0),
        ([record("x.A", field("a", "int")), record("y.A")], record("z.A"), 1),
        (["null", enum("N", "A", aliases=["Old"])], enum("Old", "A"), 1),
    ],
)
def test_a_readers_union_takes_the_closest_branch_that_fits(reader: Doc, writer: Doc, branch: int) -> None:
    step = resolve(schema(reader), schema(writer)).root

    assert isinstance(step, IntoUnion)
    assert step.branch == branch


def test_a_plan_is_in_the_order_of_the_writers_bytes() -> None:
    reader = schema(record("R", field("new", "int", default=1), field("b", "double"), field("a", ["null", "int"])))
    writer = schema(record("R", field("a", ["int", "null"]), field("gone", "string"), field("b", "float")))
    plan = resolve(reader, writer)

    assert plan.root == ReadRecord(("R", "R"))
    assert plan.compatible
    steps = plan.records["R", "R"]
    a, gone, b = steps.wire
    assert isinstance(a, Take)
    assert (a.index, a.field.name) == (2, "a")
    assert isinstance(a.step, FromUnion)
    assert [one.branch for one in a.step.branches if isinstance(one, IntoUnion)] == [1, 0]
    assert isinstance(gone, Skip)
    assert isinstance(b, Take)
    assert isinstance(b.step, ReadPrimitive)
    assert (b.step.reader.kind, b.step.writer.kind) == ("double", "float")
    assert [(fill.index, fill.field.default) for fill in steps.fills] == [(0, 1)]


@given(evolutions())
def test_a_plan_holds_the_pairs_that_it_leads_to_and_no_others(pair: tuple[str, str]) -> None:
    plan = resolve(parse(pair[1]), parse(pair[0]))
    text = repr(plan.root) + repr([record.wire for record in plan.records.values()])

    assert all(f"ReadRecord(pair={name!r})" in text for name in plan.records) or not plan.compatible


@given(evolutions())
def test_findings_do_not_depend_on_spelling(pair: tuple[str, str]) -> None:
    old, new = map(parse, pair)

    def kinds(text: str) -> list[str]:
        return [one.kind for one in check(new, parse(text))]

    assert kinds(old.text) == kinds(json.dumps(json.loads(old.text), indent=2)) == kinds(old.stored_text)
