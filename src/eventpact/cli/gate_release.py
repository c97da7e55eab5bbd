"""Freeze what is in use as the next version."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from eventpact.cli.completing import propose_contracts
from eventpact.cli.console import ManifestOption, err, out
from eventpact.cli.gate import CompatOption, TodayOption, compat_folder, day
from eventpact.cli.gate_show import show
from eventpact.contract import load_manifest

__all__ = ["release"]


def release(
    contract: Annotated[
        str,
        typer.Argument(
            metavar="CONTRACT", help="Name of the contract in the manifest.", autocompletion=propose_contracts
        ),
    ],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be written.")] = False,
    manifest: ManifestOption = Path("schemas/contracts.toml"),
    compat: CompatOption = None,
    today: TodayOption = None,
) -> None:
    """Write CONTRACT's working schema as its next version, with golden payloads; its dead letter's, too.

    Refuses when the gate fails. A released version is never written again.

    Example: eventpact release ingestion
    """
    from eventpact_compat.finding import Severity
    from eventpact_compat.gate import Folders, check_contracts
    from eventpact_compat.release import releases_of, write_release
    from eventpact_compat.waivers import read_waivers

    loaded = load_manifest(manifest)
    name = loaded.contract(contract).name
    folder = compat_folder(manifest, compat, new=True)
    folders = Folders.below(folder)
    waivers = read_waivers(folder / "waivers.toml")
    report = check_contracts(loaded, folders, today=day(today), waivers=waivers, only=frozenset({name}))
    if report.failed:
        show([f for f in report.findings if f.severity is Severity.ERROR], f"{name} is not released")
        raise typer.Exit(1)
    releases = releases_of(loaded, name, folders)
    for planned in releases:
        if dry_run:
            written = [folders.history / planned.name / file for file in planned.history]
        else:
            written = list(write_release(planned, folders))
        for path in written:
            out.print(path.as_posix(), soft_wrap=True, markup=False)
        verb = "would be" if dry_run else "is"
        err.print(f"[green]✔[/] {escape(planned.name)}: version {planned.number} {verb} released")
    if not releases:
        err.print(f"{name}: the last released version says the same already", markup=False)
