"""Rules that the parser keeps: its warnings, by the ids and promises of `eventpact.schema.rules`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Final

from eventpact.schema.rules import RULES_BY_ID
from eventpact_compat.finding import Rule, Severity
from eventpact_compat.lint.rule import LintRule
from eventpact_compat.lint.sites import Problem, Subject

__all__ = ["ELSEWHERE", "RULES", "remarks"]

ELSEWHERE: Final = frozenset(
    {"LOGICAL_TYPE_IGNORED", "LOGICAL_TYPE_ON_FIELD", "UNION_DEFAULT_NOT_FIRST", "REFERENCE_NAME"}
)
"""The parser's rules without a row here: modules beside this one say them more precisely, or (a reference that is not
named after its type) they are never about the text itself."""


def remarks(subject: Subject, rule: str, hint: str = "") -> Iterator[Problem]:
    """The parser's warnings of one rule."""
    for warning in subject.schema.warnings:
        if warning.rule == rule:
            yield Problem(warning.pointer, subject.nearest(warning.pointer), warning.message, hint)


def _found(rule: str) -> Callable[[Subject], Iterator[Problem]]:
    return partial(remarks, rule=rule)


# id: (who is hurt, example, the smallest edit, what --fix does)
_SAID: Final[dict[str, tuple[str, str, str, str]]] = {
    "EMPTY_UNION": (
        "no value exists, and Redpanda refuses the schema.",
        '{"name": "x", "type": []}',
        "Name the branches.",
        "",
    ),
    "EMPTY_ENUM": (
        "no value exists, and Redpanda refuses the schema.",
        '{"type": "enum", "name": "Colour", "symbols": []}',
        "Name its symbols.",
        "",
    ),
    "ZERO_SIZE": (
        "it carries nothing, and Redpanda refuses the schema.",
        '{"type": "fixed", "name": "Nothing", "size": 0}',
        "Give it a size, or remove it.",
        "",
    ),
    "NO_FINITE_VALUE": (
        "no event of this type can be made.",
        '{"type": "record", "name": "Node", "fields": [{"name": "next", "type": "Node"}]}',
        'Write `["null", "Node"]` with default null, or an array.',
        "",
    ),
    "ENDLESS_DEFAULT": (
        "a reader that fills in the default never comes to an end.",
        '{"name": "next", "type": ["Node", "null"], "default": {}}, in the record Node',
        "Make the field nullable, with default null.",
        "",
    ),
    "DEFAULT_NOT_SPELLED_OUT": (
        "Redpanda refuses the schema, whatever the defaults of the inner fields are.",
        '{"name": "box", "type": "Box", "default": {}}',
        "Write every field of the record into the default.",
        "",
    ),
    "DEFAULT_UNKNOWN_KEY": (
        "parsers drop the key, so the value that its author meant is nowhere.",
        '{"name": "box", "type": "Box", "default": {"width": 1, "heigth": 2}}',
        "Correct the name, or remove the key.",
        "",
    ),
    "FLOAT_TEXT_DEFAULT": (
        'text such as "NaN" or "1.5" is an extension of some libraries; Redpanda refuses the schema.',
        '{"name": "ratio", "type": "double", "default": "NaN"}',
        "Write the number without quotes. NaN and infinity cannot be defaults: make the field nullable.",
        "",
    ),
    "FLOAT_OVERFLOW": (
        "the number becomes infinity in some libraries and an error in others.",
        '{"name": "mass", "type": "float", "default": 1e300}',
        "Use double, or a smaller number.",
        "",
    ),
    "TYPE_ALIAS_NAME": (
        "the Confluent registry refuses new schemas with such an alias.",
        '{"type": "fixed", "name": "Hash", "size": 32, "aliases": ["sha-256"]}',
        "Remove it; read such old data with the old schema.",
        "",
    ),
    "TYPE_ALIAS_REPEATED": (
        "it is a slip: another old name was probably meant.",
        '{"type": "fixed", "name": "Hash", "size": 32, "aliases": ["Hash"]}',
        "Remove it, or write the name that was meant.",
        "",
    ),
    "FIELD_ALIAS_NAME": (
        "Avro allows it to map an illegal old name; not every library does.",
        '{"name": "order_id", "type": "string", "aliases": ["order-id"]}',
        "Remove it, unless old data has that very name; then allow it.",
        "",
    ),
    "FIELD_ALIAS_REPEATED": (
        "Redpanda refuses the schema.",
        '{"name": "a", "type": "int", "aliases": ["a"]}',
        "Remove it.",
        "",
    ),
    "FIELD_ALIAS_SHARED": (
        "every checker passes it, then decoders fail on old records; Redpanda refuses the schema.",
        '[{"name": "a", "type": "int", "aliases": ["x"]}, {"name": "b", "type": "int", "aliases": ["x"]}]',
        "Keep the alias on the field that continues the old one.",
        "",
    ),
    "FIELD_ALIAS_TAKEN": (
        "every checker passes it, then decoders fail or read one field into two; Redpanda refuses the schema.",
        '[{"name": "a", "type": "int"}, {"name": "b", "type": "int", "aliases": ["a"]}]',
        "Remove the alias, or the field.",
        "",
    ),
    "LEADING_DOT": (
        "some parsers refuse it, some rewrite it.",
        '{"type": "fixed", "name": ".Hash", "size": 32}',
        'Write the simple name, and `"namespace": ""`.',
        "",
    ),
    "IGNORED_NAMESPACE": (
        "a name with a dot is complete; whoever reads the namespace beside it is misled.",
        '{"type": "fixed", "name": "a.Hash", "namespace": "b", "size": 32}',
        "Remove the namespace, or the dots from the name.",
        "",
    ),
    "CONFUSING_NAME": (
        "some parsers read the name as the kind of type, and people do.",
        '{"type": "record", "name": "map", "fields": []}',
        "Choose a name from your domain.",
        "",
    ),
    "REFERENCE_IN_OBJECT": (
        "Redpanda, the Python libraries and newer Java refuse the schema.",
        '{"name": "address", "type": {"type": "Address"}}',
        "Write the name without the object around it.",
        "Unwraps the name where the object holds nothing else. The canonical form stays the same.",
    ),
    "DOC_NOT_TEXT": (
        "parsers drop a doc that is no text, so nobody downstream sees it.",
        '{"name": "total", "type": "long", "doc": ["Cents.", "Never negative."]}',
        "Write one text.",
        "",
    ),
    "ORDER_CASE": (
        "Java takes any letter case, others refuse the schema.",
        '{"name": "total", "type": "long", "order": "Descending"}',
        "Write it in lower case.",
        "Writes it in lower case. The canonical form stays the same.",
    ),
    "BAD_NAME": (
        "parsers refuse it, and generators write it into code.",
        '{"type": "fixed", "name": "sha-256", "size": 32}',
        "Rename it. In a schema that is not from a registry this is INVALID_SCHEMA.",
        "",
    ),
    "BAD_DEFAULT": (
        "a reader that needs the default fails, or gets another value.",
        '{"name": "size", "type": "int", "default": "none"}',
        "Write a value of the type. In a schema that is not from a registry this is INVALID_SCHEMA.",
        "",
    ),
    "FORWARD_REFERENCE": (
        "all but Java refuse it.",
        "a field of type Address, in front of the field that defines Address",
        "Define the type where it is used first. In a schema that is not from a registry this is INVALID_SCHEMA.",
        "",
    ),
    "REPEATED_DEFINITION": (
        "all but Java refuse it.",
        "two fields that both define the enum Colour",
        "Refer to the first definition by name. In a schema that is not from a registry this is INVALID_SCHEMA.",
        "",
    ),
}

# Legal as far as it goes, but refused by engines in use: see avro's own rules beside each.
_ERRORS: Final = frozenset({"REFERENCE_IN_OBJECT"})


def _rule(id_: str, why: str, example: str, edit: str, fixed: str) -> LintRule:
    row = RULES_BY_ID[id_]
    severity = Severity.ERROR if row.severity == "lint" or id_ in _ERRORS else Severity.WARNING
    return LintRule(Rule(id_, severity, row.promise, why, example, edit), _found(id_), fixed)


RULES: Final = tuple(_rule(id_, *said) for id_, said in _SAID.items())
