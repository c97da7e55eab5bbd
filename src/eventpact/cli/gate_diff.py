"""What differs between two versions of a schema, in structure and in meaning."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from eventpact.cli.console import ManifestOption
from eventpact.cli.gate import CompatOption, compat_folder
from eventpact.cli.gate_show import FailOn, Format, fails, write_report
from eventpact.cli.gate_sources import read_side
from eventpact.errors import SchemaError
from eventpact.schema import Level
from eventpact_compat.finding import Finding

__all__ = ["diff"]

SIDE = "A file, contract@3, git:REF:path or registry:subject@3."


def diff(
    old: Annotated[str, typer.Argument(metavar="OLD", help=SIDE)],
    new: Annotated[str, typer.Argument(metavar="NEW", help=SIDE)],
    level: Annotated[
        Level | None, typer.Option(help="Which direction must work; without it, the registries' default and more.")
    ] = None,
    key: Annotated[str | None, typer.Option(help="The field that is the record key; else tenant_id, if any.")] = None,
    form: Annotated[Format, typer.Option("--format", help="For people, for machines, for CI.")] = Format.TEXT,
    fail_on: Annotated[FailOn, typer.Option(help="From which severity on the exit code is 1.")] = FailOn.ERROR,
    manifest: ManifestOption = Path("schemas/contracts.toml"),
    compat: CompatOption = None,
) -> None:
    """Compare OLD and NEW. docs/compatibility.md lists the rules.

    Without --level, it is an error when NEW cannot read what OLD wrote, and a warning the other way round.
    Exits with 0 when there are no errors, 1 when there are some, 2 when something else is wrong.

    Examples: eventpact diff old.avsc new.avsc --format json;
    eventpact diff git:origin/main:schemas/ingestion_event.avsc schemas/ingestion_event.avsc
    """
    findings = _findings(old, new, compat_folder(manifest, compat) / "history", level, key)
    write_report(findings, form, title=f"eventpact diff {old} {new}", subjects=(new,))
    if fails(findings, fail_on):
        raise typer.Exit(1)


def _findings(old: str, new: str, history: Path, level: Level | None, key: str | None) -> list[Finding]:
    from eventpact_compat.lines import with_lines
    from eventpact_compat.lint.run import invalid
    from eventpact_compat.versions import compare_two, in_order

    before = read_side(old, history)
    try:
        after = read_side(new, history, strict=True)
    except SchemaError as error:
        return [invalid(error)]
    return in_order(with_lines(compare_two(before, after, level=level, key=key), [before, after]))
