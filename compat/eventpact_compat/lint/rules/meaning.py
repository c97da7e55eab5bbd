"""Rules about numbers that stand for something else: points in time, money."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from eventpact.schema.tree import Kind, Primitive
from eventpact_compat.finding import Rule, Severity
from eventpact_compat.lint.rule import LintRule
from eventpact_compat.lint.sites import Problem, Subject
from eventpact_compat.lint.types import leaves
from eventpact_compat.lint.words import has_phrase, word_set, words

__all__ = ["RULES"]

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
            "PLAIN_TIMESTAMP",
            Severity.WARNING,
            "a point in time has a logical type",
            "seconds or milliseconds? A wrong guess is off by 1000 and passes every check.",
            '{"name": "created_at", "type": "long"}',
            'Use timestamp-millis or timestamp-micros (date for days). Where it has to be plain, say `"unit": "ms"`.',
        ),
        _plain_time,
    ),
    LintRule(
        Rule(
            "FLOAT_MONEY",
            Severity.WARNING,
            "money is a decimal or a whole number",
            "0.1 has no binary form; sums drift by cents.",
            '{"name": "price", "type": "double"}',
            "Use decimal, or a long of minor units with the unit in its name.",
        ),
        _float_money,
    ),
)
