"""Rules about logical types: what Avro ignores without a word, and what should have one."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import get_close_matches
from typing import Final, cast

from eventpact.schema.logical import read_logical
from eventpact.schema.tree import Array as ArrayType
from eventpact.schema.tree import Fixed, Json, Kind, Logical, LogicalKind, Map, Primitive, Ref, Union
from eventpact_compat.finding import Rule, Severity
from eventpact_compat.layout import Object, Scalar
from eventpact_compat.lint.rule import LintRule
from eventpact_compat.lint.sites import Problem, Subject, TypeSite
from eventpact_compat.lint.types import leaves
from eventpact_compat.lint.words import has_phrase, word_set, words

__all__ = ["RULES", "annotation"]

_KINDS: Final = tuple(str(kind) for kind in LogicalKind)
WIDEST_DECIMAL: Final = 38
"""Digits that Spark, BigQuery, Snowflake, Parquet and most databases hold."""


def annotation(node: Object) -> dict[str, Json]:
    """The attributes of a type or field object that make a logical type."""
    found = {}
    for name in ("logicalType", "precision", "scale"):
        value = node.get(name)
        if value is not None:
            found[name] = value.value if isinstance(value, Scalar) else []
    return cast("dict[str, Json]", found)


def _misplaced(subject: Subject) -> Iterator[Problem]:
    for site in subject.fields:
        written = site.node.get("logicalType")
        if written is None:
            continue
        name = written.text if isinstance(written, Scalar) else None
        yield site.problem(
            f"logicalType {name or ''} stands on the field {site.field.name}, where Avro ignores it".replace("  ", " "),
            f'move it into the type: "type": {{"type": ..., "logicalType": "{name}"}}' if name else "remove it",
            at="/logicalType",
        )


def _annotated(subject: Subject) -> Iterator[tuple[TypeSite, Object, str, str | None]]:
    """Type objects with an annotation that is ignored: the site, its object, the reason, the logical type's name."""
    names = subject.schema.names
    for site in subject.types:
        if not isinstance(site.node, Object) or "logicalType" not in site.node.keys():  # noqa: SIM118  # no mapping
            continue
        attributes = annotation(site.node)
        name = attributes["logicalType"]
        match site.type:
            case Primitive(kind):
                reason = read_logical(attributes, kind)
            case Ref(full) if isinstance(fixed := names[full], Fixed) and site.node.get("size") is not None:
                reason = read_logical(attributes, fixed.size)
            case ArrayType() | Map() | Ref() | Union():
                reason = f"{_kind(site)} cannot have a logical type; the annotation is ignored"
        if isinstance(reason, str):
            yield site, site.node, reason, name if isinstance(name, str) else None


def _kind(site: TypeSite) -> str:
    match site.type:
        case ArrayType():
            return "an array"
        case Map():
            return "a map"
        case _:
            return "a named type"


def _broken(subject: Subject) -> Iterator[Problem]:
    for site, node, reason, name in _annotated(subject):
        unbounded = name == "decimal" and _is_bytes(site) and node.get("precision") is None
        if (name is None or name in _KINDS) and not unbounded:
            yield site.problem(reason, "make the annotation valid, or remove it", at="/logicalType", before=name)


def _unknown(subject: Subject) -> Iterator[Problem]:
    for site, _, _, name in _annotated(subject):
        if name is not None and name not in _KINDS:
            close = get_close_matches(name.lower().replace("_", "-"), _KINDS, 1, 0.75)
            yield site.problem(
                f"{name!r} is no logical type of Avro 1.12; it is ignored",
                f'write "{close[0]}"' if close else "remove it, or say it with a property of your own",
                at="/logicalType",
                before=name,
                after=close[0] if close else None,
            )


