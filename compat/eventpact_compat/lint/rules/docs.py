"""Rules about docs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from eventpact.schema.tree import EnumType, Fixed, Record
from eventpact_compat.finding import Rule, Severity
from eventpact_compat.layout import Scalar
from eventpact_compat.lint.rule import LintRule
from eventpact_compat.lint.sites import DefinitionSite, FieldSite, Problem, Subject

__all__ = ["RULES"]


def _missing_doc(subject: Subject) -> Iterator[Problem]:
    for site in subject.definitions:
        if _blank(site.named.doc) and site.node.get("doc") is None:
            yield site.problem(f"{_kind(site.named)} {site.named.name} has no doc", 'add "doc": "what it stands for"')
    for field in subject.fields:
        if _blank(field.field.doc) and field.node.get("doc") is None:
            yield field.problem(
                f"field {field.field.name} has no doc", 'add "doc": "what the value means, its unit, its form"'
            )


def _doc_not_text(subject: Subject) -> Iterator[Problem]:
    sites: list[DefinitionSite | FieldSite] = [*subject.definitions, *subject.fields]
    for site in sites:
        doc = site.node.get("doc")
        if doc is None:
            continue
        if not isinstance(doc, Scalar) or doc.text is None:
            yield site.problem("doc is not text, so every parser ignores it", "write a text", at="/doc")
        elif _blank(doc.text):
            yield site.problem("doc is blank", "say what it stands for, or remove it", at="/doc")


def _blank(doc: str | None) -> bool:
    return doc is None or not doc.strip()


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
        ),
        _missing_doc,
        "Write what the value means, its unit and its form. The doc becomes the docstring of the generated class.",
    ),
    LintRule(
        Rule(
            "DOC_NOT_TEXT",
            Severity.WARNING,
            "a doc is a text with something in it",
            "parsers drop a doc that is no text, so nobody downstream sees it.",
            '{"name": "total", "type": "long", "doc": ["Cents.", "Never negative."]}',
        ),
        _doc_not_text,
        "Write one text.",
    ),
)
