"""Schemas -> event classes."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from eventpact.cli.console import ManifestOption, err, print_drift
from eventpact.contract import load_manifest
from eventpact_codegen import Base, Job, folder_job, manifest_jobs

__all__ = ["generate"]


class BaseClass(StrEnum):
    """What the classes are."""

    DATACLASS = "dataclass"
    AVROMODEL = "avromodel"


def generate(
    manifest: ManifestOption = Path("schemas/contracts.toml"),
    check: Annotated[bool, typer.Option("--check", help="Write nothing; exit 1 if a file differs.")] = False,
    schemas: Annotated[
        Path | None, typer.Option(help="A folder of .avsc files, instead of a manifest.", exists=True, file_okay=False)
    ] = None,
    out_folder: Annotated[Path | None, typer.Option("--out", help="With --schemas: where the package goes.")] = None,
    package: Annotated[str | None, typer.Option(help="With --schemas: dotted name of the package.")] = None,
    base: Annotated[
        BaseClass, typer.Option(help="Plain dataclasses, or dataclasses-avroschema's models where those are exact.")
    ] = BaseClass.DATACLASS,
) -> None:
    """Write the event classes that the schemas describe, or check that they are up to date.

    What is unwise about a schema is told, and stops nobody.

    Examples: eventpact generate --check;
    eventpact generate --schemas avro --out src --package shop_events
    """
    stale = False
    for job in _jobs(manifest, schemas, out_folder, package, base.value):
        for finding in job.findings:
            place = (f"{finding.path}: {finding.rule}", "yellow")
            err.print(Text.assemble(place, f": {finding.message}"), soft_wrap=True)
        found = job.drift() if check else job.write()
        print_drift({job.place(path): state for path, state in found.items()}, check)
        if not found:
            err.print(f"[green]✔[/] {job.package}: {len(job.files)} files are up to date")
        stale |= bool(found)
    if stale and check:
        err.print("generated code and schemas disagree; run: eventpact generate")
        raise typer.Exit(1)


def _jobs(
    manifest: Path, schemas: Path | None, out_folder: Path | None, package: str | None, base: Base
) -> tuple[Job, ...]:
    if schemas is None and out_folder is None and package is None:
        return manifest_jobs(load_manifest(manifest), base)
    if schemas is None or out_folder is None or package is None:
        raise typer.BadParameter("--schemas, --out and --package go together")
    return (folder_job(schemas, out_folder, package, base),)
