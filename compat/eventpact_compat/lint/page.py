"""The rule table as Markdown: docs/lint.md ends with it."""

from __future__ import annotations

from collections.abc import Iterator

from eventpact_compat.lint.rule import LintRule
from eventpact_compat.lint.rules import RULES

__all__ = ["rule_pages"]


def rule_pages() -> str:
    """An overview, then a section for each rule, in the order of the table."""
    overview = [
        "| rule | severity | promise | `--fix` |",
        "|---|---|---|---|",
        *(f"| [{r.row.id}](#{r.row.id.lower()}) | {r.row.severity} | {r.row.promise} | {_mark(r)} |" for r in RULES),
    ]
    return "\n".join([*overview, "", *(line for rule in RULES for line in _section(rule))])


def _mark(rule: LintRule) -> str:
    return "yes" if rule.fixed else ""


def _section(rule: LintRule) -> Iterator[str]:
    row = rule.row
    yield f"### {row.id}"
    yield ""
    yield f"*{row.severity}*: {row.promise}."
    yield ""
    yield f"- Why: {row.why}"
    yield f"- Found in: `{row.example}`"
    yield f"- Instead: {row.fix}"
    if rule.fixed:
        yield f"- `--fix`: {rule.fixed}"
    yield ""
