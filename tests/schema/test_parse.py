"""The tree: what a schema's text becomes, references, stored schemas, errors with places, depth."""

from __future__ import annotations

import copy
import json
import pickle

import pytest

from eventpact.errors import SchemaError
from eventpact.schema import parse
from eventpact.schema.tree import (
    NO_DEFAULT,
    Array,
    EnumType,
    Field,
    Fixed,
    Kind,
    Logical,
    LogicalKind,
    Map,
    Primitive,
    Record,
    Ref,
    Union,
)
from tests.schema.build import enum, field, nested, record, schema
from tests.schema.model import Doc

TREE = record(
    "R",
    field("id", {"type": "string", "logicalType": "uuid"}, doc="The key.", pii=True),
    field("kind", enum("Kind", "A", "B", default="B", aliases=["Sort"]), default="A", aliases=["type"]),
    field("at", ["null", {"type": "long", "logicalType": "timestamp-millis"}], default=None, order="ignore"),
    field("parts", {"type": "array", "items": "R"}),
    field("hashes", {"type": "map", "values": {"type": "fixed", "name": "x.Hash", "size": 4, "x": 1}}),
    field("same", "Kind"),
    namespace="n",
    doc="A thing.",
    aliases=["Old", "m.Older"],
    version=2,
)


def test_a_schema_becomes_a_tree_with_its_named_types_in_a_table() -> None:
    found = schema(TREE)

    assert found.root == Ref("n.R")
    assert found.name == "n.R"
    assert list(found.names) == ["n.R", "n.Kind", "x.Hash"]
    assert found.warnings == ()
    assert found.names["n.R"] == Record(
        "n.R",
        (
            Field("id", Primitive(Kind.STRING, Logical(LogicalKind.UUID)), doc="The key.", props={"pii": True}),
            Field("kind", Ref("n.Kind"), "A", aliases=("type",)),
            Field(
                "at",
                Union((Primitive(Kind.NULL), Primitive(Kind.LONG, Logical(LogicalKind.TIMESTAMP_MILLIS)))),
                None,
                order="ignore",
            ),
            Field("parts", Array(Ref("n.R"))),
            Field("hashes", Map(Ref("x.Hash"))),
            Field("same", Ref("n.Kind")),
        ),
        "A thing.",
        ("n.Old", "m.Older"),
        props={"version": 2},
    )
    assert found.names["n.Kind"] == EnumType("n.Kind", ("A", "B"), "B", aliases=("n.Sort",))
    assert found.names["x.Hash"] == Fixed("x.Hash", 4, props={"x": 1})


def test_definitions_and_fields_know_where_they_stand() -> None:
    names = schema([TREE, "null"]).names

    assert names["x.Hash"].pointer == "/0/fields/4/type/values"
    kind = names["n.R"]
    assert isinstance(kind, Record)
    assert [one.pointer for one in kind.fields][:2] == ["/0/fields/0", "/0/fields/1"]


def test_a_default_of_null_is_a_default() -> None:
    found = schema(record("R", field("a", "null", default=None), field("b", "null")))

    fields = found.names["R"]
    assert isinstance(fields, Record)
    assert [one.default for one in fields.fields] == [None, NO_DEFAULT]


def test_the_decimal_s_digits_are_part_of_its_logical_type_and_not_of_its_properties() -> None:
    found = schema({"type": "bytes", "logicalType": "decimal", "precision": 4, "scale": 2, "unit": "euro"})

    assert found.root == Primitive(Kind.BYTES, Logical(LogicalKind.DECIMAL, 4, 2), {"unit": "euro"})


def test_an_ignored_annotation_stays_among_the_properties() -> None:
    found = schema({"type": "string", "logicalType": "decimal", "precision": 4})

    assert found.root == Primitive(Kind.STRING, None, {"logicalType": "decimal", "precision": 4})


def test_the_null_namespace_is_inherited_when_it_is_written() -> None:
    inner = record("S", field("b", enum("E", "A")), namespace="")

    assert list(schema(record("n.R", field("a", inner))).names) == ["n.R", "S", "E"]