def _unbounded(subject: Subject) -> Iterator[Problem]:
    for site, node, _, name in _annotated(subject):
        if name == "decimal" and _is_bytes(site) and node.get("precision") is None:
            yield site.problem(
                "a decimal on bytes without precision has no bound, so Avro ignores the annotation",
                'add "precision" (all digits) and "scale" (digits behind the point)',
                at="/logicalType",
            )


def _is_bytes(site: TypeSite) -> bool:
    return isinstance(site.type, Primitive) and site.type.kind is Kind.BYTES


def _wide(subject: Subject) -> Iterator[Problem]:
    for site in subject.types:
        logical = site.type.logical if isinstance(site.type, Primitive) else _fixed_logical(site, subject)
        if logical is not None and logical.kind is LogicalKind.DECIMAL and logical.precision > WIDEST_DECIMAL:
            yield site.problem(
                f"a decimal of {logical.precision} digits; most stores hold {WIDEST_DECIMAL}",
                f"use a precision of at most {WIDEST_DECIMAL}",
                at="/precision",
            )


def _fixed_logical(site: TypeSite, subject: Subject) -> Logical | None:
    named = subject.schema.names[site.type.name] if isinstance(site.type, Ref) else None
    return named.logical if isinstance(named, Fixed) and isinstance(site.node, Object) else None


def _big_decimal(subject: Subject) -> Iterator[Problem]:
    for site in subject.types:
        if isinstance(site.type, Primitive) and site.type.logical and site.type.logical.kind is LogicalKind.BIG_DECIMAL:
            yield site.problem(
                "big-decimal is plain bytes for nearly every library, eventpact included",
                'use "decimal" with a precision and a scale',
                at="/logicalType",
            )


_UNIT_WORDS: Final = word_set(
    "ms millis milliseconds us micros microseconds ns nanos nanoseconds s sec secs seconds utc epoch unix"
)
_INSTANTS: Final = frozenset({"at", "timestamp", "ts", "datetime", "instant"})
_INSTANT_PHRASES: Final = ("event time", "start time", "end time", "creation time", "update time", "expiry time",
                           "arrival time", "departure time", "date time")  # fmt: skip


def _plain_time(subject: Subject) -> Iterator[Problem]:
    for site in subject.fields:
        kinds = {leaf.kind for leaf in leaves(site.field.type) if isinstance(leaf, Primitive) and leaf.logical is None}
        # A unit that is said, and a logical type on the wrong place, are not this rule's business.
        if "unit" in site.field.props or "logicalType" in site.field.props:
            continue
        if Kind.LONG in kinds and _says_instant(site.field.name):
            yield site.problem(
                f"field {site.field.name} looks like a point in time, but is a plain long: its unit is a guess",
                'write {"type": "long", "logicalType": "timestamp-millis"}, or say the unit: "unit": "ms"',
                at="/type",
            )
        elif Kind.INT in kinds and words(site.field.name)[-1:] == ("date",):
            yield site.problem(
                f"field {site.field.name} looks like a date, but is a plain int: what it counts is a guess",
                'write {"type": "int", "logicalType": "date"}, or say the unit: "unit": "days since 1970"',
                at="/type",
            )


def _says_instant(name: str) -> bool:
    parts = list(words(name))
    while len(parts) > 1 and parts[-1] in _UNIT_WORDS:
        parts.pop()
    return bool(parts) and (
        parts[-1] in _INSTANTS
        or (len(parts) > 1 and parts[-1] == "epoch")
        or parts[-1] == "date"
        or any(has_phrase(tuple(parts[-2:]), phrase) for phrase in _INSTANT_PHRASES)
    )


_MONEY: Final = word_set(
    "price prices amount amounts cost costs fee fees money balance salary wage revenue refund payment payments "
    "subtotal tax vat turnover usd eur gbp chf jpy cents dollars euros"
)
_NOT_MONEY: Final = word_set(
    "rate ratio percent percentage pct factor score weight share count probability index load model confidence"
)


