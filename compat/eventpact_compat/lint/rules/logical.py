"""Rules about logical types: what Avro ignores without a word, and what should have one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from difflib import get_close_matches
from typing import Final

from eventpact.schema.tree import Fixed, Logical, LogicalKind, Primitive, Ref
from eventpact_compat.finding import Rule, Severity
from eventpact_compat.layout import Node, Object, Scalar
from eventpact_compat.lint.rule import LintRule
from eventpact_compat.lint.rules.remarks import remarks
from eventpact_compat.lint.sites import Problem, Subject, TypeSite

__all__ = ["RULES"]

_KINDS: Final = tuple(str(kind) for kind in LogicalKind)
WIDEST_DECIMAL: Final = 38
"""Digits that Spark, BigQuery, Snowflake, Parquet and most databases hold."""


def _misplaced(subject: Subject) -> Iterator[Problem]:
    for problem in remarks(subject, "LOGICAL_TYPE_ON_FIELD"):
        name = _text(subject.document.at(problem.pointer))
        hint = f'move it into the type: "type": {{"type": ..., "logicalType": "{name}"}}'
        field = problem.subject.rpartition(".")[2]
        message = f"the logicalType of {field} stands on the field, where it has no effect"
        yield replace(problem, message=message, hint=hint if name in _KINDS else "remove it", before=name)


def _ignored(subject: Subject) -> Iterator[tuple[Problem, Object, str | None]]:
    """Annotations that the parser had to ignore: what it says, the type object, the logical type's name."""
    for problem in remarks(subject, "LOGICAL_TYPE_IGNORED"):
        holder = subject.document.at(problem.pointer.rpartition("/")[0])
        if isinstance(holder, Object):
            yield problem, holder, _text(holder.get("logicalType"))


def _broken(subject: Subject) -> Iterator[Problem]:
    for problem, node, name in _ignored(subject):
        if (name is None or name in _KINDS) and not _is_unbounded(node, name):
            yield replace(problem, hint="make the annotation valid, or remove it", before=name)


def _unknown(subject: Subject) -> Iterator[Problem]:
    for problem, _, name in _ignored(subject):
        if name is not None and name not in _KINDS:
            close = get_close_matches(name.lower().replace("_", "-"), _KINDS, 1, 0.75)
            hint = f'write "{close[0]}"' if close else "remove it, or say it with a property of your own"
            yield replace(problem, hint=hint, before=name, after=close[0] if close else None)


def _unbounded(subject: Subject) -> Iterator[Problem]:
    for problem, node, name in _ignored(subject):
        if _is_unbounded(node, name):
            message = "a decimal on bytes without precision has no bound, so Avro ignores the annotation"
            hint = 'add "precision" (all digits) and "scale" (digits behind the point)'
            yield replace(problem, message=message, hint=hint)


def _is_unbounded(node: Object, name: str | None) -> bool:
    return name == "decimal" and _text(node.get("type")) == "bytes" and node.get("precision") is None


def _text(node: Node | None) -> str | None:
    return node.text if isinstance(node, Scalar) else None


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


RULES: Final = (
    LintRule(
        Rule(
            "LOGICAL_TYPE_ON_FIELD",
            Severity.ERROR,
            "a logicalType stands inside the type object",
            "on the field it has no effect: consumers get a plain number, and mending it later changes the contract.",
            '{"name": "at", "type": "long", "logicalType": "timestamp-millis"}',
            'Write `{"name": "at", "type": {"type": "long", "logicalType": "timestamp-millis"}}`.',
        ),
        _misplaced,
        "Moves logicalType, precision and scale into the type (of a union into the one branch that can have it), where"
        " they are valid there. Bytes and canonical form stay the same; the Python type of the field changes.",
    ),
    LintRule(
        Rule(
            "LOGICAL_TYPE_IGNORED",
            Severity.ERROR,
            "a logical type is valid for its base type",
            "Avro ignores an annotation that is not valid, and some libraries refuse the schema.",
            '{"type": "string", "logicalType": "timestamp-millis"}',
            "Use a base type that the logical type is defined for, with valid precision and scale.",
        ),
        _broken,
    ),
    LintRule(
        Rule(
            "UNKNOWN_LOGICAL_TYPE",
            Severity.WARNING,
            "a logical type is one of the specification's",
            "nearly always it is a slip, and every parser ignores it without a word.",
            '{"type": "long", "logicalType": "timestamp-milli"}',
            "Correct the spelling. If your own tools read it, allow it.",
        ),
        _unknown,
    ),
    LintRule(
        Rule(
            "DECIMAL_WITHOUT_BOUND",
            Severity.ERROR,
            "a decimal on bytes says its precision",
            "without one the annotation is ignored: consumers get bytes.",
            '{"type": "bytes", "logicalType": "decimal"}',
            "Add precision and scale.",
        ),
        _unbounded,
    ),
    LintRule(
        Rule(
            "WIDE_DECIMAL",
            Severity.WARNING,
            "a decimal has at most 38 digits",
            "warehouses and databases hold 38 digits; the first wider value stops the pipeline behind the topic.",
            '{"type": "bytes", "logicalType": "decimal", "precision": 60, "scale": 10}',
            "Choose a smaller precision.",
        ),
        _wide,
    ),
    LintRule(
        Rule(
            "BIG_DECIMAL",
            Severity.WARNING,
            "a decimal says its scale in the schema",
            "big-decimal is new in Avro 1.12; nearly every library hands out bytes, in an encoding of its own.",
            '{"type": "bytes", "logicalType": "big-decimal"}',
            'Use `"decimal"` with precision and scale.',
        ),
        _big_decimal,
    ),
)
