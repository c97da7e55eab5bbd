"""Rules about base types and unions: promotions that lose something, null, the order of branches."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Final

from eventpact.schema.tree import Kind, Primitive
from eventpact_compat.finding import Rule, Severity
from eventpact_compat.pairs import Comparison, Node, TypePair, UnionPair
from eventpact_compat.semantic.logical import NEW_FIELD
from eventpact_compat.semantic.row import ANY, CONSUMERS_FIRST, Note, SemanticRule
from eventpact_compat.show import show_type

__all__ = ["RULES", "accepts_null"]

# (from, to) -> up to which number every integer survives.
_LOSSY: Final = {
    (Kind.INT, Kind.FLOAT): "2^24",
    (Kind.LONG, Kind.FLOAT): "2^24",
    (Kind.LONG, Kind.DOUBLE): "2^53",
}


def _plain(comparison: Comparison) -> Iterator[tuple[TypePair, Kind, Kind]]:
    """Pairs of primitives whose logical types play no part (those that do have rules of their own)."""
    for pair in comparison.types:
        if isinstance(pair.old, Primitive) and isinstance(pair.new, Primitive) and pair.logicals == (None, None):
            yield pair, pair.old.kind, pair.new.kind


def lossy_promotion(comparison: Comparison) -> Iterator[Note]:
    for pair, before, after in _plain(comparison):
        if (limit := _LOSSY.get((before, after))) is not None:
            message = f"{pair.spot.path}: numbers above {limit} lose digits when old events are read as {after}"
            yield Note(pair.spot, message, str(before), str(after))


def bytes_and_string(comparison: Comparison) -> Iterator[Note]:
    for pair, before, after in _plain(comparison):
        if {before, after} == {Kind.BYTES, Kind.STRING}:
            message = f"{pair.spot.path}: bytes that are no UTF-8 cannot be read as text"
            yield Note(pair.spot, message, str(before), str(after))


def accepts_null(branches: tuple[Node, ...]) -> bool:
    return any(isinstance(branch, Primitive) and branch.kind is Kind.NULL for branch in branches)


def null_added(comparison: Comparison) -> Iterator[Note]:
    for pair in comparison.unions:
        if accepts_null(pair.new) and not accepts_null(pair.old):
            message = f"{pair.spot.path}: may be null now; code that relied on a value meets None"
            yield _note(pair, message)


def null_dropped(comparison: Comparison) -> Iterator[Note]:
    for pair in comparison.unions:
        if accepts_null(pair.old) and not accepts_null(pair.new):
            message = f"{pair.spot.path}: may not be null any more; events that hold null cannot be read"
            yield _note(pair, message)


def union_reordered(comparison: Comparison) -> Iterator[Note]:
    for pair in comparison.unions:
        if any(a > b for a, b in pairwise(j for _, j in pair.matched)):
            yield _note(pair, f"{pair.spot.path}: the branches of the union are in another order")


def _note(pair: UnionPair, message: str) -> Note:
    return Note(pair.spot, message, show_type(pair.old), show_type(pair.new))


RULES: Final = (
    SemanticRule(
        Rule(
            "LOSSY_PROMOTION",
            Severity.WARNING,
            "a wider type holds every old value",
            "int and long fit float and double only up to 2^24 and 2^53; above, ids and amounts change silently",
            "long becomes double",
            NEW_FIELD,
            CONSUMERS_FIRST,
        ),
        lossy_promotion,
    ),
    SemanticRule(
        Rule(
            "BYTES_STRING_CHANGED",
            Severity.WARNING,
            "bytes stay bytes, text stays text",
            "Avro promotes one to the other, but whether it works depends on each value",
            "bytes becomes string",
            NEW_FIELD,
            CONSUMERS_FIRST,
        ),
        bytes_and_string,
    ),
    SemanticRule(
        Rule(
            "NULL_ADDED",
            Severity.WARNING,
            "a value that was always there stays there",
            "consumers were written for a value; structure allows the null, their code may not",
            'string becomes ["null", "string"]',
            "keep it required, or tell the consumers' owners before the first null is written",
            CONSUMERS_FIRST,
        ),
        null_added,
        echo=True,
    ),
    SemanticRule(
        Rule(
            "NULL_DROPPED",
            Severity.WARNING,
            "old nulls can still be read",
            "events that hold null are still in the topic, in the dead letters and in archives",
            '["null", "string"] becomes string',
            "keep the null branch, and let producers stop writing null",
            None,
        ),
        null_dropped,
        echo=True,
    ),
    SemanticRule(
        Rule(
            "UNION_REORDERED",
            Severity.WARNING,
            "union branches keep their order",
            "the first branch decides the default in older tools, and code that stores branch numbers reads others",
            '["null", "string"] becomes ["string", "null"]',
            "keep the old order; append new branches",
            ANY,
        ),
        union_reordered,
    ),
)