def test_aliases_from_inside_a_namespace_never_lead_to_the_null_namespace() -> None:
    assert schema(record("n.R", aliases=[".Old"])).names["n.R"].aliases == (".Old",)
    assert schema(record("R", aliases=[".Old"])).names["R"].aliases == ("Old",)


class TestReferences:
    ADDRESS = json.dumps(record("n.Address", field("country", "Country")))
    COUNTRY = json.dumps(enum("n.Country", "DE", "FR"))
    ORDER = record("n.Order", field("to", "Address"), field("from", "n.Country"))

    def test_they_may_come_in_any_order(self) -> None:
        for names in (("n.Address", "n.Country"), ("n.Country", "n.Address")):
            texts = {"n.Address": self.ADDRESS, "n.Country": self.COUNTRY}
            found = schema(self.ORDER, {name: texts[name] for name in names})

            assert set(found.names) == {"n.Order", "n.Address", "n.Country"}
            assert (
                found.canonical
                == schema(
                    record(
                        "n.Order",
                        field("to", record("n.Address", field("country", enum("n.Country", "DE", "FR")))),
                        field("from", "n.Country"),
                    )
                ).canonical
            )

    def test_one_document_may_define_several_of_them(self) -> None:
        both = json.dumps([record("n.Address", field("country", enum("Country", "DE"))), "null"])

        assert set(schema(self.ORDER, {"n.Address": both, "n.Country": both}).names) == {
            "n.Order", "n.Address", "n.Country"
        }  # fmt: skip

    def test_a_circle_is_refused(self) -> None:
        a, b = json.dumps(record("A", field("b", "B"))), json.dumps(record("B", field("a", "A")))

        with pytest.raises(SchemaError, match="the references form a circle: A is still being read"):
            parse('"A"', references={"A": a, "B": b})
        with pytest.raises(SchemaError, match="the references form a circle: A -> B -> A"):
            parse('"A"', references={"A": json.dumps(["B", record("A")]), "B": b})

    def test_a_second_definition_is_refused(self) -> None:
        with pytest.raises(SchemaError, match=r"n\.Country is defined twice"):
            schema([enum("n.Country", "X"), "null"], {"n.Country": self.COUNTRY})

    def test_a_reference_that_defines_something_else_is_refused(self) -> None:
        with pytest.raises(SchemaError, match=r"^n\.Country:1:1: the reference 'n\.Country' does not define"):
            schema("int", {"n.Country": '"int"'})

    def test_a_stored_reference_may_have_any_name(self) -> None:
        found = parse('"n.Country"', references={"country.avsc": self.COUNTRY}, mode="stored")

        assert found.name == "n.Country"

    def test_a_fault_in_one_names_it(self) -> None:
        with pytest.raises(SchemaError, match=r"^n\.Country:1:\d+: .* \(at /symbols/1\)$"):
            schema("int", {"n.Country": json.dumps(enum("n.Country", "A", "A"))})


class TestStored:
    def test_forward_references_are_followed(self) -> None:
        text = json.dumps(record("n.R", field("a", "Later"), field("b", record("Later"))))

        assert list(parse(text, mode="stored").names) == ["n.R", "n.Later"]

    def test_java_s_fall_back_to_the_null_namespace_is_followed(self) -> None:
        text = json.dumps([enum("E", "A"), record("n.R", field("a", "E"))])
        found = parse(text, mode="stored").names["n.R"]

        assert isinstance(found, Record)
        assert found.fields[0].type == Ref("E")

    def test_an_unknown_type_is_still_unknown(self) -> None:
        with pytest.raises(SchemaError, match="is unknown"):
            parse('{"type": "array", "items": "Nowhere"}', mode="stored")

    def test_a_type_inside_itself_is_refused(self) -> None:
        for inner in (record("R"), enum("R", "A")):
            with pytest.raises(SchemaError, match="defined inside itself"):
                parse(json.dumps(record("R", field("a", inner))), mode="stored")


