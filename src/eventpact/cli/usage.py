"""Who still reads or writes a version."""

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from eventpact.cli.completing import ContractArgument
from eventpact.cli.console import ManifestOption, out, print_json
from eventpact.contract import load_manifest

if TYPE_CHECKING:
    from eventpact.status.usage import Answer, Evidence

__all__ = ["usage"]

# 2 is for usage and environment, as everywhere.
CODES = {"yes": 0, "no": 1, "unknown": 3}
COLOURS = {"yes": "green", "no": "red", "unknown": "yellow"}


def usage(
    contract: ContractArgument,
    version: Annotated[
        int | None, typer.Option("--may-drop", min=1, help="May this version go? Exit code 0 yes, 1 no, 3 not known.")
    ] = None,
    metrics: Annotated[
        list[str] | None, typer.Option("--metrics", help="URL or file of a service's metrics; once per service.")
    ] = None,
    sample: Annotated[int, typer.Option(min=1, help="Records to read per topic, the oldest and the newest.")] = 10_000,
    every: Annotated[bool, typer.Option("--every-record", help="Read all that is stored, however long.")] = False,
    manifest: ManifestOption = Path("schemas/contracts.toml"),
    as_json: Annotated[bool, typer.Option("--json", help="For machines.")] = False,
) -> None:
    """Say who reads and writes which version of CONTRACT, as metrics, topic, dead letters and registry tell.

    Example: eventpact usage ingestion --may-drop 1 --every-record --metrics http://worker:9464/metrics
    """
    from eventpact.kafka.registry_choice import registry_of
    from eventpact.kafka.settings import Settings
    from eventpact.status.gathering import gather
    from eventpact.status.usage import may_drop, uses

    settings = Settings.from_env()
    chosen = load_manifest(manifest).contract(contract)
    chosen = chosen if settings.topic is None else chosen.on_topic(settings.topic)
    with registry_of(settings, None) as registry:
        evidence = gather(chosen, settings, registry, metrics or (), most=None if every else sample)
    answer = None if version is None else may_drop(version, evidence)
    if as_json:
        reads = [
            {"group": group, "written_as": written, "events": count}
            for (group, written), count in sorted(evidence.read.items())
        ]
        said = {} if answer is None else {"answer": asdict(answer)}
        versions = [asdict(use) for use in uses(evidence)]
        print_json({"contract": chosen.name, "versions": versions, "reads": reads, **said})
    else:
        _show(evidence)
        if answer is not None:
            _tell(answer)
    if answer is not None and (code := CODES[answer.verdict]):
        raise typer.Exit(code)


def _show(evidence: "Evidence") -> None:
    from eventpact.status.usage import uses

    table = Table(box=None, pad_edge=False, header_style="dim")
    for name in ("version", "on the topic", "dead letters", "written", "read"):
        table.add_column(name, justify="right")
    table.add_column("read with by", overflow="fold")
    for use in uses(evidence):
        name = f"{use.version}" if use.registered else f"{use.version} (not registered)"
        written = "-" if use.written is None else f"{use.written:,}"
        numbers = (f"{use.stored:,}", f"{use.letters:,}", written, f"{use.read:,}")
        table.add_row(name, *numbers, ", ".join(use.readers) or "-")
    out.print(table)
    stored = evidence.stored
    part = "all" if stored.complete else "the oldest and newest"
    rest = f", {stored.unnamed:,} of them of no version" if stored.unnamed else ""
    out.print(f"{part} {stored.read:,} records of the topic were read{rest}", markup=False)


def _tell(answer: "Answer") -> None:
    words = {"yes": "nobody uses it any more", "no": "it is in use", "unknown": "not enough is known"}
    out.print(f"\nmay version {answer.version} go? [bold {COLOURS[answer.verdict]}]{answer.verdict}[/]: ", end="")
    out.print(words[answer.verdict])
    for reason in answer.against:
        out.print(f"  against: {reason}", markup=False, soft_wrap=True)
    for reason in answer.unknown:
        out.print(f"  not known: {reason}", markup=False, soft_wrap=True)
