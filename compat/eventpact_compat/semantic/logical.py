"""Rules about logical types: the bytes stay readable, what they mean does not."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from eventpact.schema.tree import Fixed, Kind, Logical, LogicalKind, Primitive
from eventpact_compat.finding import Rule, Severity
from eventpact_compat.pairs import Comparison, Node, TypePair
from eventpact_compat.semantic.row import ANY, NEVER, Note, SemanticRule
from eventpact_compat.show import show_type

__all__ = ["RULES"]

NEW_FIELD: Final = "keep this field as it is; add a new field of the new type, move its readers, then drop the old one"

_CLASSES: Final = {
    LogicalKind.TIME_MILLIS: "time",
    LogicalKind.TIME_MICROS: "time",
    LogicalKind.TIMESTAMP_MILLIS: "timestamp",
    LogicalKind.TIMESTAMP_MICROS: "timestamp",
    LogicalKind.TIMESTAMP_NANOS: "timestamp",
    LogicalKind.LOCAL_TIMESTAMP_MILLIS: "local-timestamp",
    LogicalKind.LOCAL_TIMESTAMP_MICROS: "local-timestamp",
    LogicalKind.LOCAL_TIMESTAMP_NANOS: "local-timestamp",
}

# One may read the other's bytes, so no registry objects. The numbers widen, text and bytes swap.
_NUMBERS: Final = frozenset({Kind.INT, Kind.LONG, Kind.FLOAT, Kind.DOUBLE})
_TEXTS: Final = frozenset({Kind.STRING, Kind.BYTES})


def _readable(old: Node, new: Node) -> bool:
    """Does either side read the other's bytes? If not, structure says so, and louder."""
    match old, new:
        case Primitive(kind=before), Primitive(kind=after):
            return before is after or {before, after} <= _NUMBERS or {before, after} <= _TEXTS
        case Fixed(size=before_size), Fixed(size=after_size):
            return before_size == after_size
        case _:
            return False


def _changed(comparison: Comparison) -> Iterator[tuple[TypePair, Logical | None, Logical | None]]:
    for pair in comparison.types:
        before, after = pair.logicals
        if before != after and _readable(pair.old, pair.new):
            yield pair, before, after


def _note(pair: TypePair, message: str) -> Note:
    return Note(pair.spot, f"{pair.spot.path}: {message}", show_type(pair.old), show_type(pair.new))


def _unit(kind: LogicalKind) -> str:
    return kind.rpartition("-")[2]


def time_unit(comparison: Comparison) -> Iterator[Note]:
    for pair, before, after in _changed(comparison):
        if before and after and before.kind in _CLASSES and after.kind in _CLASSES:
            same = _CLASSES[before.kind] == _CLASSES[after.kind]
            if same and _unit(before.kind) != _unit(after.kind):
                units = f"{_unit(before.kind)} to {_unit(after.kind)}"
                yield _note(pair, f"the unit changes from {units}: the same number is another moment")


def local_time(comparison: Comparison) -> Iterator[Note]:
    for pair, before, after in _changed(comparison):
        if before and after:
            kinds = {_CLASSES.get(before.kind), _CLASSES.get(after.kind)}
            if kinds == {"timestamp", "local-timestamp"}:
                yield _note(pair, "a moment in UTC and a time on a wall clock differ by the time zone")


def _both_decimal(comparison: Comparison) -> Iterator[tuple[TypePair, Logical, Logical]]:
    for pair, before, after in _changed(comparison):
        if before and after and before.kind is after.kind is LogicalKind.DECIMAL:
            yield pair, before, after


def decimal_scale(comparison: Comparison) -> Iterator[Note]:
    for pair, before, after in _both_decimal(comparison):
        if before.scale != after.scale:
            factor = 10 ** abs(before.scale - after.scale)
            scales = f"{before.scale} to {after.scale}"
            yield _note(pair, f"the scale changes from {scales}: amounts are off by a factor of {factor}")


def decimal_precision(comparison: Comparison) -> Iterator[Note]:
    for pair, before, after in _both_decimal(comparison):
        if before.scale == after.scale and after.precision < before.precision:
            digits = f"{before.precision} to {after.precision} digits"
            yield _note(pair, f"the precision shrinks from {digits}: stored amounts no longer fit")


