"""Run every rule over a schema. Rules yield; here their problems get a file, a line and a severity."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from eventpact.contract import Contract
from eventpact.errors import SchemaError
from eventpact.schema import Schema, parse
from eventpact_compat.finding import Finding
from eventpact_compat.layout import Document, read
from eventpact_compat.lint.config import DEFAULT, LintConfig
from eventpact_compat.lint.rule import LintRule
from eventpact_compat.lint.rules import RULES
from eventpact_compat.lint.rules.contracts import INVALID_SCHEMA
from eventpact_compat.lint.sites import Subject

__all__ = ["in_order", "invalid", "lint_schema", "lint_text"]


def lint_text(
    text: str,
    source: str = "<schema>",
    *,
    references: Mapping[str, str] | None = None,
    contract: Contract | None = None,
    config: LintConfig = DEFAULT,
) -> tuple[Finding, ...]:
    """The findings of a schema text, sorted by place; for a text that is not Avro the one finding that says why.

    ``references`` are the texts of types from elsewhere, by full name, as `eventpact.schema.parse` takes them.
    """
    try:
        schema = parse(text, references=references, source=source)
    except SchemaError as error:
        return (invalid(error, contract),)
    return lint_schema(schema, contract=contract, config=config)


def lint_schema(
    schema: Schema, *, contract: Contract | None = None, config: LintConfig = DEFAULT
) -> tuple[Finding, ...]:
    """The findings of a parsed schema, sorted by place. Referenced types are linted in their own files."""
    document = read(schema.text, schema.source)
    subject = Subject(schema, document, contract)
    name = contract.name if contract is not None else ""
    found: list[Finding] = []
    for rule in RULES:
        severity = config.severity(rule.row.id, name)
        for problem in rule.find(subject):
            if severity is None or config.allows(rule.row.id, problem.subject):
                continue
            line, column = _place(document, problem.pointer)
            found.append(
                Finding(
                    rule=rule.row.id,
                    severity=severity,
                    message=problem.message,
                    contract=name,
                    file=schema.source,
                    location=problem.pointer,
                    line=line,
                    column=column,
                    before=problem.before,
                    after=problem.after,
                    why=rule.row.why,
                    hint=problem.hint or rule.row.fix,
                    path=subject.path(problem.subject),
                )
            )
    return in_order(found)


def invalid(error: SchemaError, contract: Contract | None = None, rule: LintRule = INVALID_SCHEMA) -> Finding:
    """The finding that stands for an error of the parser."""
    return Finding(
        rule=rule.row.id,
        severity=rule.row.severity,
        message=error.message,
        contract=contract.name if contract is not None else "",
        file=error.source,
        location=error.pointer,
        line=error.line,
        column=error.column,
        why=rule.row.why,
    )


def in_order(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Each finding once, by file, line, column and rule."""
    return tuple(
        sorted(
            dict.fromkeys(findings), key=lambda f: (f.file, f.line or 0, f.column or 0, f.location, f.rule, f.message)
        )
    )


def _place(document: Document, pointer: str) -> tuple[int, int]:
    return document.place((document.at(pointer) or document.root).start)
