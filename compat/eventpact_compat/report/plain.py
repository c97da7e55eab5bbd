"""Findings as plain text: the same paragraphs on the terminal, in case folders and in the docs."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from eventpact_compat.finding import Finding, Severity, UpgradeOrder

__all__ = ["ORDERS", "details", "place", "plain"]

ORDERS: Final = {
    UpgradeOrder.ANY: "in any order",
    UpgradeOrder.CONSUMERS_FIRST: "consumers first",
    UpgradeOrder.PRODUCERS_FIRST: "producers first",
    UpgradeOrder.NONE: "no order is safe",
}


def plain(findings: Iterable[Finding]) -> str:
    """One paragraph per finding, an empty text for none."""
    return "\n".join(_paragraph(finding) for finding in findings)


def _paragraph(finding: Finding) -> str:
    head = "  ".join(part for part in (f"{finding.severity} {finding.rule}", finding.contract, place(finding)) if part)
    rows = [f"  {label:<8}{text}" for label, text in details(finding)]
    return "\n".join([head, f"  {finding.message}", *rows]) + "\n"


def place(finding: Finding) -> str:
    """``file:line:column``, as far as it is known."""
    return ":".join([finding.file, *(str(at) for at in (finding.line, finding.column) if at is not None)])


def details(finding: Finding) -> list[tuple[str, str]]:
    """(label, text) of what stands below the message. Information is short: nobody has to act on it."""
    if finding.waived is not None:
        waived = finding.waived
        return [("waived", f"{waived.severity} until {waived.expires} by {waived.owner}: {waived.reason}")]
    rows = [("at", finding.location)] if finding.location else []
    if finding.before is not None or finding.after is not None:
        rows.append(("change", f"{_one_line(finding.before)} → {_one_line(finding.after)}"))
    if finding.against:
        rows.append(("against", finding.against))
    if finding.severity is not Severity.INFO:
        rows += [("why", finding.why), ("edit", finding.hint)]
        rows.append(("deploy", ORDERS[finding.order] if finding.order is not None else ""))
    elif finding.hint:
        rows.append(("edit", finding.hint))
    return [(label, text) for label, text in rows if text]


def _one_line(text: str | None) -> str:
    return "nothing" if text is None else " ".join(text.split())
