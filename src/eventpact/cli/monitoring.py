"""Monitoring from outside of the services: an exporter of lag and dead letters, and the files for Prometheus."""

import signal
import threading
from contextlib import ExitStack
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from eventpact.cli.console import ManifestOption, err
from eventpact.cli.status import ContractsArgument, watcher_of

__all__ = ["app"]

app = typer.Typer(
    name="monitoring", help="Prometheus: lag and dead letters, alerts, a dashboard.", no_args_is_help=True
)


@app.callback()
def monitoring() -> None:
    """Prometheus: lag and dead letters, alerts, a dashboard."""


@app.command()
def serve(
    contracts: ContractsArgument = None,
    port: Annotated[int, typer.Option(min=0, max=65535, help="0 takes a free one.")] = 9465,
    host: Annotated[str, typer.Option(help="Where to listen; 0.0.0.0 inside a container.")] = "127.0.0.1",
    manifest: ManifestOption = Path("schemas/contracts.toml"),
) -> None:
    """Serve lag, age of the oldest event and depth of dead letters at /metrics, until SIGTERM or Ctrl-C.

    One per cluster is enough. It joins no group, commits nothing and decodes no event; it looks when it is asked.

    Example: eventpact monitoring serve --port 9465
    """
    from eventpact.observe.serving import Server
    from eventpact.status.exporter import LookCollector

    stop = threading.Event()
    previous = {s: signal.signal(s, lambda *_: stop.set()) for s in (signal.SIGINT, signal.SIGTERM)}
    try:
        with ExitStack() as stack:
            collector = LookCollector(watcher_of(stack, manifest, contracts, sample=0))
            try:
                server = stack.enter_context(Server(collector, collector.unready, host=host, port=port))
            except OSError as error:
                what = f"cannot listen on {host}:{port}: {error.strerror}; name another"
                raise typer.BadParameter(what, param_hint="--host or --port") from None
            err.print(f"[green]ready[/] at {escape(server.url)}/metrics; stop with Ctrl-C")
            stop.wait()
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)
    err.print("stopped")


@app.command()
def export(
    folder: Annotated[
        Path, typer.Argument(metavar="FOLDER", help="Made where it is missing; files of the same name are replaced.")
    ],
) -> None:
    """Write the alert rules, the Grafana dashboard and an example configuration of Prometheus to FOLDER.

    Example: eventpact monitoring export monitoring/
    """
    from importlib.resources import as_file, files
    from shutil import copytree

    with as_file(files("eventpact") / "monitoring") as source:
        copytree(source, folder, dirs_exist_ok=True)
        written = sorted(path.relative_to(source) for path in source.rglob("*") if path.is_file())
    for path in written:
        typer.echo(folder / path)
