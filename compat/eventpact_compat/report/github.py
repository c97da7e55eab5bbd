"""GitHub: annotations on the lines of a pull request, and the Markdown of a step summary or a comment."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from eventpact_compat.finding import Finding, Severity

__all__ = ["github_annotations", "github_summary"]

_LEVELS: Final = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "notice"}
_SIGNS: Final = {Severity.ERROR: "❌", Severity.WARNING: "⚠️", Severity.INFO: "\N{INFORMATION SOURCE}\ufe0f"}
_ESCAPES: Final = str.maketrans(
    {mark: f"\\{mark}" for mark in "\\`*_{}[]#!"} | {mark: f"&#{ord(mark)};" for mark in "<>&|@"}
)
# GitHub shows ten annotations of a kind per step, and cuts a summary at one megabyte.
_ROWS: Final = 200


def github_annotations(findings: Iterable[Finding]) -> str:
    """One workflow command per error and warning: ``::error file=...,line=...,title=...::message``."""
    lines = []
    for finding in findings:
        if finding.severity is Severity.INFO:
            continue
        at = [("file", finding.file)] if finding.file else []
        at += [("line", str(finding.line))] if finding.line is not None else []
        at += [("col", str(finding.column))] if finding.column is not None else []
        at.append(("title", f"{finding.rule} ({finding.contract})" if finding.contract else finding.rule))
        text = finding.message + (f"\n{finding.hint}" if finding.hint else "")
        properties = ",".join(f"{key}={_property(value)}" for key, value in at)
        lines.append(f"::{_LEVELS[finding.severity]} {properties}::{_data(text)}\n")
    return "".join(lines)


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


def github_summary(findings: Sequence[Finding], *, title: str = "eventpact check") -> str:
    """Markdown for ``$GITHUB_STEP_SUMMARY`` or a comment. Texts from schemas stay text: no tag, link or mention."""
    counts = {severity: sum(f.severity is severity for f in findings) for severity in Severity}
    head = ", ".join(f"{count} {_counted(severity, count)}" for severity, count in counts.items() if count)
    lines = [f"### {title}: {head or 'no findings'}", ""]
    shown = [f for f in findings if f.severity is not Severity.INFO or f.waived is not None][:_ROWS]
    if shown:
        lines += [
            "| | rule | where | what | before → after | deploy | accepted edit |",
            "|---|---|---|---|---|---|---|",
        ]
        lines += [_row(finding) for finding in shown]
        lines.append("")
    hidden = len(findings) - len(shown)
    if hidden:
        lines += [f"{hidden} more for information: `eventpact check --format json` lists them.", ""]
    return "\n".join(lines)


def _counted(severity: Severity, count: int) -> str:
    return {"error": "error", "warning": "warning", "info": "note"}[severity] + ("" if count == 1 else "s")


def _row(finding: Finding) -> str:
    where = " ".join(part for part in (finding.contract, finding.path or finding.location) if part)
    change = " → ".join(_cell(text) for text in (finding.before, finding.after) if text is not None)
    message = _cell(finding.message)
    if finding.waived is not None:
        waived = finding.waived
        message += f" (waived by {_cell(waived.owner)} until {waived.expires}: {_cell(waived.reason)})"
    cells = (
        _SIGNS[finding.severity],
        f"`{finding.rule}`",
        _cell(where),
        message,
        change,
        "" if finding.order is None else str(finding.order),
        _cell(finding.hint),
    )
    return f"| {' | '.join(cells)} |"


def _cell(text: str) -> str:
    return " ".join(text.split()).translate(_ESCAPES)
