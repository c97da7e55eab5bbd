"""Rules about absence: null, and symbols that a reader does not know."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from eventpact.schema.defaults import fits
from eventpact.schema.tree import EnumType, Kind, Primitive, Union
from eventpact_compat.finding import Rule, Severity
from eventpact_compat.lint.defaults import default_sites
from eventpact_compat.lint.rule import LintRule
from eventpact_compat.lint.sites import Problem, Subject
from eventpact_compat.lint.types import nullable, spelled

__all__ = ["RULES"]


def _enum_without_default(subject: Subject) -> Iterator[Problem]:
    for site in subject.definitions:
        if isinstance(site.named, EnumType) and site.named.default is None and site.named.symbols:
            unknown = next((s for s in site.named.symbols if s in {"UNKNOWN", "OTHER", "UNSPECIFIED"}), None)
            hint = (
                f'add "default": "{unknown}"' if unknown else 'add a symbol such as UNKNOWN, and "default": "UNKNOWN"'
            )
            yield site.problem(f"enum {site.named.name} has no default for symbols that a reader does not know", hint)


def _nullable_without_default(subject: Subject) -> Iterator[Problem]:
    for site in subject.fields:
        if nullable(site.field.type) and not site.has_default:
            first = site.field.type.branches[0] if isinstance(site.field.type, Union) else None
            leads = isinstance(first, Primitive) and first.kind is Kind.NULL
            hint = 'add "default": null' if leads else 'put "null" first and add "default": null'
            yield site.problem(f"field {site.field.name} may be null but has no default", hint)


def _null_not_first(subject: Subject) -> Iterator[Problem]:
    yield from _not_first(subject, of_null=True)


def _default_branch_not_first(subject: Subject) -> Iterator[Problem]:
    yield from _not_first(subject, of_null=False)


def _not_first(subject: Subject, *, of_null: bool) -> Iterator[Problem]:
    names = subject.schema.names
    for found in default_sites(subject):
        if not isinstance(found.type, Union) or (found.value is None) is not of_null:
            continue
        branch = next((n for n, b in enumerate(found.type.branches) if fits(b, found.value, names)), 0)
        if branch:
            name = spelled(found.type.branches[branch], names)
            own = found.field.field.name
            of = f"{found.inner} inside that of {own}" if found.inner else f"field {own}"
            yield found.field.problem(
                f"the default of {of} is of branch {branch}, {name}; it must be of the first",
                f"put {name} first in the union",
                at=found.type_at or found.at,
            )


def _always_null(subject: Subject) -> Iterator[Problem]:
    for site in subject.fields:
        if isinstance(site.field.type, Primitive) and site.field.type.kind is Kind.NULL:
            yield site.problem(
                f"field {site.field.name} is always null",
                'give it the type it is meant for, as in ["null", "string"], or remove it',
                at="/type",
            )


RULES: Final = (
    LintRule(
        Rule(
            "ENUM_WITHOUT_DEFAULT",
            Severity.WARNING,
            "every enum has a default",
            "the first symbol added later is an error in every consumer that has not been deployed yet.",
            '{"type": "enum", "name": "Colour", "symbols": ["RED", "GREEN"]}',
            "Name the symbol that stands for symbols the reader does not know. A default of the field does not help.",
        ),
        _enum_without_default,
    ),
    LintRule(
        Rule(
            "NULLABLE_WITHOUT_DEFAULT",
            Severity.WARNING,
            "a field that may be null has a default",
            "without one the field is mandatory for producers, and old records without it cannot be read.",
            '{"name": "note", "type": ["null", "string"]}',
            'Add `"default": null`, with null as the first branch.',
        ),
        _nullable_without_default,
    ),
    LintRule(
        Rule(
            "NULL_NOT_FIRST",
            Severity.ERROR,
            "when the default is null, null is the first branch",
            "Redpanda refuses the schema, and so do Avro libraries before 1.12.",
            '{"name": "note", "type": ["string", "null"], "default": null}',
            'Write `["null", "string"]`.',
        ),
        _null_not_first,
        "Moves null to the front. The order of branches is part of the canonical form and of the bytes: consumers that"
        " resolve (all of ours do) read both; a released schema gets a new version by it.",
    ),
    LintRule(
        Rule(
            "UNION_DEFAULT_NOT_FIRST",
            Severity.ERROR,
            "the default of a union is of its first branch",
            "Redpanda refuses the schema, and so do Avro libraries before 1.12.",
            '{"name": "limit", "type": ["string", "int"], "default": 5}',
            "Put the branch of the default first.",
        ),
        _default_branch_not_first,
        "Moves the branch to the front. The order of branches is part of the canonical form and of the bytes: consumers"
        " that resolve (all of ours do) read both; a released schema gets a new version by it.",
    ),
    LintRule(
        Rule(
            "ALWAYS_NULL",
            Severity.WARNING,
            "a field has something to say",
            "a field of type null carries nothing, and Redpanda counts its default as none.",
            '{"name": "reserved", "type": "null", "default": null}',
            "Give it the type that it is meant for, or remove it.",
        ),
        _always_null,
    ),
)
