"""A rule, as people read it: on the terminal and in docs/compatibility.md."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from eventpact_compat.finding import Rule
from eventpact_compat.report.plain import ORDERS

__all__ = ["markdown", "page", "to_json"]


def page(rule: Rule) -> list[tuple[str, str]]:
    """(label, text) of what `eventpact rule ID` prints below the rule's promise."""
    rows = [("severity", str(rule.severity)), ("why", rule.why), ("example", rule.example)]
    if rule.fix:
        rows.append(("edit", rule.fix))
    if rule.order is not None:
        rows.append(("deploy", ORDERS[rule.order]))
    return rows


def to_json(rule: Rule) -> dict[str, object]:
    return {
        "id": rule.id,
        "severity": str(rule.severity),
        "promise": rule.promise,
        "why": rule.why,
        "example": rule.example,
        "fix": rule.fix,
        "order": None if rule.order is None else str(rule.order),
    }


def markdown(groups: Mapping[str, Iterable[Rule]]) -> str:
    """The rules as tables, one per group: what docs/compatibility.md holds between its two marks."""
    lines: list[str] = []
    for title, rules in groups.items():
        lines += [f"### {title}", "", "| rule | severity | promise | example | accepted edit | deploy |"]
        lines.append("|---|---|---|---|---|---|")
        for rule in rules:
            cells = (rule.promise, rule.example, rule.fix or "-", "-" if rule.order is None else str(rule.order))
            shown = " | ".join(cell.replace("|", "\\|") for cell in cells)
            lines.append(f"| `{rule.id}` | {rule.severity} | {shown} |")
        lines.append("")
    return "\n".join(lines)
