"""The traps that other generators fall into, by the numbers of docs/codegen.md."""

from __future__ import annotations

import dataclasses
import datetime as dt
import importlib
import json
import subprocess
import sys
import typing
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from types import ModuleType
from uuid import UUID

import pytest

from eventpact.duration import Duration
from eventpact.errors import ExpressionError
from eventpact_codegen import generate
from tests.codegen.loading import field, imported, record
from tests.zoo.animals import ANIMALS, ZOO


@pytest.fixture
def animal(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[ModuleType]:
    """The package of the animal that the test's parameter names."""
    name: str = request.param
    with imported({f"{name}.avsc": (ZOO / f"{name}.avsc").read_bytes().decode()}, tmp_path) as package:
        yield package


def of(name: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("animal", [name], indirect=True)


def written(cls: type) -> dict[str, str]:
    """Field name -> annotation, as it is written."""
    return {f.name: f.type if isinstance(f.type, str) else repr(f.type) for f in dataclasses.fields(cls)}


@of("null_without_default")
def test_g1_nullable_without_default_is_required_and_keeps_its_schema(animal: ModuleType) -> None:
    cls = animal.NullWithoutDefault

    assert written(cls) == {
        "text": "str | None",
        "list": "tuple[str | None, ...]",
        "map": "Mapping[str, int | None]",
    }
    with pytest.raises(TypeError):
        cls()
    assert json.loads(cls.SCHEMA_TEXT)["fields"][0]["type"] == ["null", "string"]


@of("union_default")
def test_g2_branches_are_never_inferred_from_a_default(animal: ModuleType) -> None:
    assert written(animal.UnionDefault) == {"value": "int | str", "flag": "bool | str"}
    assert animal.UnionDefault().value == 7


@of("union_of_records")
def test_g3_records_of_one_shape_stay_two_classes(animal: ModuleType) -> None:
    assert written(animal.UnionOfRecords)["events"] == "tuple[Created | Deleted, ...]"
    assert animal.Created(id="1") != animal.Deleted(id="1")


@of("almost_clash")
def test_g4_no_class_overwrites_another(animal: ModuleType) -> None:
    types = animal.almost_clash.AVRO_TYPES

    assert (types["zoo.my_rec"].__name__, types["zoo.MyRec"].__name__) == ("my_rec", "MyRec")


def test_g4_a_clash_is_an_error_with_a_hint() -> None:
    with pytest.raises(ExpressionError, match=r"types a\.Item and b\.Item would both be Item; rename one"):
        generate({"a.avsc": (ZOO / "simple_names_clash.avsc").read_text()}, package="p")


@pytest.mark.parametrize(
    ("animal", "name", "expected"),
    [
        ("tree_array", "TreeArray", {"name": "str", "children": "tuple[TreeArray, ...]"}),
        ("tree_map", "TreeMap", {"children": "Mapping[str, TreeMap]"}),
        ("linked_list", "LinkedList", {"value": "int", "next": "LinkedList | None"}),
        ("mutual_recursion", "Other", {"back": "MutualRecursion | None", "backs": "tuple[MutualRecursion, ...]"}),
    ],
    indirect=["animal"],
)
def test_g5_recursion_is_a_name(animal: ModuleType, name: str, expected: dict[str, str]) -> None:
    assert written(getattr(animal, name)) == expected


@of("field_like_type")
def test_g6_a_field_may_be_called_like_its_type(animal: ModuleType) -> None:
    item = animal.Item(a=1)
    event = animal.FieldLikeType(Item=item, Items=(item,))

    assert (event.Kind, event.other, event.ready) == (animal.Kind.B, animal.Kind.A, item)
    assert written(animal.FieldLikeType)["Items"] == "tuple[_T_Item, ...]"


@of("fixed_types")
def test_g7_a_fixed_keeps_its_name(animal: ModuleType) -> None:
    assert '"name": "Md5"' in animal.FixedTypes.SCHEMA_TEXT
    assert written(animal.FixedTypes)["maybe"] == "bytes | None"


@pytest.mark.parametrize(
    ("animal", "name", "attribute", "expected"),
    [("decimal_fixed", "DecimalFixed", "price", "Decimal"), ("uuid_fixed", "UuidFixed", "id", "UUID")],
    indirect=["animal"],
)
def test_g8_logical_types_on_fixed(animal: ModuleType, name: str, attribute: str, expected: str) -> None:
    assert written(getattr(animal, name))[attribute] == expected


@of("odd_symbols")
def test_g9_no_symbol_is_lost_and_the_order_is_the_wires(animal: ModuleType) -> None:
    (value,) = json.loads(animal.OddSymbols.SCHEMA_TEXT)["fields"]
    members = list(animal.Odd)

    assert [member.value for member in members] == value["type"]["symbols"]
    assert [member.name for member in members[:6]] == ["y_", "META", "Meta", "MRO", "mro_", "name_"]


@of("keyword_names")
def test_g10_keywords_get_an_underscore_and_the_wire_keeps_its_names(animal: ModuleType) -> None:
    names = list(written(animal.KeywordNames))

    assert names == ["class_", "None_", "def_", "lambda_", "match", "type"]
    assert [f["name"] for f in json.loads(animal.KeywordNames.SCHEMA_TEXT)["fields"]][:2] == ["class", "None"]


def test_g10_the_callers_mapping_is_left_alone() -> None:
    schemas = {"a.avsc": record("A", field("class", "int"))}
    before = dict(schemas)
    generate(schemas, package="p")

    assert schemas == before


@of("underscore_names")
def test_g11_leading_underscores_move_to_the_end(animal: ModuleType) -> None:
    assert list(written(animal.UnderscoreNames)) == ["id_", "v_", "trailing_", "T_"]
    assert list(written(animal.Inner_)) == ["x_"]


@of("timestamps")
def test_g12_defaults_keep_their_milliseconds(animal: ModuleType) -> None:
    now = dt.datetime.now(dt.UTC)
    event = animal.Timestamps(millis=now, micros=now)

    assert event.then == dt.datetime(2023, 11, 14, 22, 13, 20, 123000, tzinfo=dt.UTC)
    assert event.exact == dt.datetime(1969, 12, 31, 23, 59, 59, 999999, tzinfo=dt.UTC)


@of("durations")
def test_g13_a_logical_default_is_no_raw_value(animal: ModuleType) -> None:
    assert animal.Durations(span=Duration()).usual == Duration(months=1, days=2, millis=3)


@of("record_default")
def test_g14_record_defaults_are_records(animal: ModuleType) -> None:
    event = animal.RecordDefault()

    assert event.point == animal.Point(x=5, y=2, tag=animal.Tag.B, raw=b"\xfe")
    assert event.all_inner == animal.Point()
    assert event.at.at == dt.datetime(2023, 11, 14, 22, 13, 20, 123000, tzinfo=dt.UTC)


@of("list_defaults")
def test_g14_list_defaults_hold_records_and_enums(animal: ModuleType) -> None:
    event = animal.ListDefaults()

    assert event.points == (animal.Point(x=1), animal.Point(x=2))
    assert event.tags == (animal.Tag.A, animal.Tag.B)
    assert event.prices == (Decimal("0.01"),)


@of("map_of_records_default")
def test_g14_a_mutable_default_is_fresh_each_time(animal: ModuleType) -> None:
    one, other = animal.MapOfRecordsDefault(), animal.MapOfRecordsDefault()

    assert one == other
    assert one.points is not other.points
    assert one.points["b"].y == {"k": "v"}


@of("enum_reference_default")
def test_g15_an_enum_by_reference_has_a_default(animal: ModuleType) -> None:
    event = animal.EnumReferenceDefault(first=animal.my_tag.A)

    assert (event.second, event.third, event.fourth) == (animal.my_tag.B, animal.Far.Y, animal.Far.X)


@of("bytes_defaults")
def test_g16_default_bytes_above_0x7f(animal: ModuleType) -> None:
    assert (animal.BytesDefaults().raw, animal.BytesDefaults().mark) == (b"\xff\x00'\"", b"\xffab\x01")


@of("decimal_defaults")
def test_g17_decimal_defaults_as_the_specification_writes_them(animal: ModuleType) -> None:
    event = animal.DecimalDefaults()
    shown = [str(value) for value in (event.one_fifty, event.minus, event.whole, event.zero, event.held)]

    assert shown == ["1.50", "-0.01", "7", "0E-10", "1.000"]


@of("local_timestamps")
def test_g18_a_local_default_is_naive(animal: ModuleType) -> None:
    event = animal.LocalTimestamps(micros=dt.datetime(2020, 1, 1))  # noqa: DTZ001

    assert event.millis == dt.datetime(2023, 11, 14, 22, 13, 20, 123000)  # noqa: DTZ001


@of("record_or_null_default")
def test_g18_a_record_default_on_a_union(animal: ModuleType) -> None:
    assert animal.RecordOrNullDefault().point == animal.Point(x=3)


@of("builtin_fields")
def test_g19_fields_may_be_called_like_builtins(animal: ModuleType) -> None:
    cls = animal.BuiltinFields
    names = [f["name"] for f in json.loads(cls.SCHEMA_TEXT)["fields"]]

    assert list(written(cls)) == names
    assert (written(cls)["str"], written(cls)["dt"]) == ("_builtins.str", "_dt.date")


@of("member_names")
def test_g19_fields_do_not_hide_generated_members(animal: ModuleType) -> None:
    assert all(name.endswith("_") or name.startswith("AVRO_") for name in written(animal.MemberNames))
    assert animal.MemberNames.AVRO_NAME == "zoo.MemberNames"


@of("child_namespace")
def test_g20_a_record_of_a_child_namespace(animal: ModuleType) -> None:
    assert written(animal.ChildNamespace) == {"one": "Part", "two": "Part", "three": "Part | None"}
    assert animal.Part.AVRO_NAME == "zoo.parts.Part"


@of("snake_records")
def test_g20_snake_case_records_in_a_union(animal: ModuleType) -> None:
    assert written(animal.snake_records)["value"] == "order_line | order_note | None"


@of("root_union")
def test_g21_a_root_union_has_classes_but_no_event(animal: ModuleType) -> None:
    assert animal.__all__ == ["Left", "Right"]
    assert not hasattr(animal.Left, "SCHEMA_TEXT")


def test_g21_a_root_without_names_is_refused() -> None:
    with pytest.raises(ExpressionError, match="make the root a record"):
        generate({"a.avsc": '"string"'}, package="p")


@pytest.mark.parametrize("name", [a.name for a in ANIMALS if a.expressible and a.name.startswith(("docs", "prop"))])
def test_g22_g23_g24_the_schema_text_is_carried_exactly(name: str, tmp_path: Path) -> None:
    text = (ZOO / f"{name}.avsc").read_bytes().decode()
    with imported({f"{name}.avsc": text}, tmp_path) as package:
        (event,) = (cls for cls in vars(package).values() if hasattr(cls, "SCHEMA_TEXT"))

        carried: str = event.SCHEMA_TEXT

        assert carried == text


@pytest.mark.parametrize(
    "text", ['{"type":"record","name":"A","fields":[]}', '{"type": "record",\r\n"name": "A", "fields": []}\r\n\n']
)
def test_g24_short_texts_and_foreign_line_ends_are_carried_exactly(text: str, tmp_path: Path) -> None:
    with imported({"a.avsc": text}, tmp_path) as package:
        carried: str = package.A.SCHEMA_TEXT

        assert carried == text


def test_g25_no_state_between_calls() -> None:
    schemas = {"a.avsc": record("A", field("a", "int"))}
    first = generate(schemas, package="p")
    generate({"b.avsc": record("B", field("b", "string"))}, package="p")

    assert generate(schemas, package="p") == first


@of("constraints")
def test_g27_nothing_is_built_on_class_state(animal: ModuleType) -> None:
    """The class carries a text; every codec parses it for itself."""
    assert isinstance(animal.Constraints.SCHEMA_TEXT, str)
    with pytest.raises(dataclasses.FrozenInstanceError):
        animal.Constraints(id="", digest="", code="", amount=1, ratio=0.5).id = "x"


@of("number_defaults")
def test_g28_default_numbers_are_exact(animal: ModuleType) -> None:
    event = animal.NumberDefaults()

    assert (event.low, event.high, event.llow, event.lhigh) == (-(2**31), 2**31 - 1, -(2**63), 2**63 - 1)
    # The 32-bit neighbour: what travels for 0.1, so that an event equals itself after a round trip.
    assert (event.single, event.whole, event.tiny) == (0.10000000149011612, 3.0, 5e-324)


@of("linked_list")
def test_g29_a_deep_list_is_only_data(animal: ModuleType) -> None:
    event = None
    for value in range(500):
        event = animal.LinkedList(value=value, next=event)

    assert event is not None
    assert event.value == 499


def test_g30_annotations_are_types_only(tmp_path: Path) -> None:
    """They can all be evaluated, and none is a call."""
    for animal in ANIMALS:
        if animal.expressible:
            with imported({animal.file: animal.text}, tmp_path) as package:
                module = importlib.import_module(f"{package.__name__}.{animal.name}")
                for cls in module.AVRO_TYPES.values():
                    if (
                        isinstance(cls, type)
                        and dataclasses.is_dataclass(cls)
                        and not any(n in vars(typing) for n in written(cls))
                    ):
                        hints = typing.get_type_hints(cls, vars(module), {})

                        assert len(hints) >= len(written(cls))
                        assert not any("(" in annotation for annotation in written(cls).values())


@of("text_defaults")
def test_text_defaults_are_exact(animal: ModuleType) -> None:
    event = animal.TextDefaults()

    assert event.quotes == "\"'\"\"\"'''"
    assert event.backslash == "\\N{DASH} \\"
    assert event.controls == "\x00\x0c\n\r\u2028\u202e"
    assert event.long_text == "word " * 40


@of("uuid_fixed")
def test_a_fixed_uuid_default_is_big_endian(animal: ModuleType) -> None:
    known = UUID("00010203-0405-0607-0809-0a0b0c0d0eff")

    assert animal.UuidFixed(id=known).known == known


def test_the_shop_is_one_package(tmp_path: Path) -> None:
    texts = {path.name: path.read_text() for path in (ZOO / "shop").glob("*.avsc")}
    with imported(texts, tmp_path) as shop:
        assert shop.__all__ == ["Address", "Audit", "Currency", "Customer", "Line", "Order", "Refund"]
        assert written(shop.Order)["customer"] == "Customer"
        assert set(shop.Order.SCHEMA_REFERENCES) == {"shop.Address", "shop.Currency", "shop.Customer", "shop.Money"}
        assert shop.Order.SCHEMA_REFERENCES["shop.Customer"] == texts["z_customer.avsc"]
        # Two files define Audit alike: it is one class.
        assert shop.z_customer.AVRO_TYPES["shop.Audit"] is shop.b_refund.AVRO_TYPES["shop.Audit"]


def test_a_type_that_two_files_define_differently_is_refused() -> None:
    one = record("A", field("x", {"type": "fixed", "name": "F", "size": 1}))
    other = record("B", field("x", {"type": "fixed", "name": "F", "size": 2}))

    with pytest.raises(ExpressionError, match=r"t\.F is defined otherwise in a\.avsc"):
        generate({"a.avsc": one, "b.avsc": other}, package="p")


def test_two_files_do_not_share_a_module() -> None:
    with pytest.raises(ExpressionError, match="would both be the module order"):
        generate({"a/Order.avsc": record("A"), "b/order.avsc": record("B")}, package="p")


def test_importing_an_event_stays_light() -> None:
    """In a fresh interpreter: no Kafka, HTTP or Avro library, nothing of ours. The codec benchmark says how fast."""
    script = (
        "import sys; before = set(sys.modules)\n"
        "import ingestion_events.ingestion_event\n"
        "print(*sorted({m.split('.')[0] for m in set(sys.modules) - before}))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    loaded = set(done.stdout.split())

    assert not loaded & {
        "eventpact",
        "fastavro",
        "confluent_kafka",
        "requests",
        "httpx",
        "avro",
        "hypothesis",
        "asyncio",
    }