@pytest.mark.parametrize(
    ("text", "where", "pointer"),
    [
        ('{"type": "record", "name": "R", "fields": [\n {"name": "a", "type": "strng"}]}', (2, 24), "/fields/0/type"),
        ('["null",\n {"type": "enum", "name": "E"}]', (2, 2), "/1"),
        ('{"type": "fixed", "name": "F",\n"size": "12"}', (2, 9), "/size"),
        ('{"type": "record", "name": "R", "fields": [\n{"name": "a", "type": {"type": "map", "values": "int"},\n '
         '"default": {"k/~": "x"}}]}', (3, 21), "/fields/0/default/k~1~0"),
    ],
)  # fmt: skip
def test_a_fault_says_where_it_stands(text: str, where: tuple[int, int], pointer: str) -> None:
    with pytest.raises(SchemaError) as caught:
        parse(text)

    assert (caught.value.line, caught.value.column) == where
    assert caught.value.pointer == pointer


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ('[{"type": "fixed", "name": "x.F", "size": 1}, {"type": "array", "items": "F"}]', "did you mean 'x.F'?"),
        ('{"type": "array", "items": "record"}', "needs its own object"),
        ('{"type": "array", "items": "union"}', "written as a list of its branches"),
    ],
)  # fmt: skip
def test_an_unknown_type_comes_with_a_hint(text: str, hint: str) -> None:
    with pytest.raises(SchemaError) as caught:
        parse(text)

    assert hint in caught.value.message


def test_a_warning_says_where_it_stands() -> None:
    found = parse('{"type": "record", "name": "R", "fields": [\n  {"name": "a", "type": []}\n]}')

    assert found.place(found.warnings[0].pointer) == (2, 25)


def test_a_thousand_nested_records_are_a_schema() -> None:
    found = parse(nested(1000))

    assert len(found.names) == 1000
    assert parse(found.canonical).fingerprint == found.fingerprint
    assert parse(found.stored_text).canonical == found.canonical


@pytest.mark.parametrize(
    "text",
    [
        nested(10_000),
        "[" * 10_000 + "]" * 10_000,
        "[" * 1_000_000,
        '{"a":' * 1_000_000,
        '{"type":"array","items":' * 10_000 + '"int"' + "}" * 10_000,
        '{"type":"array","items":' * 200 + '"int"' + "}" * 200,
        '{"type":"int","x":' + "[" * 1000 + "]" * 1000 + "}",
        json.dumps(record("R", field("a", {"type": "array", "items": "int"}))).replace(
            '"items": "int"}', '"items": "int"}, "default": ' + "[" * 900 + "]" * 900
        ),
    ],
    ids=lambda text: text[:40],
)
def test_nesting_without_end_is_refused(text: str) -> None:
    with pytest.raises(SchemaError, match=r"deeper|inside each other"):
        parse(text)


def test_a_default_that_multiplies_is_refused_in_time() -> None:
    """1,000 records that all fit but the last of 5,000 elements: without a limit millions of trials."""
    branches = [record(f"R{i}", field("a", "int"), field(f"b{i}", "int")) for i in range(1000)]
    items: list[Doc] = [{"a": 1, "b999": 1, "x": number} for number in range(5000)]

    with pytest.raises(SchemaError, match="the defaults take more than"):
        schema(record("S", field("f", {"type": "array", "items": [*branches]}, default=items)))


def test_a_schema_travels_and_compares_as_its_text() -> None:
    found = schema(TREE)

    assert pickle.loads(pickle.dumps(found)) == found == copy.deepcopy(found)
    assert len({found, schema(TREE), parse('"int"')}) == 2
    assert found != parse(found.text, mode="stored")


def test_a_deep_schema_travels_too() -> None:
    found = parse(nested(1000))

    assert pickle.loads(pickle.dumps(found)) == found


def test_a_place_that_does_not_exist_is_the_closest_one() -> None:
    found = parse('{"type": "array",\n "items": ["null"]}')

    assert [found.place(pointer) for pointer in ("", "/items", "/items/0", "/items/7", "/items/x", "/x/y")] == [
        (1, 1), (2, 11), (2, 12), (2, 11), (2, 11), (1, 1),
    ]  # fmt: skip


def test_a_bad_namespace_is_told_once_where_it_is_written() -> None:
    inner = record("S", field("b", record("T")))
    found = parse(json.dumps(record("R", field("a", inner), namespace="a..b")), mode="stored")

    assert [(warning.rule, warning.pointer) for warning in found.warnings] == [("BAD_NAME", "/namespace")]
