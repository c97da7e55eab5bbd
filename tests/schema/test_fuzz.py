"""Whatever the input, the parser answers with a schema or a SchemaError, and all that hangs on a schema works."""

from __future__ import annotations

import json
import os
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eventpact.errors import SchemaError
from eventpact.schema import Schema, check, describe, parse
from eventpact.schema.sheet import Mode
from tests.schema.draw import broken, schemas, seeded_broken, seeded_evolutions

MODES: tuple[Mode, ...] = ("strict", "stored")

words = st.sampled_from(
    ["type", "name", "fields", "items", "values", "symbols", "size", "default", "record", "enum", "array", "map", "R",
     "fixed", "int", "null", "string", "aliases", "namespace", "logicalType", "decimal", "precision", ""]
)  # fmt: skip
anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | words,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(words, inner, max_size=5),
    max_leaves=25,
)


def use(text: str | bytes) -> str:
    """Parse in both modes and use what comes out; the strict verdict in a word."""
    verdict = "refused"
    for mode in MODES:
        found = parsed(text, mode)
        if isinstance(found, SchemaError):
            assert found.line is not None
            continue
        exercise(found)
        if mode == "strict":
            verdict = "accepted"
            assert exercise(parse(text, mode="stored")) == exercise(found)
    return verdict


def parsed(text: str | bytes, mode: Mode) -> Schema | SchemaError:
    try:
        return parse(text, mode=mode)
    except SchemaError as error:
        return error


def exercise(found: Schema) -> tuple[str, int]:
    assert describe(found)
    assert parse(found.stored_text, mode="stored").canonical == found.canonical
    check(found, found)
    check(found, found, dialect="redpanda")
    for warning in found.warnings:
        found.place(warning.pointer)
    return found.canonical, found.fingerprint


@given(anything.map(json.dumps))
def test_arbitrary_json(text: str) -> None:
    use(text)


@given(broken())
def test_mutated_schemas(text: str) -> None:
    use(text)


@given(schemas(), st.data())
def test_mutated_bytes(text: str, data: st.DataObject) -> None:
    raw = bytearray(text.encode())
    for _ in range(data.draw(st.integers(1, 4))):
        raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))

    use(bytes(raw))


@given(st.binary(max_size=200))
def test_arbitrary_bytes(raw: bytes) -> None:
    use(raw)


@pytest.mark.parametrize("seed", [1, 2])
def test_many_mutated_schemas(seed: int) -> None:
    """`EVENTPACT_FUZZ=100000` looks at as many."""
    count = int(os.environ.get("EVENTPACT_FUZZ", "1000"))
    verdicts = Counter(use(text) for text in seeded_broken(seed, count))

    assert verdicts["accepted"] > count // 10
    assert verdicts["refused"] > count // 2


def test_drawn_schemas_are_valid() -> None:
    verdicts = Counter(use(text) for pair in seeded_evolutions(3, 300) for text in pair)

    assert verdicts == {"accepted": 600}
