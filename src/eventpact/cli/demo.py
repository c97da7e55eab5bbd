"""The main job, from files to handled events, with a summary that a person enjoys reading."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from math import ceil
from pathlib import Path
from types import TracebackType
from typing import Annotated, Self

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from eventpact.cli.console import err, out, print_json
from eventpact.demo.summary import DeadLettered, Summary

__all__ = ["demo"]


def demo(
    path: Annotated[
        Path, typer.Argument(metavar="PATH", help="Folder whose files become events.", exists=True, file_okay=False)
    ] = Path(),
    as_json: Annotated[bool, typer.Option("--json", help="Print the summary as JSON.")] = False,
) -> None:
    """Publish one event per file below PATH, handle them with two workers, dead-letter and replay.

    Runs on an embedded broker and registry, or on those that KAFKA_BOOTSTRAP_SERVERS and SCHEMA_REGISTRY_URL name.
    Exits with 1 if anything was lost.

    Example: eventpact demo ~/Documents
    """
    from eventpact.demo.run import run  # loads the Kafka client, which `--help` does not need

    with quiet(), Bars() as bars:
        summary = run(path.resolve(), bars)
    if as_json:
        print_json(summary.to_json())
    else:
        show(summary)
    if summary.lost:
        raise typer.Exit(1)


@contextmanager
def quiet() -> Iterator[None]:
    """The summary tells of the failures that the demo makes; a worker's warnings about them would only hide it."""
    log = logging.getLogger("eventpact")
    before = log.level
    log.setLevel(logging.ERROR)
    try:
        yield
    finally:
        log.setLevel(before)


class Bars:
    """Shows the stages of a run on standard error while it works."""

    def __init__(self) -> None:
        self._progress = Progress(
            SpinnerColumn(),
            TextColumn("{task.description:<28}"),
            BarColumn(bar_width=36),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            console=err,
            transient=True,
        )
        self._bars: dict[str, TaskID] = {}

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._progress.stop()

    def stage(self, text: str) -> None:
        """A new stage begins."""
        err.print(Text.assemble(("· ", "cyan"), text))

    def advance(self, what: str, done: int, total: int) -> None:
        """``done`` of ``total`` records are through ``what``."""
        if what not in self._bars:
            self._bars[what] = self._progress.add_task(what, total=total)
        self._progress.update(self._bars[what], completed=done, total=total)


def show(summary: Summary) -> None:
    """Print the summary for a person."""
    out.print()
    out.print(_counts(summary))
    out.print()
    out.print(_spread(summary))
    out.print()
    for letter in summary.dead_letters:
        out.print(_dead_letter(letter))
    out.print()


def _counts(summary: Summary) -> Table:
    shares = " · ".join(f"{name} {count:,}" for name, count in sorted(summary.workers.items()))
    tenants = f"{summary.tenants} tenant{'' if summary.tenants == 1 else 's'}"
    lost = "bold red" if summary.lost else "bold green"
    rows = (
        ("published", summary.published, f"{tenants}, {summary.target}", "bold"),
        ("handled", summary.handled, shares + (f" · {summary.duplicates} twice" if summary.duplicates else ""), "bold"),
        ("dead-lettered", summary.dead_lettered, "one undecodable record, one failing handler", "bold"),
        ("replayed", summary.replayed, "after the handler's repair", "bold"),
        ("lost", summary.lost, f"{summary.rate:,.0f} events/s in {summary.seconds:.1f} s", lost),
    )
    table = Table.grid(padding=(0, 2))
    table.add_column(justify="left")
    table.add_column(justify="right")
    table.add_column(style="dim")
    for name, count, remark, style in rows:
        table.add_row(name, Text(f"{count:,}", style=style), remark)
    return table


def _spread(summary: Summary) -> Table:
    most = max(summary.spread.values(), default=1) or 1
    table = Table.grid(padding=(0, 2))
    table.add_column()
    table.add_column(justify="right")
    table.add_column()
    for partition in range(summary.partitions):
        count = summary.spread.get(partition, 0)
        table.add_row(f"partition {partition}", f"{count:,}", Text("█" * ceil(30 * count / most), style="cyan"))
    return table


def _dead_letter(letter: DeadLettered) -> Text:
    place = f"{letter.topic}[{letter.partition}]@{letter.offset}"
    now = ("replayed, handled", "green") if letter.replayed else ("kept for a person", "yellow")
    return Text.assemble(f"{place}  ", (letter.reason, "bold"), "  ", now, "\n", (f"  {letter.summary}", "dim"))
