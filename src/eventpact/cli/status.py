"""How topics and groups stand, once or again and again."""

import json
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from eventpact.cli.completing import propose_contracts
from eventpact.cli.console import ManifestOption, err, out, print_json
from eventpact.contract import load_manifest
from eventpact.contract.duration import milliseconds
from eventpact.errors import BrokerUnavailableError

if TYPE_CHECKING:
    from eventpact.status import Report, Watcher

__all__ = ["ContractsArgument", "status", "watcher_of"]

ContractsArgument = Annotated[
    list[str] | None,
    typer.Argument(metavar="CONTRACTS", help="Contracts or topics; all by default.", autocompletion=propose_contracts),
]
TIMEOUT = 5.0
"""Seconds for each question to the broker."""


def status(
    contracts: ContractsArgument = None,
    manifest: ManifestOption = Path("schemas/contracts.toml"),
    watch: Annotated[bool, typer.Option("--watch", "-w", help="Look again and again, until Ctrl-C.")] = False,
    interval: Annotated[float, typer.Option(min=0.0, help="Seconds between looks; rates are measured there.")] = 2.0,
    looks: Annotated[int | None, typer.Option("-n", min=1, help="With --watch: stop after so many looks.")] = None,
    sample: Annotated[int, typer.Option(min=0, max=100_000, help="Newest records to read per topic.")] = 1_000,
    top: Annotated[int, typer.Option(min=0, max=1_000, help="Busiest tenants to name.")] = 3,
    reveal: Annotated[bool, typer.Option("--reveal", help="Name tenants though the key is personal data.")] = False,
    rows: Annotated[int, typer.Option(min=1, help="Partitions to show; those with the largest lag.")] = 12,
    fail_lag: Annotated[int | None, typer.Option(min=0, help="Exit code 1 when a group's lag is larger.")] = None,
    fail_age: Annotated[str | None, typer.Option(help="Exit code 1 when an unprocessed event is older: 15m.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="For machines; with --watch one line per look.")] = False,
) -> None:
    """Show rate, lag, age of the oldest unprocessed event, dead letters, skew and schema versions.

    Looks twice, an interval apart, and prints the second. It joins no group, commits nothing and decodes no event.

    Example: eventpact status --watch
    """
    from rich.live import Live

    from eventpact.cli.status_view import view

    oldest = _seconds(fail_age)
    with ExitStack() as stack:
        watcher = watcher_of(stack, manifest, contracts, sample, reveal=reveal)
        reports = _reports(watcher, interval, watch, looks, top)
        if as_json:
            for last in reports:
                typer.echo(json.dumps(asdict(last))) if watch else print_json(asdict(last))
        elif watch and out.is_terminal:
            live = stack.enter_context(Live(console=out, auto_refresh=False, vertical_overflow="ellipsis"))
            for last in reports:
                live.update(view(last, rows), refresh=True)
        else:
            for last in reports:
                out.print(view(last, rows))
    if last.unread and (fail_lag is not None or oldest is not None):
        err.print(f"nobody knows how these groups stand: {', '.join(last.unread)}", markup=False)
        raise typer.Exit(2)
    if fail_lag is not None and last.lag > fail_lag:
        err.print(f"a group's lag is {last.lag}, more than {fail_lag}")
        raise typer.Exit(1)
    if oldest is not None and last.oldest > oldest:
        err.print(f"an unprocessed event is {last.oldest:.0f} s old, older than {fail_age}")
        raise typer.Exit(1)


def watcher_of(
    stack: ExitStack, manifest: Path, names: list[str] | None, sample: int, *, reveal: bool = False
) -> "Watcher":
    """A watcher of the contracts of these names, or all, from the environment; closed with the stack."""
    from eventpact.kafka.settings import Settings
    from eventpact.observe.keys import key_is_personal
    from eventpact.registry import RegistryClient
    from eventpact.status import Watcher

    settings, found = Settings.from_env(), load_manifest(manifest)
    chosen = {found.contract(name).name for name in names or ()}
    contracts = [one for one in found.contracts if not chosen or one.name in chosen]
    masked = {one.name for one in contracts if not reveal and key_is_personal(found.schemas[one.schema], one.key)}
    if settings.topic is not None and len(contracts) == 1:
        contracts = [contracts[0].on_topic(settings.topic)]
    # Every look shows what is there now, so the lock has no say.
    registry = None if settings.registry is None else stack.enter_context(RegistryClient(settings.registry))
    watcher = Watcher(contracts, settings, registry, sample=sample, masked=masked, timeout=TIMEOUT)
    return stack.enter_context(watcher)


def _reports(watcher: "Watcher", interval: float, watch: bool, looks: int | None, top: int) -> "Iterator[Report]":
    """One report, or one per look until Ctrl-C. A broker that stays away while watching is waited for."""
    from eventpact.status import report

    before = watcher.look()
    told = 0
    try:
        if watch:
            yield report(before, top=top)
            told = 1
        while told != (looks if watch else 1):
            time.sleep(interval)
            try:
                now = watcher.look()
            except BrokerUnavailableError as error:
                if not watch:
                    raise
                err.print(f"{error}; looking again", markup=False)
                continue
            yield report(now, before, top=top)
            before, told = now, told + 1
    except KeyboardInterrupt:
        if not watch:
            raise


def _seconds(text: str | None) -> float | None:
    if text is None:
        return None
    try:
        found = milliseconds(text)
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--fail-age") from None
    return None if found is None else found / 1000
