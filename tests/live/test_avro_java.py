"""Avro Java 1.12.1, the engine of the Confluent registry, agrees: or the difference is a row with its reason.

Parser verdicts, canonical forms and fingerprints on drawn and on broken schemas; checker verdicts, kinds and locations
on 20,000 pairs of drawn evolutions.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterable
from typing import NamedTuple, TypeAlias

import pytest

from eventpact.schema import Schema, SchemaError, check, parse
from eventpact.schema.tree import Array, Map, Record, Ref, Type, Union
from tests.live.avro_java import MISSING, AvroJava, avro_java
from tests.schema.build import memo_trap
from tests.schema.draw import seeded_broken, seeded_evolutions
from tests.schema.test_identity import EXAMPLES

pytestmark = [
    pytest.mark.live,
    pytest.mark.skipif(MISSING is not None, reason=f"{MISSING} is not installed: Avro Java cannot be asked"),
]

PAIRS = 10_000
BROKEN = 12_000

Findings: TypeAlias = frozenset[tuple[str, str]]


@pytest.fixture(scope="module")
def java() -> AvroJava:
    return avro_java()


@pytest.fixture(scope="module")
def pairs() -> list[tuple[str, str]]:
    return list(seeded_evolutions(20261, PAIRS))


class Stricter(NamedTuple):
    """We refuse what Java takes. ``ours`` is the start of our message."""

    ours: str
    reason: str


STRICTER = (
    Stricter("a namespace is a text", "Java ignores a namespace that is not text"),
    Stricter("the type ", "Java takes forward references and falls back to the null namespace"),
    Stricter("an enum's default", "Java ignores an enum default that is not text"),
    Stricter(r"the default of .* must be a symbol", "Java takes any text as the default of an enum field"),
    Stricter(r"the default of .* must be text of exactly", "Java takes text of any length as the default of a fixed"),
    Stricter(r"the default of .* must have characters", "Java takes characters above \\u00ff as bytes and reads '?'"),
    Stricter(r"the default of .* must fit a branch", "one of the three rows above, inside a union"),
    Stricter(r".* is a primitive type and cannot be defined", "Java forbids it in the null namespace only"),
    Stricter(r".* is defined twice", "Java takes a second, identical definition"),
)


class Laxer(NamedTuple):
    """We take what Java refuses. ``java`` is a part of its message."""

    java: str
    reason: str


LAXER = (
    Laxer("Schema fields not set yet", "Java cannot check a default of a record that is still being read"),
    Laxer("Undefined schema: .", "Java reads '.R' in a definition, but not in a reference; we lint it"),
    Laxer("Can't set a property to null", "Java has no unknown attributes with the value null"),
)


def test_drawn_schemas_parse_alike_and_have_java_s_canonical_form_and_fingerprint(
    java: AvroJava, pairs: list[tuple[str, str]]
) -> None:
    texts = [text for pair in pairs for text in pair]

    assert _unexplained(texts, java, rows={"Schema fields not set yet"}) == []


def test_broken_schemas_get_java_s_verdict(java: AvroJava) -> None:
    texts = list(seeded_broken(20262, BROKEN))

    assert _unexplained(texts, java, rows={"a namespace is a text", "the type ", "an enum's default"}) == []


def _unexplained(texts: list[str], java: AvroJava, rows: set[str]) -> list[str]:
    """Differences without a row. ``rows`` have to be met: a row that explains nothing any more must go."""
    found: list[str] = []
    met: set[str] = set()
    for text, answer in zip(texts, java.ask(texts), strict=True):
        ours = _parsed(text)
        row: str | None = None
        if answer[0] == "refused":
            if isinstance(ours, SchemaError):
                continue
            row = next((row.java for row in LAXER if row.java in answer[1]), None)
        elif isinstance(ours, SchemaError):
            row = next((row.ours for row in STRICTER if re.match(row.ours, ours.message)), None)
        elif [ours.canonical, str(ours.fingerprint)] == answer:
            continue
        if row is None:
            found.append(f"{text}\n  ours {ours}\n  java {answer}")
        else:
            met.add(row)
    assert rows <= met
    return found[:5]


def _parsed(text: str) -> Schema | SchemaError:
    try:
        return parse(text)
    except SchemaError as error:
        return error


class Pair(NamedTuple):
    reader: Schema
    writer: Schema
    ours: Findings
    java: Findings
    raised: str

    def kinds(self, findings: Findings) -> set[str]:
        return {kind for kind, _ in findings}

    def warned(self, *rules: str) -> bool:
        return not {warning.rule for warning in self.reader.warnings}.isdisjoint(rules)


class Difference(NamedTuple):
    name: str
    reason: str
    explains: Callable[[Pair], bool]


def _enum_default(pair: Pair) -> bool:
    """Each of our missing defaults that Java calls a type mismatch is at a field of an enum with a default."""
    more, less = pair.java - pair.ours, pair.ours - pair.java
    return bool(less) and {place for _, place in less} >= {
        place.removesuffix("/type") for kind, place in more if kind == "TYPE_MISMATCH"
    } and {kind for kind, _ in more} == {"TYPE_MISMATCH"}  # fmt: skip


def _repeated(pair: Pair) -> bool:
    """Some pair of named types meets twice, so that Java may answer from its memory."""
    repeated = any(count > 1 for schema in (pair.reader, pair.writer) for count in Counter(_uses(schema)).values())
    return repeated and bool(pair.java) and pair.kinds(pair.ours) == pair.kinds(pair.java)


DIFFERENCES = (
    Difference(
        "an ambiguous alias raises",
        "Java has no kind for it: the registry reports the exception as an incompatibility",
        lambda pair: "matches multiple fields" in pair.raised and "AMBIGUOUS_ALIAS" in pair.kinds(pair.ours),
    ),
    Difference(
        "an ambiguous alias inside a reader's union",
        "Java raises even when another branch would do; we say that this branch does not fit",
        lambda pair: "matches multiple fields" in pair.raised and _in_union(pair.reader),
    ),
    Difference(
        "an alias that repeats the field's own name",
        "Java counts the field twice and raises, even when a schema reads itself; we lint it",
        lambda pair: "matches multiple fields" in pair.raised and pair.warned("FIELD_ALIAS_REPEATED"),
    ),
    Difference(
        "an alias that two fields share, or that is the name of another field",
        "Java's checker does not see it and its decoder fails; we lint the reader and call it AMBIGUOUS_ALIAS",
        lambda pair: (
            pair.warned("FIELD_ALIAS_SHARED", "FIELD_ALIAS_TAKEN")
            and not pair.kinds(pair.ours).isdisjoint({"AMBIGUOUS_ALIAS", "MISSING_UNION_BRANCH"})
        ),
    ),
    Difference(
        "a missing field of an enum with a default",
        "Java says TYPE_MISMATCH where we say READER_FIELD_MISSING_DEFAULT_VALUE",
        _enum_default,
    ),
    Difference(
        "a pair that was met before",
        "Java repeats the first location, relative to where it was met; we give each distinct one",
        _repeated,
    ),
    Difference(
        "Java refuses the schema",
        "see LAXER",
        lambda pair: any(row.java in pair.raised for row in LAXER),
    ),
)


def test_the_checker_agrees_with_java_on_twenty_thousand_pairs(java: AvroJava, pairs: list[tuple[str, str]]) -> None:
    asked = [(reader, writer) for old, new in pairs for reader, writer in ((new, old), (old, new))]
    answers = java.ask(f"{reader}\t{writer}" for reader, writer in asked)
    known = {text: parse(text) for pair in pairs for text in pair}
    met: Counter[str] = Counter()
    unexplained: list[str] = []
    for (reader, writer), answer in zip(asked, answers, strict=True):
        pair = _pair(known[reader], known[writer], answer)
        if not pair.raised and pair.ours == pair.java:
            met["equal"] += 1
            continue
        row = next((row.name for row in DIFFERENCES if row.explains(pair)), None)
        if row is None:
            unexplained.append(f"{reader}\n{writer}\n  ours {sorted(pair.ours)}\n  java {answer}")
        else:
            met[row] += 1

    assert unexplained[:5] == []
    assert set(met) == {"equal", *(row.name for row in DIFFERENCES)}
    assert met["equal"] > 0.9 * len(asked)


def _pair(reader: Schema, writer: Schema, answer: list[str]) -> Pair:
    ours = frozenset((finding.kind, finding.location) for finding in check(reader, writer))
    if answer[0] == "refused":
        return Pair(reader, writer, ours, frozenset(), answer[1])
    listed = (tuple(one.split(" ", 1)) for one in answer[1].split(", ") if one)
    return Pair(reader, writer, ours, frozenset((kind, place) for kind, place in listed), "")


def _uses(schema: Schema) -> Iterable[str]:
    yield from _names(schema.root)
    for named in schema.names.values():
        if isinstance(named, Record):
            for field in named.fields:
                yield from _names(field.type)


def _names(type_: Type) -> Iterable[str]:
    match type_:
        case Ref():
            yield type_.name
        case Array():
            yield from _names(type_.items)
        case Map():
            yield from _names(type_.values)
        case Union():
            for branch in type_.branches:
                yield from _names(branch)
        case _:
            return


def _in_union(schema: Schema) -> bool:
    types = [
        schema.root,
        *(f.type for named in schema.names.values() if isinstance(named, Record) for f in named.fields),
    ]
    return any(isinstance(type_, Union) or _unions_below(type_) for type_ in types)


def _unions_below(type_: Type) -> bool:
    match type_:
        case Array():
            return isinstance(type_.items, Union) or _unions_below(type_.items)
        case Map():
            return isinstance(type_.values, Union) or _unions_below(type_.values)
        case _:
            return False


def test_java_and_not_we_fall_into_the_memo_trap(java: AvroJava) -> None:
    reader, writer = (json.dumps(document) for document in memo_trap())

    assert java.ask([f"{reader}\t{writer}"]) == [["COMPATIBLE", ""]]
    assert [finding.kind for finding in check(parse(reader), parse(writer))] == ["MISSING_UNION_BRANCH"]


def test_the_specification_s_examples_have_java_s_fingerprints(java: AvroJava) -> None:
    """All but the one whose default Java refuses as we do."""
    examples = [(text, canonical, number) for text, canonical, number in EXAMPLES if '"default":"true"' not in text]
    answers = java.ask(" ".join(text.split()) for text, _, _ in examples)

    assert answers == [[canonical, str(number % 2**64)] for _, canonical, number in examples]
