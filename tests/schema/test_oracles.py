"""Independent libraries agree, up to faults that are pinned here: fastavro by reading, avro by its checker."""

from __future__ import annotations

import json
from io import BytesIO
from typing import Any

import avro.compatibility
import avro.schema
import fastavro
import fastavro.schema
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from eventpact.schema import Schema, check, parse
from eventpact.schema.tree import Record, Ref, Union
from tests.schema.build import memo_trap
from tests.schema.data import datum
from tests.schema.dice import DrawnDice
from tests.schema.draw import evolutions, schemas, seeded_evolutions
from tests.schema.model import Doc


@given(schemas())
def test_the_canonical_form_and_the_fingerprint_are_fastavro_s(text: str) -> None:
    found = parse(text)
    canonical = fastavro.schema.to_parsing_canonical_form(_plain(json.loads(text)))

    assert found.canonical == canonical
    assert found.fingerprint.to_bytes(8, "little").hex() == fastavro.schema.fingerprint(canonical, "CRC-64-AVRO")
    assert found.sha256 == fastavro.schema.fingerprint(canonical, "SHA-256")


@given(schemas())
def test_the_canonical_form_is_a_schema_of_the_same_form(text: str) -> None:
    assert parse(parse(text).canonical).canonical == parse(text).canonical


@given(schemas())
def test_every_schema_reads_itself_unless_an_alias_is_taken(text: str) -> None:
    found = parse(text)

    assert check(found, found) == []


@given(evolutions(), st.booleans(), st.data())
def test_what_the_checker_calls_compatible_fastavro_reads(
    pair: tuple[str, str], forward: bool, data: st.DataObject
) -> None:
    reader, writer = map(parse, pair if forward else pair[::-1])
    assume(not check(reader, writer))
    assume(not _fastavro_cannot(reader, writer))
    value = data.draw(_data(writer))
    theirs = fastavro.parse_schema(_plain(json.loads(writer.text)))
    out = BytesIO()
    fastavro.schemaless_writer(out, theirs, value)

    ours = fastavro.parse_schema(_plain(json.loads(reader.text)))
    try:
        fastavro.schemaless_reader(BytesIO(out.getvalue()), theirs, ours)
    except TypeError as error:
        # In a union it looks for a type by what stands there, also where that is the whole type and not its name.
        assume("unhashable type: 'dict'" not in str(error))
        raise


@st.composite
def _data(draw: st.DrawFn, writer: Schema) -> Any:
    try:
        return datum(writer, DrawnDice(draw))
    except (RecursionError, IndexError):
        assume(False)


def _fastavro_cannot(reader: Schema, writer: Schema) -> bool:
    """fastavro's known faults in resolution.

    - Short aliases match in any namespace, full ones sometimes not at all: pairs with type aliases are left out.
    - In a union it takes the first branch of an equal simple name, also when that one does not fit.
    """
    if any(named.aliases for named in reader.names.values()):
        return True
    simple = [name.rpartition(".")[2] for name in reader.names]
    return len(set(simple)) < len(simple) or _moved(reader, writer)


def _moved(reader: Schema, writer: Schema) -> bool:
    """A type in another namespace than before: fastavro looks for full names in a reader's union."""
    return not {n.rpartition(".")[2] for n in set(reader.names) ^ set(writer.names)}.isdisjoint(
        {n.rpartition(".")[2] for n in set(reader.names) & set(writer.names)}
        | {n.rpartition(".")[2] for n in set(reader.names) - set(writer.names)}
        & {n.rpartition(".")[2] for n in set(writer.names) - set(reader.names)}
    )


@given(evolutions(), st.booleans())
def test_the_checker_s_verdict_is_avro_s(pair: tuple[str, str], forward: bool) -> None:
    reader, writer = map(parse, pair if forward else pair[::-1])
    assume(not _avro_cannot(reader, writer))

    assert _avro_says(reader.text, writer.text) == (not check(reader, writer))


def test_the_checker_s_verdict_is_avro_s_on_the_same_pairs_every_time() -> None:
    judged = 0
    for pair in seeded_evolutions(20263, 400):
        reader, writer = map(parse, pair)
        if not _avro_cannot(reader, writer):
            judged += 1
            assert _avro_says(reader.text, writer.text) == (not check(reader, writer)), pair

    assert judged > 50


def _avro_cannot(reader: Schema, writer: Schema) -> bool:
    """avro's known faults: aliases without namespaces, ambiguous ones pass; ``error`` raises; the memo trap."""
    names = [*reader.names.values(), *writer.names.values()]
    records = [named for named in names if isinstance(named, Record)]
    return (
        any(named.aliases for named in names)
        or any(one.aliases for named in records for one in named.fields)
        or any(named.error for named in records)
        or any(_recursive_union(named) for named in records)
    )


def _recursive_union(named: Record) -> bool:
    """A union with a record in it, inside a record: where the memo trap may be."""
    return any(
        isinstance(one.type, Union) and any(isinstance(branch, Ref) for branch in one.type.branches)
        for one in named.fields
    )


def test_avro_and_not_we_fall_into_the_memo_trap() -> None:
    """avro keeps that (B, B) fits, though that rested on (x.A, w.A), which fails a moment later."""
    reader, writer = (json.dumps(document) for document in memo_trap())

    assert _avro_says(reader, writer)
    assert [(found.kind, found.location) for found in check(parse(reader), parse(writer))] == [
        ("MISSING_UNION_BRANCH", "/fields/1/type/fields/0/type/1")
    ]


def _avro_says(reader: str, writer: str) -> bool:
    checker: Any = avro.compatibility.ReaderWriterCompatibilityChecker
    found = checker().get_compatibility(
        *(avro.schema.parse(json.dumps(_plain(json.loads(t)))) for t in (reader, writer))
    )
    return found.compatibility is avro.compatibility.SchemaCompatibilityType.compatible


def _plain(document: Doc) -> Any:
    """Without what the libraries stumble over.

    Both judge logical types that should be ignored; fastavro takes no whole number as a default of {"type": "float"}.
    """
    if isinstance(document, dict):
        plain = {key: _plain(value) for key, value in document.items() if key != "logicalType"}
        return plain["type"] if list(plain) == ["type"] else plain
    return [*map(_plain, document)] if isinstance(document, list) else document


@pytest.mark.parametrize("text", ['{"type": "bytes", "logicalType": "decimal", "precision": 1, "scale": 2}'])
def test_fastavro_still_refuses_what_the_specification_ignores(text: str) -> None:
    with pytest.raises(fastavro.schema.SchemaParseException):
        fastavro.parse_schema(json.loads(text))
    assert parse(text).root
