"""May these contracts be merged? Candidates against what is out there, offline."""

from __future__ import annotations

import datetime as dt
import os
from pathlib import Path
from typing import Annotated

import typer

from eventpact.cli.completing import propose_contracts
from eventpact.cli.console import ManifestOption, err
from eventpact.cli.gate_show import FailOn, Format, fails, write_report
from eventpact.contract import Manifest, load_manifest
from eventpact.errors import SchemaError
from eventpact_compat.finding import Finding

__all__ = ["CompatOption", "check", "compat_folder", "day"]

CompatOption = Annotated[
    Path | None,
    typer.Option(
        "--compat",
        help="Where history, golden payloads and waivers stand; else `compat` next to the manifest's folder.",
    ),
]
TodayOption = Annotated[
    dt.datetime | None, typer.Option(formats=["%Y-%m-%d"], hidden=True, help="The day on which waivers are judged.")
]


def check(
    contracts: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="CONTRACTS", help="Names of contracts; all of them when left out.", autocompletion=propose_contracts
        ),
    ] = None,
    against: Annotated[str, typer.Option(help="history, git:REF or registry.")] = "history",
    form: Annotated[Format, typer.Option("--format", help="For people, for machines, for CI.")] = Format.TEXT,
    fail_on: Annotated[FailOn, typer.Option(help="From which severity on the exit code is 1.")] = FailOn.ERROR,
    summary: Annotated[
        Path | None,
        typer.Option(envvar="GITHUB_STEP_SUMMARY", help="Append a Markdown summary to this file (--format github)."),
    ] = None,
    manifest: ManifestOption = Path("schemas/contracts.toml"),
    compat: CompatOption = None,
    today: TodayOption = None,
) -> None:
    """Check structure and meaning of every contract. docs/compatibility.md lists the rules.

    Exits with 0 when there are no errors, 1 when there are some, 2 when something else is wrong.

    Examples: eventpact check; eventpact check ingestion --against git:origin/main
    """
    from eventpact_compat.lint.run import invalid

    try:
        loaded = load_manifest(manifest)
    except SchemaError as error:
        findings: tuple[Finding, ...] = (invalid(error),)
        names: tuple[str, ...] = ()
    else:
        findings, names = _report(loaded, contracts or [], against, compat_folder(manifest, compat), day(today))
    title = f"eventpact check --against {against}"
    write_report(findings, form, title=title, subjects=names)
    if form is Format.GITHUB and summary is not None:
        from eventpact_compat.report import github_summary

        with summary.open("a", encoding="utf-8") as file:
            file.write(github_summary(findings, title=title))
    if fails(findings, fail_on):
        raise typer.Exit(1)


def _report(
    manifest: Manifest, wanted: list[str], against: str, compat: Path, today: dt.date
) -> tuple[tuple[Finding, ...], tuple[str, ...]]:
    from eventpact.cli.gate_past import git_past, registry_past
    from eventpact_compat.gate import Folders, check_contracts
    from eventpact_compat.waivers import read_waivers

    only = frozenset(manifest.contract(name).name for name in wanted) if wanted else None
    folders = Folders.below(compat)
    past, changed = None, list[Finding]()
    if against.startswith("git:"):
        past, changed = git_past(manifest, folders, against.removeprefix("git:"))
    elif against == "registry":
        past = registry_past(manifest)
    elif against != "history":
        raise typer.BadParameter(f"{against!r}: expected history, git:REF or registry", param_hint="--against")
    waivers = read_waivers(compat / "waivers.toml")
    report = check_contracts(manifest, folders, today=today, waivers=waivers, past=past, only=only, elsewhere=changed)
    if not report.contracts:
        err.print("the manifest names no contract: nothing to check")
    return report.findings, report.contracts


def compat_folder(manifest: Path, given: Path | None, *, new: bool = False) -> Path:
    """The folder of history, golden payloads and waivers. A given one has to be there, unless it may be ``new``."""
    if given is not None and not (new or given.is_dir()):
        # Without it nothing would be compared, and everything would pass.
        raise typer.BadParameter(f"there is no folder {given}; `eventpact release` makes one", param_hint="--compat")
    return given if given is not None else Path(os.path.normpath(manifest.parent / ".." / "compat"))


def day(given: dt.datetime | None) -> dt.date:
    # Waivers are dated by people: the day of the machine's own zone.
    return given.date() if given is not None else dt.datetime.now().astimezone().date()
