"""Rules about aliases: parsers and checkers pass what decoders fail on."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from typing import Final

from eventpact_compat.finding import Rule, Severity
from eventpact_compat.layout import Array, Object, Scalar
from eventpact_compat.lint.rule import LintRule
from eventpact_compat.lint.sites import Problem, Subject

__all__ = ["RULES"]

_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def _written(node: Object) -> list[str]:
    aliases = node.get("aliases")
    found = aliases.items if isinstance(aliases, Array) else ()
    return [item.text or "" for item in found if isinstance(item, Scalar)]


def _shared_alias(subject: Subject) -> Iterator[Problem]:
    for site in subject.fields:
        for other in site.record.fields:
            if other is site.field:
                break
            for alias in sorted(set(site.field.aliases) & set(other.aliases)):
                yield site.problem(
                    f"fields {other.name} and {site.field.name} share the alias {alias}",
                    "keep it on one of them",
                    at="/aliases",
                )


def _alias_is_field(subject: Subject) -> Iterator[Problem]:
    for site in subject.fields:
        others = {f.name for f in site.record.fields if f is not site.field}
        for alias in sorted(set(site.field.aliases) & others):
            yield site.problem(
                f"the alias {alias} of field {site.field.name} is the name of another field",
                "remove the alias",
                at="/aliases",
            )


def _repeated_field_alias(subject: Subject) -> Iterator[Problem]:
    for site in subject.fields:
        for message in _repeats(list(site.field.aliases), site.field.name):
            yield site.problem(f"field {site.field.name}: {message}", "remove it", at="/aliases")


def _repeated_type_alias(subject: Subject) -> Iterator[Problem]:
    for site in subject.definitions:
        for message in _repeats(list(site.named.aliases), site.named.name):
            yield site.problem(f"type {site.named.name}: {message}", "remove it", at="/aliases")


def _repeats(aliases: list[str], own: str) -> Iterator[str]:
    if own in aliases:
        yield f"its own name {own} is among its aliases"
    for alias, count in Counter(aliases).items():
        if count > 1 and alias != own:
            yield f"the alias {alias} stands there {count} times"


def _illegal_type_alias(subject: Subject) -> Iterator[Problem]:
    for site in subject.definitions:
        for alias in _written(site.node):
            if not all(_NAME.fullmatch(part) for part in alias.split(".")):
                yield site.problem(
                    f"the alias {alias!r} of {site.named.name} is not a legal name", "remove it", at="/aliases"
                )


def _illegal_field_alias(subject: Subject) -> Iterator[Problem]:
    for site in subject.fields:
        for alias in site.field.aliases:
            if not _NAME.fullmatch(alias):
                yield site.problem(
                    f"the alias {alias!r} of field {site.field.name} is not a legal name", "remove it", at="/aliases"
                )


RULES: Final = (
    LintRule(
        Rule(
            "SHARED_FIELD_ALIAS",
            Severity.ERROR,
            "an alias belongs to one field of a record",
            "every checker passes it, then decoders fail on old records; Redpanda refuses the schema.",
            '[{"name": "a", "type": "int", "aliases": ["x"]}, {"name": "b", "type": "int", "aliases": ["x"]}]',
        ),
        _shared_alias,
        "Keep the alias on the field that continues the old one.",
    ),
    LintRule(
        Rule(
            "ALIAS_IS_FIELD",
            Severity.ERROR,
            "an alias is not the name of another field",
            "every checker passes it, then decoders fail or read one field into two; Redpanda refuses the schema.",
            '[{"name": "a", "type": "int"}, {"name": "b", "type": "int", "aliases": ["a"]}]',
        ),
        _alias_is_field,
        "Remove the alias, or the field.",
    ),
    LintRule(
        Rule(
            "REPEATED_FIELD_ALIAS",
            Severity.ERROR,
            "a field's aliases differ from each other and from its name",
            "Redpanda refuses the schema.",
            '{"name": "a", "type": "int", "aliases": ["a"]}',
        ),
        _repeated_field_alias,
        "Remove it.",
    ),
    LintRule(
        Rule(
            "REPEATED_TYPE_ALIAS",
            Severity.WARNING,
            "a type's aliases differ from each other and from its name",
            "it is a slip: another old name was probably meant.",
            '{"type": "fixed", "name": "Hash", "size": 32, "aliases": ["Hash"]}',
        ),
        _repeated_type_alias,
        "Remove it, or write the name that was meant.",
    ),
    LintRule(
        Rule(
            "ILLEGAL_TYPE_ALIAS",
            Severity.ERROR,
            "an alias of a type is a legal name",
            "Avro allows it, the Confluent registry refuses new schemas with one.",
            '{"type": "fixed", "name": "Hash", "size": 32, "aliases": ["sha-256"]}',
        ),
        _illegal_type_alias,
        "Remove it; read such old data with the old schema.",
    ),
    LintRule(
        Rule(
            "ILLEGAL_FIELD_ALIAS",
            Severity.WARNING,
            "an alias of a field is a legal name",
            "Avro allows it to map an illegal old name; not every library does.",
            '{"name": "order_id", "type": "string", "aliases": ["order-id"]}',
        ),
        _illegal_field_alias,
        "Remove it, unless old data has that very name; then allow it.",
    ),
)
