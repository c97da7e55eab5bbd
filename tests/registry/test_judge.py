"""The judge's short way says what the full check says."""

import json
from itertools import product

import pytest
from hypothesis import given, settings

from eventpact.ids import Version
from eventpact.registry import MemoryRegistry, SchemaText
from eventpact.registry.judge import Judge
from eventpact.registry.outline import outline
from eventpact.schema import Level, check_history, parse
from tests.schema.draw import evolutions, seeded_evolutions

LEVELS = (Level.BACKWARD, Level.FORWARD, Level.FULL)
ONE = Version(1)


def agree(judge: Judge, new: str, old: str) -> int:
    """How many of the levels let the schema in, which the full check must say too."""
    candidate, before = (judge.candidate(parse(text, mode="stored")) for text in (new, old))
    fits = 0
    for level in LEVELS:
        found = judge.judge(candidate, [(ONE, before)], level, ONE)
        assert found.ok is (not check_history(candidate.schema, [before.schema], level, dialect="redpanda"))
        fits += found.ok
    return fits


@settings(max_examples=60)
@given(evolutions())
def test_the_short_way_agrees_with_the_full_check(pair: tuple[str, str]) -> None:
    agree(Judge(), *pair)


def test_it_agrees_when_it_remembers_thousands_of_types() -> None:
    """One judge for all, so that a verdict remembered under a shape that says too little would be used wrongly."""
    judge = Judge()
    pairs = list(seeded_evolutions(7, 200))
    fits = sum(agree(judge, old, new) + agree(judge, new, old) for old, new in pairs)

    assert 150 < fits < 1150


KINDS: tuple[object, ...] = (
    "int",
    "long",
    "string",
    "bytes",
    "null",
    ["null", "int"],
    ["null", "string"],
    ["int", "string", "null"],
    {"type": "map", "values": "int"},
    {"type": "map", "values": "string"},
    {"type": "array", "items": "int"},
    {"type": "enum", "name": "E", "symbols": ["A", "B"]},
    {"type": "enum", "name": "E", "symbols": ["A"]},
    {"type": "enum", "name": "E", "symbols": ["A"], "default": "A"},
    {"type": "fixed", "name": "F", "size": 2},
    {"type": "fixed", "name": "F", "size": 3},
    {"type": "array", "items": {"type": "fixed", "name": "F", "size": 3}},
    {"type": "record", "name": "N", "fields": []},
    {"type": "record", "name": "N", "fields": [{"name": "x", "type": "int"}]},
    {"type": "record", "name": "N", "fields": [{"name": "y", "type": "int"}]},
    {"type": "record", "name": "N", "fields": [{"name": "y", "type": "int", "aliases": ["x"]}]},
    {"type": "record", "name": "N", "fields": [{"name": "x", "type": "string"}]},
    {"type": "record", "name": "N", "fields": [{"name": "x", "type": "int", "default": 0}]},
    {"type": "record", "name": "N", "fields": [{"name": "x", "type": "null"}]},
    {"type": "record", "name": "N", "fields": [{"name": "x", "type": "null", "default": None}]},
    {"type": "record", "name": "M", "fields": []},
)
FIELDS = (
    *([{"name": "a", "type": kind}] for kind in KINDS),
    [],
    [{"name": "a", "type": "int", "default": 0}],
    [{"name": "a", "type": "null", "default": None}],
    [{"name": "a", "type": ["null", "int"], "default": None}],
    [{"name": "b", "type": "int", "default": 0}],
)


def test_it_agrees_on_every_pair_of_fields() -> None:
    """One judge for all pairs: what is remembered under a number that stands for too much is used for another pair."""
    texts = [json.dumps({"type": "record", "name": "R", "fields": fields}) for fields in FIELDS]
    texts.append(texts[0].replace("R", "Q"))
    # Both ways round, because a wrong "fits" is taken for granted and a wrong "does not" is checked again.
    for order in (texts, texts[::-1]):
        judge = Judge()
        for new, old in product(order, repeat=2):
            agree(judge, new, old)


@pytest.mark.parametrize(
    "text",
    [
        '"string"',
        '{"type": "enum", "name": "E", "symbols": []}',
        '{"type": "record", "name": "R", "fields": [{"name": "a", "type": "int", "aliases": ["b"]}]}',
        '{"type": "record", "name": "R", "fields": [{"name": "a", "type": ["null", "R"]}]}',
    ],
)
def test_what_cannot_be_compared_field_by_field_has_no_outline(text: str) -> None:
    assert outline(parse(text, mode="stored"), {}) is None


def test_docs_order_and_properties_make_no_other_shape() -> None:
    plain = '{"type": "record", "name": "R", "fields": [{"name": "a", "type": {"type": "array", "items": "int"}}]}'
    dressed = {
        "type": "record",
        "name": "R",
        "doc": "d",
        "fields": [
            {
                "name": "a",
                "doc": "d",
                "order": "ignore",
                "type": {"type": "array", "x": 1, "items": {"type": "int", "logicalType": "date", "y": 2}},
            }
        ],
    }
    numbers: dict[tuple[object, ...], int] = {}
    one = outline(parse(plain, mode="stored"), numbers)
    other = outline(parse(json.dumps(dressed), mode="stored"), numbers)

    assert one is not None
    assert other is not None
    assert one.fields == other.fields


def test_confluent_s_rules_can_be_asked_for() -> None:
    """Java Avro follows the reader's aliases, Redpanda does not."""
    old = SchemaText('{"type": "record", "name": "R", "fields": [{"name": "a", "type": "int"}]}')
    new = SchemaText('{"type": "record", "name": "R", "fields": [{"name": "b", "type": "int", "aliases": ["a"]}]}')
    verdicts = []
    for registry in (MemoryRegistry(), MemoryRegistry(checker="confluent")):
        registry.register("s", old)
        verdicts.append(registry.check("s", new).ok)

    assert verdicts == [False, True]
