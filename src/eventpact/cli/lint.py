"""Schemas by themselves: what parses, and should still not be published."""

from collections import Counter
from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from eventpact.cli.console import ManifestOption, err, out
from eventpact_compat.finding import Finding, Severity

__all__ = ["lint"]

STYLES = {Severity.ERROR: "bold red", Severity.WARNING: "yellow", Severity.INFO: "cyan"}

SchemaFiles = Annotated[
    list[Path] | None,
    typer.Argument(
        metavar="FILES", exists=True, help="Schema files, or folders of them. Without any: all that the manifest names."
    ),
]


class Format(StrEnum):
    """What the output is for."""

    TEXT = "text"
    JSON = "json"
    GITHUB = "github"


def lint(
    files: SchemaFiles = None,
    mend: Annotated[bool, typer.Option("--fix", help="Mend what has a safe fix, then report the rest.")] = False,
    output: Annotated[Format, typer.Option("--format", help="For people, for machines, for GitHub's pages.")] = (
        Format.TEXT
    ),
    strict: Annotated[bool, typer.Option("--strict", help="Warnings fail, too.")] = False,
    manifest: ManifestOption = Path("schemas/contracts.toml"),
) -> None:
    """Look for what parses but should not be published. docs/lint.md lists the rules.

    Exits with 0 when there are no errors, 1 when there are some, 2 when something else is wrong.

    Examples: eventpact lint; eventpact lint --fix schemas/order.avsc
    """
    from eventpact_compat.lint import Job  # the rules, which `--help` does not need
    from eventpact_compat.report import github_annotations, to_json

    job = Job.of(manifest, files or ())
    if mend:
        mended = job.fixed()
        for name, text in mended.items():
            Path(name).write_bytes(text.encode())
            err.print(Text(f"fixed {name}"))
        job = job.with_texts(mended)
    findings = job.findings()
    match output:
        case Format.JSON:
            typer.echo(to_json(findings), nl=False)
        case Format.GITHUB:
            typer.echo(github_annotations(findings), nl=False)
        case Format.TEXT:
            _show(findings, len(job.chosen))
    fatal = {Severity.ERROR, Severity.WARNING} if strict else {Severity.ERROR}
    if any(finding.severity in fatal for finding in findings):
        raise typer.Exit(1)


def _show(findings: Sequence[Finding], files: int) -> None:
    for finding in findings:
        place = f"{finding.file}:{finding.line}:{finding.column}" if finding.line is not None else finding.file
        line = Text.assemble(
            f"{place}: ", (str(finding.severity), STYLES[finding.severity]), f" {finding.rule} {finding.message}"
        )
        out.print(line, soft_wrap=True)
        if finding.hint:
            out.print(Text(f"  {finding.hint}", style="dim"), soft_wrap=True)
    counts = Counter(finding.severity for finding in findings)
    said = [f"{counts[s]} {s if counts[s] == 1 or s is Severity.INFO else f'{s}s'}" for s in Severity if counts[s]]
    checked = f"{files} file" if files == 1 else f"{files} files"
    err.print(Text(f"{', '.join(said) or 'no findings'} in {checked}"))
