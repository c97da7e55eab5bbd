"""Rules about default values that not every engine reads alike."""

from __future__ import annotations

import math
import struct
from collections.abc import Iterator
from typing import Final

from eventpact.schema.tree import Kind, NoDefault, Primitive, Record, Ref
from eventpact_compat.finding import Rule, Severity
from eventpact_compat.lint.defaults import DefaultSite, default_sites
from eventpact_compat.lint.rule import LintRule
from eventpact_compat.lint.sites import Problem, Subject

__all__ = ["RULES"]


def _numbers(subject: Subject) -> Iterator[DefaultSite]:
    for found in default_sites(subject):
        if isinstance(found.type, Primitive) and found.type.kind in {Kind.FLOAT, Kind.DOUBLE}:
            yield found


def _text_number(subject: Subject) -> Iterator[Problem]:
    for found in _numbers(subject):
        if isinstance(found.value, str):
            yield found.field.problem(
                f"the default of field {found.field.field.name} is a number written as text",
                "write it without quotes; for NaN or infinity make the field nullable, with default null",
                at=found.at,
            )


def _float_overflow(subject: Subject) -> Iterator[Problem]:
    for found in _numbers(subject):
        if isinstance(found.type, Primitive) and type(found.value) in (int, float) and not isinstance(found.value, str):
            number = found.value
            if _overflows(number, found.type.kind):  # type: ignore[arg-type]  # checked one line above
                yield found.field.problem(
                    f"the default of field {found.field.field.name} does not fit into a {found.type.kind}",
                    "use a smaller number" if found.type.kind is Kind.DOUBLE else "use double, or a smaller number",
                    at=found.at,
                )


def _overflows(number: float, kind: Kind) -> bool:
    try:
        wide = float(number)
        if math.isinf(wide):
            return True
        struct.pack("<f" if kind is Kind.FLOAT else "<d", wide)
    except OverflowError:
        return True
    return False


def _records(subject: Subject) -> Iterator[tuple[DefaultSite, Record, dict[str, object]]]:
    for found in default_sites(subject):
        if isinstance(found.type, Ref) and isinstance(found.value, dict):
            record = subject.schema.names[found.type.name]
            if isinstance(record, Record):
                yield found, record, dict(found.value)


def _not_spelled_out(subject: Subject) -> Iterator[Problem]:
    for found, record, members in _records(subject):
        missing = [f.name for f in record.fields if f.name not in members and not isinstance(f.default, NoDefault)]
        if missing:
            yield found.field.problem(
                f"the default leaves {', '.join(missing)} of {record.name} to the defaults of that record",
                "spell out every field of the record",
                at=found.at,
            )


def _unknown_key(subject: Subject) -> Iterator[Problem]:
    for found, record, members in _records(subject):
        unknown = sorted(members.keys() - {f.name for f in record.fields})
        if unknown:
            yield found.field.problem(
                f"the default has {', '.join(unknown)}, which {record.name} does not have",
                "remove it, or correct the name",
                at=found.at,
            )


RULES: Final = (
    LintRule(
        Rule(
            "TEXT_NUMBER_DEFAULT",
            Severity.ERROR,
            "the default of a float or double is a number",
            'text such as "NaN" or "1.5" is an extension of some libraries; Redpanda refuses the schema.',
            '{"name": "ratio", "type": "double", "default": "NaN"}',
        ),
        _text_number,
        "Write the number without quotes. NaN and infinity cannot be defaults: make the field nullable.",
    ),
    LintRule(
        Rule(
            "FLOAT_DEFAULT_OVERFLOW",
            Severity.ERROR,
            "the default of a float is a float",
            "a number beyond 32 bits becomes infinity in some libraries and an error in others.",
            '{"name": "mass", "type": "float", "default": 1e300}',
        ),
        _float_overflow,
        "Use double, or a smaller number.",
    ),
    LintRule(
        Rule(
            "RECORD_DEFAULT_INCOMPLETE",
            Severity.ERROR,
            "the default of a record spells out every field",
            "Redpanda refuses the schema, whatever the defaults of the inner fields are.",
            '{"name": "box", "type": {"type": "record", "name": "Box", "fields": [{"name": "w", "type": "int",'
            ' "default": 1}]}, "default": {}}',
        ),
        _not_spelled_out,
        "Write every field of the record into the default.",
    ),
    LintRule(
        Rule(
            "RECORD_DEFAULT_UNKNOWN_KEY",
            Severity.WARNING,
            "the default of a record names fields that exist",
            "parsers drop the key, so the value that its author meant is nowhere.",
            '{"name": "box", "type": "Box", "default": {"width": 1, "heigth": 2}}',
        ),
        _unknown_key,
        "Correct the name, or remove the key.",
    ),
)