def decimal_widened(comparison: Comparison) -> Iterator[Note]:
    for pair, before, after in _both_decimal(comparison):
        if before.scale == after.scale and after.precision > before.precision:
            digits = f"{before.precision} to {after.precision} digits"
            yield _note(pair, f"the precision grows from {digits}: consumers of the old version may overflow")


def _is_uuid(logical: Logical | None) -> bool:
    return logical is not None and logical.kind is LogicalKind.UUID


def uuid_added(comparison: Comparison) -> Iterator[Note]:
    for pair, before, after in _changed(comparison):
        if before is None and _is_uuid(after):
            yield _note(pair, "becomes a uuid: stored values that are none can no longer be read")


def uuid_dropped(comparison: Comparison) -> Iterator[Note]:
    for pair, before, after in _changed(comparison):
        if _is_uuid(before) and after is None:
            yield _note(pair, "is no uuid any more: producers may write any value, and consumers still parse uuids")


def logical_type(comparison: Comparison) -> Iterator[Note]:
    for pair, before, after in _changed(comparison):
        uuid_only = (_is_uuid(before) and after is None) or (before is None and _is_uuid(after))
        classes = {before and before.kind and _CLASSES.get(before.kind), after and _CLASSES.get(after.kind)}
        times = None not in classes and (len(classes) == 1 or classes == {"timestamp", "local-timestamp"})
        decimals = before is not None and after is not None and before.kind is after.kind
        if uuid_only or times or decimals:
            continue
        verb = "is dropped" if after is None else "is added" if before is None else "is replaced"
        yield _note(pair, f"the logical type {verb}: the same bytes now stand for something else")


def _rule(name: str, severity: Severity, promise: str, why: str, example: str) -> Rule:
    order = NEVER if severity is Severity.ERROR else ANY
    return Rule(name, severity, promise, why, example, NEW_FIELD, order)


RULES: Final = (
    SemanticRule(
        _rule(
            "TIME_UNIT_CHANGED",
            Severity.ERROR,
            "a time keeps its unit",
            "every reader takes the number as it is: dates are off by a factor of 1000, and no one gets an error",
            "timestamp-millis becomes timestamp-micros",
        ),
        time_unit,
    ),
    SemanticRule(
        _rule(
            "LOCAL_TIME_CHANGED",
            Severity.ERROR,
            "a moment stays a moment, a wall-clock time stays one",
            "the number is the same, but one side adds the time zone and the other does not",
            "timestamp-millis becomes local-timestamp-millis",
        ),
        local_time,
    ),
    SemanticRule(
        _rule(
            "DECIMAL_SCALE_CHANGED",
            Severity.ERROR,
            "a decimal keeps its scale",
            "only the unscaled number is on the wire: amounts are off by powers of ten",
            "decimal(10, 2) becomes decimal(10, 4)",
        ),
        decimal_scale,
    ),
    SemanticRule(
        _rule(
            "DECIMAL_PRECISION_REDUCED",
            Severity.ERROR,
            "a decimal never loses digits",
            "amounts that were written under the old precision do not fit any more when they are read or replayed",
            "decimal(10, 2) becomes decimal(6, 2)",
        ),
        decimal_precision,
    ),
    SemanticRule(
        _rule(
            "DECIMAL_PRECISION_RAISED",
            Severity.WARNING,
            "a decimal does not outgrow its readers",
            "consumers of the old version, and the columns they write to, hold fewer digits",
            "decimal(6, 2) becomes decimal(10, 2)",
        ),
        decimal_widened,
    ),
    SemanticRule(
        _rule(
            "UUID_ADDED",
            Severity.ERROR,
            "old values still parse",
            "text that is no uuid was legal before; events that hold such text cannot be read any more",
            "string becomes a uuid",
        ),
        uuid_added,
    ),
    SemanticRule(
        _rule(
            "UUID_DROPPED",
            Severity.WARNING,
            "a promised format stays promised",
            "validation is gone: old consumers parse a uuid and fail on the first value that is none",
            "a uuid becomes a plain string",
        ),
        uuid_dropped,
    ),
    SemanticRule(
        _rule(
            "LOGICAL_TYPE_CHANGED",
            Severity.ERROR,
            "a logical type is not added, dropped or replaced in place",
            "registries look at the base type only: days are read as milliseconds, binary as text",
            "int (date) becomes long (timestamp-millis); decimal bytes become plain bytes",
        ),
        logical_type,
    ),
)
