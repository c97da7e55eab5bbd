"""Findings on the terminal, and in the other forms that `check` and `diff` know."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from enum import StrEnum

import typer
from rich.text import Text

from eventpact.cli.console import err, hanging, out
from eventpact_compat.finding import Finding, Severity

__all__ = ["FailOn", "Format", "fails", "show", "write_report"]

STYLES = {Severity.ERROR: "bold red", Severity.WARNING: "yellow", Severity.INFO: "cyan"}


class Format(StrEnum):
    """What the output is for."""

    TEXT = "text"
    JSON = "json"
    GITHUB = "github"
    MARKDOWN = "markdown"
    SARIF = "sarif"
    JUNIT = "junit"


class FailOn(StrEnum):
    """From which severity on the exit code is 1."""

    ERROR = "error"
    WARNING = "warning"
    NEVER = "never"


def fails(findings: Sequence[Finding], fail_on: FailOn) -> bool:
    fatal = {
        FailOn.ERROR: {Severity.ERROR},
        FailOn.WARNING: {Severity.ERROR, Severity.WARNING},
        FailOn.NEVER: set[Severity](),
    }[fail_on]
    return any(finding.severity in fatal for finding in findings)


def write_report(findings: Sequence[Finding], form: Format, *, title: str, subjects: Sequence[str]) -> None:
    """The findings on standard output. ``subjects`` are what was looked at."""
    from eventpact_compat.catalog import every_rule
    from eventpact_compat.report import github_annotations, github_summary, junit, sarif, to_json

    match form:
        case Format.TEXT:
            show(findings, title)
        case Format.JSON:
            typer.echo(to_json(findings), nl=False)
        case Format.GITHUB:
            typer.echo(github_annotations(findings), nl=False)
        case Format.MARKDOWN:
            typer.echo(github_summary(findings, title=title), nl=False)
        case Format.SARIF:
            import importlib.metadata

            typer.echo(sarif(findings, every_rule(), version=importlib.metadata.version("eventpact")), nl=False)
        case Format.JUNIT:
            typer.echo(junit(findings, subjects), nl=False)


def show(findings: Sequence[Finding], title: str) -> None:
    """One paragraph per finding; the count goes to standard error."""
    from eventpact_compat.report.plain import details, place

    for finding in findings:
        head = Text.assemble((f"{finding.severity:<7} ", STYLES[finding.severity]), (finding.rule, "bold"))
        head.append("".join(f"  {part}" for part in (finding.contract, place(finding)) if part), style="dim")
        out.print(head, soft_wrap=True)
        hanging(out, Text("  "), finding.message)
        for label, text in details(finding):
            hanging(out, Text(f"  {label:<8}", "dim"), text)
    counts = Counter(finding.severity for finding in findings)
    said = [f"{counts[s]} {s if counts[s] == 1 or s is Severity.INFO else f'{s}s'}" for s in Severity if counts[s]]
    err.print(Text(f"{title}: {', '.join(said) or 'no findings'}"), soft_wrap=True)
