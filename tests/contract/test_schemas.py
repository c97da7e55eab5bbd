"""Files that use each other's types, in any order."""

import json
import random

import pytest

from eventpact.contract import parse_all
from eventpact.errors import SchemaError


def record(name: str, *types: str) -> str:
    fields = [{"name": f"f{i}", "type": type_} for i, type_ in enumerate(types)]
    return json.dumps({"type": "record", "name": name, "namespace": "n", "fields": fields})


CHAIN = {
    "a.avsc": record("A", "n.B"),
    "b.avsc": record("B", "C", "C"),
    "c.avsc": record("C", "int"),
    "d.avsc": record("D"),
}


@pytest.mark.parametrize("seed", range(5))
def test_the_used_come_before_the_users_in_any_order(seed: int) -> None:
    files = list(CHAIN)
    random.Random(seed).shuffle(files)

    assert list(parse_all({file: CHAIN[file] for file in files})) == ["c.avsc", "d.avsc", "b.avsc", "a.avsc"]


def test_a_schema_carries_the_texts_it_needs_and_no_others() -> None:
    schemas = parse_all(CHAIN)

    assert dict(schemas["a.avsc"].references) == {"n.C": CHAIN["c.avsc"], "n.B": CHAIN["b.avsc"]}
    assert dict(schemas["d.avsc"].references) == {}


def test_a_circle_is_named() -> None:
    with pytest.raises(SchemaError, match=r"circle \(a\.avsc -> b\.avsc -> a\.avsc\)"):
        parse_all({"a.avsc": record("A", "n.B"), "b.avsc": record("B", "n.A"), "c.avsc": record("C", "n.A")})


def test_a_record_may_use_itself() -> None:
    assert list(parse_all({"a.avsc": record("A", "n.A", "A")})) == ["a.avsc"]


def test_an_unknown_type_is_the_parsers_complaint() -> None:
    with pytest.raises(SchemaError, match=r"n\.Nowhere"):
        parse_all({"a.avsc": record("A", "n.Nowhere")})


@pytest.mark.parametrize("text", ["{", "", "[" * 100_000])
def test_what_is_no_json_is_the_parsers_complaint(text: str) -> None:
    with pytest.raises(SchemaError, match=r"a\.avsc"):
        parse_all({"a.avsc": text})