def _float_money(subject: Subject) -> Iterator[Problem]:
    for site in subject.fields:
        parts = set(words(site.field.name))
        kinds = {leaf.kind for leaf in leaves(site.field.type) if isinstance(leaf, Primitive)}
        if parts & _MONEY and not parts & _NOT_MONEY and kinds & {Kind.FLOAT, Kind.DOUBLE}:
            yield site.problem(
                f"field {site.field.name} looks like money, but is a binary fraction",
                'write {"type": "bytes", "logicalType": "decimal", "precision": 18, "scale": 2}, or a long of cents',
                at="/type",
            )


RULES: Final = (
    LintRule(
        Rule(
            "MISPLACED_LOGICAL_TYPE",
            Severity.ERROR,
            "a logicalType stands inside the type object",
            "on the field it has no effect: consumers get a plain number, and mending it later changes the contract.",
            '{"name": "at", "type": "long", "logicalType": "timestamp-millis"}',
        ),
        _misplaced,
        'Write `{"name": "at", "type": {"type": "long", "logicalType": "timestamp-millis"}}`.',
        "Moves logicalType, precision and scale into the type (of a union into the one branch that can have it), where"
        " they are valid there. Bytes and canonical form stay the same; the Python type of the field changes.",
    ),
    LintRule(
        Rule(
            "BROKEN_LOGICAL_TYPE",
            Severity.ERROR,
            "a logical type is valid for its base type",
            "Avro ignores an annotation that is not valid, and some libraries refuse the schema.",
            '{"type": "string", "logicalType": "timestamp-millis"}',
        ),
        _broken,
        "Use a base type that the logical type is defined for, with valid precision and scale.",
    ),
    LintRule(
        Rule(
            "UNKNOWN_LOGICAL_TYPE",
            Severity.WARNING,
            "a logical type is one of the specification's",
            "nearly always it is a slip, and every parser ignores it without a word.",
            '{"type": "long", "logicalType": "timestamp-milli"}',
        ),
        _unknown,
        "Correct the spelling. If your own tools read it, allow it.",
    ),
    LintRule(
        Rule(
            "DECIMAL_WITHOUT_BOUND",
            Severity.ERROR,
            "a decimal on bytes says its precision",
            "without one the annotation is ignored: consumers get bytes.",
            '{"type": "bytes", "logicalType": "decimal"}',
        ),
        _unbounded,
        "Add precision and scale.",
    ),
    LintRule(
        Rule(
            "WIDE_DECIMAL",
            Severity.WARNING,
            "a decimal has at most 38 digits",
            "warehouses and databases hold 38 digits; the first wider value stops the pipeline behind the topic.",
            '{"type": "bytes", "logicalType": "decimal", "precision": 60, "scale": 10}',
        ),
        _wide,
        "Choose a smaller precision.",
    ),
    LintRule(
        Rule(
            "BIG_DECIMAL",
            Severity.WARNING,
            "a decimal says its scale in the schema",
            "big-decimal is new in Avro 1.12; nearly every library hands out bytes, in an encoding of its own.",
            '{"type": "bytes", "logicalType": "big-decimal"}',
        ),
        _big_decimal,
        'Use `"decimal"` with precision and scale.',
    ),
    LintRule(
        Rule(
            "PLAIN_TIMESTAMP",
            Severity.WARNING,
            "a point in time has a logical type",
            "seconds or milliseconds? A wrong guess is off by 1000 and passes every check.",
            '{"name": "created_at", "type": "long"}',
        ),
        _plain_time,
        'Use timestamp-millis or timestamp-micros (date for days). Where it has to be plain, say `"unit": "ms"`.',
    ),
    LintRule(
        Rule(
            "FLOAT_MONEY",
            Severity.WARNING,
            "money is a decimal or a whole number",
            "0.1 has no binary form; sums drift by cents.",
            '{"name": "price", "type": "double"}',
        ),
        _float_money,
        "Use decimal, or a long of minor units with the unit in its name.",
    ),
)
