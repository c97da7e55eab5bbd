"""Rules about docs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from eventpact.schema.tree import EnumType, Fixed, Record
from eventpact_compat.finding import Rule, Severity
from eventpact_compat.layout import Object
from eventpact_compat.lint.rule import LintRule
from eventpact_compat.lint.sites import Problem, Subject

__all__ = ["RULES"]


def _missing_doc(subject: Subject) -> Iterator[Problem]:
    for site in subject.definitions:
        if _missing(site.named.doc, site.node):
            yield site.problem(f"{_kind(site.named)} {site.named.name} has no doc", 'add "doc": "what it stands for"')
    for field in subject.fields:
        if _missing(field.field.doc, field.node):
            yield field.problem(
                f"field {field.field.name} has no doc", 'add "doc": "what the value means, its unit, its form"'
            )


def _missing(doc: str | None, node: Object) -> bool:
    """No doc, or a blank one; one that is no text breaks a rule of its own."""
    return node.get("doc") is None if doc is None else not doc.strip()


def _kind(named: Record | EnumType | Fixed) -> str:
    return "enum" if isinstance(named, EnumType) else "fixed" if isinstance(named, Fixed) else "record"


RULES: Final = (
    LintRule(
        Rule(
            "MISSING_DOC",
            Severity.WARNING,
            "every type and field says what it stands for",
            "consumers of an event see the schema only; what is not written there is guessed, and guessed differently.",
            '{"name": "total", "type": "long"}',
            "Write what the value means, its unit and its form. The doc becomes the docstring of the generated class.",
        ),
        _missing_doc,
    ),
)
