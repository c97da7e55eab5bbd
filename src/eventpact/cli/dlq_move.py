"""Dead letters, moved: a dry run first, then at a pace, to an end that is fixed, and on from there after a kill."""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from eventpact.cli import dlq_options
from eventpact.cli.console import ManifestOption, err
from eventpact.cli.dlq_options import ContractArgument, Opened, choosing
from eventpact.errors import TopicError
from eventpact.kafka.letter_filter import LetterFilter

if TYPE_CHECKING:
    from eventpact.kafka.letter_job import Copying, Moved

__all__ = ["park", "replay"]

YesOption = Annotated[bool, typer.Option("--yes", help="Do it, without a dry run and without asking.")]
RateOption = Annotated[float | None, typer.Option("--rate", min=0.01, help="At most so many per second.")]
AgainOption = Annotated[
    bool,
    typer.Option("--again", help="From the start of the topic, not from where the last run with these options ended."),
]


@choosing
def replay(
    wanted: LetterFilter,
    contract: ContractArgument,
    yes: YesOption = False,
    rate: RateOption = None,
    again: AgainOption = False,
    max_replays: Annotated[int, typer.Option(min=1, help="Leave alone what was replayed so often.")] = 3,
    manifest: ManifestOption = Path("schemas/contracts.toml"),
) -> None:
    """Write dead letters of CONTRACT to its topic again, byte for byte. Every group that reads the topic sees them.

    Shows first what it would do, and asks; --yes does it at once. After a kill the same command goes on where it
    was; a few records may be written twice (x-replay-id tells). What is dead-lettered meanwhile is left out.

    Example: eventpact dlq replay ingestion --reason HANDLER --rate 100
    """
    from eventpact.kafka.letter_job import Replaying
    from eventpact.kafka.replaying import Sender

    def target(found: Opened, real: bool) -> Copying:
        topic = found.contract.topic.name
        return Replaying(Sender(found.settings, topic) if real else None, topic, max_replays)

    run(manifest, contract, "replay", wanted, target, yes=yes, rate=rate, again=again)


@choosing
def park(
    wanted: LetterFilter,
    contract: ContractArgument,
    yes: YesOption = False,
    rate: RateOption = None,
    again: AgainOption = False,
    parked_topic: Annotated[str | None, typer.Option(help="Instead of <topic>-parked.")] = None,
    manifest: ManifestOption = Path("schemas/contracts.toml"),
) -> None:
    """Copy dead letters of CONTRACT to the parking topic, byte for byte; dry run, pace and resume as for replay.

    They stay on the dead-letter topic, too, until its retention ends: see purge-plan.

    Example: eventpact dlq park ingestion --reason UNDECODABLE
    """
    from eventpact.kafka.letter_job import Parking
    from eventpact.kafka.processor_sender import ProcessorSender

    def target(found: Opened, real: bool) -> Copying:
        if not real:
            return Parking(None)
        topic = parked_topic or found.contract.parked_topic
        if topic in {found.contract.topic.name, found.scan.topic}:
            raise typer.BadParameter("must not be a topic that the contract's groups read", param_hint="--parked-topic")
        try:
            # Whoever types the command knows that something is parked.
            sender = ProcessorSender(
                found.contract, topic, found.settings, found.registry, lambda parked: None, alert_limit=1.0
            )
        except TopicError as error:
            like = f"parking topics are not the plan's: give it the partitions and settings of {found.scan.topic}"
            raise typer.BadParameter(f"{error}; {like}", param_hint="--parked-topic") from None
        return Parking(sender)

    run(manifest, contract, "park", wanted, target, yes=yes, rate=rate, again=again)


def run(
    manifest: Path,
    contract: str,
    verb: str,
    wanted: LetterFilter,
    target: Callable[[Opened, bool], Copying],
    *,
    yes: bool,
    rate: float | None,
    again: bool,
) -> None:
    """A dry run and a question, unless `yes`; then the real one, between the same offsets."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    from eventpact.kafka.letter_job import Pace, move

    with dlq_options.opened(manifest, contract, f"{verb}.{wanted.digest}") as found:
        now = found.scan.spans()
        spans = now if again else found.scan.remaining(now)
        size = sum(span.size for span in found.scan.narrowed(spans, wanted).values())
        if not yes:
            tried = move(found.scan, spans, wanted, target(found, False), keep=False)
            err.print(f"would {verb} {said(tried)}")
            if not tried.moved:
                return
            if sys.stdin is None or not sys.stdin.isatty():
                err.print("nothing was written; add --yes to do it")
                return
            if not typer.confirm(f"{verb} {tried.moved} now?", err=True):
                return
        with ExitStack() as stack:
            bar = stack.enter_context(
                Progress(TextColumn(verb), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(), console=err)
            )
            task = bar.add_task(verb, total=size)
            try:
                done = move(
                    found.scan,
                    spans,
                    wanted,
                    target(found, True),
                    pace=None if rate is None else Pace(rate),
                    progress=lambda read: bar.update(task, completed=read),
                )
            except KeyboardInterrupt:
                err.print("stopped; the same command goes on from here")
                raise
        err.print(f"{verb}: {said(done)}")


def said(moved: Moved) -> str:
    left = moved.matched - moved.moved
    rest = f"; {left} left alone (copies, replayed too often, not restorable)" if left else ""
    return f"{moved.moved} of {moved.read} records read{rest}"
