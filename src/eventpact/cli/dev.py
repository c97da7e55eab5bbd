"""The embedded stack, for people: a broker and a registry until Ctrl-C."""

import shlex
import signal
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from eventpact.cli.console import ManifestOption, err
from eventpact.contract import load_manifest

__all__ = ["dev"]


def dev(
    manifest: ManifestOption = Path("schemas/contracts.toml"),
    registry_port: Annotated[int, typer.Option(min=0, max=65535, help="Port of the registry; 0 takes a free one.")] = 0,
    env_file: Annotated[
        Path | None,
        typer.Option("--env-file", help="A new file for the lines, such as .env; it goes away at the end."),
    ] = None,
    no_topics: Annotated[bool, typer.Option("--no-topics", help="Leave the topics to `eventpact apply`.")] = False,
) -> None:
    """Run a Kafka broker and a schema registry in this process, with the manifest's topics, until Ctrl-C.

    Parking topics for dead letters are there, too. Prints the environment lines to paste into another shell; what
    runs beside a file `.env` finds them by itself. Nothing outlives it: for development and tests.

    Example: eventpact dev --env-file .env
    """
    from eventpact.dev import EmbeddedStack

    stop = threading.Event()
    previous = {s: signal.signal(s, lambda *_: stop.set()) for s in (signal.SIGINT, signal.SIGTERM)}
    try:
        contracts = () if no_topics else load_manifest(manifest).contracts
        with EmbeddedStack(contracts, registry_port=registry_port) as stack, noted(stack.environment(), env_file):
            for contract in contracts:
                if contract.dead_letter is not None and contract.parked_topic not in stack.broker.topics:
                    # The manifest does not name it, and there is no other way to make one here.
                    stack.broker.create_topic(contract.parked_topic, contract.dead_letter.topic.partitions)
            for name, value in stack.environment().items():
                typer.echo(f"export {name}={shlex.quote(value)}")
            topics = ", ".join(f"{name} ({count})" for name, count in stack.broker.topics.items())
            then = "register" if topics else "apply"
            err.print(
                f"[green]ready[/] with {topics or 'no topics'}; next: eventpact {then}; stop with Ctrl-C",
                soft_wrap=True,
            )
            stop.wait()
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)
    err.print("stopped")


@contextmanager
def noted(environment: Mapping[str, str], file: Path | None) -> Iterator[None]:
    """The lines stand in a file of ours for as long as they are true."""
    if file is None:
        yield
        return
    text = "".join(f"{name}={value}\n" for name, value in environment.items())
    try:
        with file.open("x", encoding="utf-8") as new:
            new.write(text)
    except FileExistsError:
        raise typer.BadParameter(
            f"{file} is there already; remove it, or name another", param_hint="--env-file"
        ) from None
    try:
        yield
    finally:
        # Somebody may have added to it, or removed it.
        if file.exists() and file.read_text("utf-8") == text:
            file.unlink()
