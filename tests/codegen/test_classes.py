"""A generated class says what its schema says."""

from __future__ import annotations

import dataclasses
import json
import keyword
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from eventpact.schema import parse
from tests.codegen.loading import field, imported, record
from tests.zoo.animals import ZOO

HIDING = {"bool", "bytes", "field", "float", "int", "str", "tuple"}
"""Names that change how annotations are spelled; test_traps has them."""

NAMES = st.from_regex(r"[a-z][A-Za-z0-9_]{0,6}", fullmatch=True).filter(
    lambda name: not name.endswith("_") and name not in HIDING
)
LEAVES = {"string": "str", "int": "int", "double": "float", "bytes": "bytes", "boolean": "bool", "null": "None"}
TYPES: st.SearchStrategy[tuple[object, str]] = st.recursive(
    st.sampled_from(list(LEAVES.items())),
    lambda inner: st.one_of(
        inner.map(lambda t: ({"type": "array", "items": t[0]}, f"tuple[{t[1]}, ...]")),
        inner.map(lambda t: ({"type": "map", "values": t[0]}, f"Mapping[str, {t[1]}]")),
        inner.filter(lambda t: t[0] != "null" and not isinstance(t[0], list)).map(
            lambda t: (["null", t[0]], f"{t[1]} | None")
        ),
    ),
    max_leaves=4,
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30)
@given(st.dictionaries(NAMES, TYPES, min_size=1, max_size=6))
def test_the_attributes_are_the_fields(tmp_path: Path, drawn: dict[str, tuple[object, str]]) -> None:
    """In the same order, with the annotation that the table gives; independent of the generator's own tree."""
    text = record("Drawn", *(field(name, type_) for name, (type_, _) in drawn.items()))
    with imported({"drawn.avsc": text}, tmp_path) as package:
        found = {f.name: str(f.type) for f in dataclasses.fields(package.Drawn)}

        assert found == {name + "_" * keyword.iskeyword(name): shown for name, (_, shown) in drawn.items()} or set(
            drawn
        ) & {"str", "int", "bytes", "tuple", "float", "bool", "Mapping", "field"}
        assert ("t.Drawn", text) == (package.Drawn.AVRO_NAME, package.Drawn.SCHEMA_TEXT)
        assert parse(text).fingerprint == package.Drawn.SCHEMA_FINGERPRINT


def test_personal_data_is_masked(tmp_path: Path) -> None:
    """Field tags, type tags, both spellings; the rest is shown."""
    with imported({"personal.avsc": (ZOO / "personal.avsc").read_text()}, tmp_path) as package:
        event = package.Personal(
            name="Ada", mail="a@b.c", phone="123", birth=None, id="7", city="Rome", class_="Countess"
        )

        assert repr(event) == ("Personal(name=***, mail=***, phone=***, birth=***, id='7', city='Rome', class_=***)")
        assert frozenset({"name", "mail", "phone", "birth", "class_"}) == package.Personal.PII_FIELDS


def test_without_personal_data_repr_is_the_dataclass_own(tmp_path: Path) -> None:
    with imported({"a.avsc": record("A", field("x", "int"))}, tmp_path) as package:
        assert repr(package.A(x=1)) == "A(x=1)"


def test_instances_are_frozen_slotted_and_named(tmp_path: Path) -> None:
    with imported({"a.avsc": record("A", field("x", "int"))}, tmp_path) as package:
        event = package.A(x=1)

        assert package.A.__slots__ == ("x",)
        with pytest.raises(dataclasses.FrozenInstanceError):
            event.x = 2
        with pytest.raises(TypeError):
            package.A(1)


def test_field_docs_stand_below_their_fields(tmp_path: Path) -> None:
    text = record("A", field("x", "int", doc="How many."), doc="A thing.")
    with imported({"a.avsc": text}, tmp_path) as package:
        assert package.A.__doc__ == "A thing."
        assert '    x: int\n    """How many."""\n' in (tmp_path / f"{package.__name__}/a.py").read_text()


def test_types_by_avro_name_reach_through_imports(tmp_path: Path) -> None:
    texts = {p.name: p.read_text() for p in (ZOO / "shop").glob("*.avsc")}
    with imported(texts, tmp_path) as shop:
        reached = shop.a_order.AVRO_TYPES
        schema = parse(texts["a_order.avsc"], references=dict(shop.Order.SCHEMA_REFERENCES))

        assert set(reached) == {name for name, named in schema.names.items() if not hasattr(named, "size")}
        assert reached["shop.Address"] is shop.Address


def test_a_module_of_one_name_hides_nothing_that_matters(tmp_path: Path) -> None:
    """Two files may have a class of one name: the door then leaves it out, the modules keep it."""
    one = record("A", field("x", {"type": "record", "name": "Item", "namespace": "one", "fields": []}))
    other = record("B", field("x", {"type": "record", "name": "Item", "namespace": "other", "fields": []}))
    with imported({"a.avsc": one, "b.avsc": other}, tmp_path) as package:
        assert package.__all__ == ["A", "B"]
        assert package.a.Item.AVRO_NAME == "one.Item"
        assert package.b.Item.AVRO_NAME == "other.Item"


def test_the_fingerprint_is_that_of_fastavro(tmp_path: Path) -> None:
    fastavro = pytest.importorskip("fastavro.schema")
    text = (ZOO / "nested_records.avsc").read_text()
    canonical = fastavro.to_parsing_canonical_form(json.loads(text))
    expected = int.from_bytes(bytes.fromhex(fastavro.fingerprint(canonical, "CRC-64-AVRO")), "little")
    with imported({"nested_records.avsc": text}, tmp_path) as package:
        assert expected == package.NestedRecords.SCHEMA_FINGERPRINT
