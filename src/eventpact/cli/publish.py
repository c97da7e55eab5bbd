"""Events from standard input, one JSON object per line."""

import sys
from contextlib import ExitStack
from pathlib import Path
from typing import IO, Annotated

import typer

from eventpact.cli.completing import ContractArgument
from eventpact.cli.console import ManifestOption, err, print_json
from eventpact.cli.contract_class import contract_class

__all__ = ["publish"]


def publish(
    contract: ContractArgument,
    dead_letter: Annotated[
        Path | None, typer.Option("--dead-letter", help="File that bad lines are added to, as they came.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only check the lines; needs no broker.")] = False,
    manifest: ManifestOption = Path("schemas/contracts.toml"),
    as_json: Annotated[bool, typer.Option("--json", help="The summary for machines, on standard output.")] = False,
) -> None:
    """Publish events of CONTRACT from standard input, one JSON object per line.

    Each line is checked against the schema. A bad line is told on standard error with its number and the field's
    path, never its value, and the others go on. Exit code 1 when a line was bad. The form: docs/json.md.

    Example: eventpact publish ingestion --dead-letter bad.jsonl < events.jsonl
    """
    from eventpact.codec import Codec
    from eventpact.kafka.json_lines import BadLine, JsonLines, lines_of
    from eventpact.kafka.producer import Producer
    from eventpact.kafka.settings import Settings

    if sys.stdin is None:
        raise typer.BadParameter("standard input is closed, and events come from there: ... < events.jsonl")
    chosen, cls = contract_class(manifest, contract)
    codec = Codec(cls)
    with ExitStack() as stack:
        aside: IO[bytes] | None = None if dead_letter is None else stack.enter_context(dead_letter.open("ab"))

        def bad(found: BadLine) -> None:
            typer.echo(f"line {found.number}: {found.reason}", err=True)
            if aside is not None:
                aside.write(found.line.text)
                aside.writelines(found.line.rest or ())
                aside.write(b"\n")

        producer = None if dry_run else Producer(cls, Settings.from_env(), contract=chosen, codec=codec)
        lines = JsonLines(codec, producer, bad)
        try:
            # Its end waits for the last acknowledgements, so the counts below are final.
            with ExitStack() as closing:
                if producer is not None:
                    closing.enter_context(producer)
                lines.publish(lines_of(sys.stdin.buffer))
        finally:
            counts = lines.counts()
            done = "would be published" if dry_run else "published"
            err.print(f"{counts.published} {done}, {counts.bad} bad, of {counts.lines} lines")
    if as_json:
        print_json({"lines": counts.lines, "published": counts.published, "bad": counts.bad, "dry_run": dry_run})
    if counts.bad:
        raise typer.Exit(1)
