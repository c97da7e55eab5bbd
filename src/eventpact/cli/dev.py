"""The embedded stack, for people: a broker and a registry until Ctrl-C."""

import shlex
import signal
import threading
from pathlib import Path
from typing import Annotated

import typer

from eventpact.cli.console import ManifestOption, err
from eventpact.contract import load_manifest

__all__ = ["dev"]


def dev(
    manifest: ManifestOption = Path("schemas/contracts.toml"),
    registry_port: Annotated[int, typer.Option(min=0, max=65535, help="Port of the registry; 0 takes a free one.")] = 0,
) -> None:
    """Run a Kafka broker and a schema registry in this process, with the manifest's topics, until Ctrl-C.

    Prints the environment lines to paste into another shell. Nothing outlives it: for development and tests.

    Example: eventpact dev
    """
    from eventpact.dev import EmbeddedStack

    stop = threading.Event()
    previous = {s: signal.signal(s, lambda *_: stop.set()) for s in (signal.SIGINT, signal.SIGTERM)}
    try:
        contracts = load_manifest(manifest).contracts
        with EmbeddedStack(contracts, registry_port=registry_port) as stack:
            for name, value in stack.environment().items():
                typer.echo(f"export {name}={shlex.quote(value)}")
            topics = ", ".join(f"{name} ({count})" for name, count in stack.broker.topics.items())
            err.print(f"[green]ready[/] with {topics or 'no topics'}; next: eventpact register; stop with Ctrl-C")
            stop.wait()
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)
    err.print("stopped")
