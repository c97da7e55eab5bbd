"""The local registry, for people and for services in any language."""

import os
import signal
import threading
from contextlib import ExitStack
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from eventpact.cli.console import err
from eventpact.errors import SettingsError

__all__ = ["app"]

app = typer.Typer(name="registry", help="A schema registry on this machine.", no_args_is_help=True)


class Dialect(StrEnum):
    """Whose registry it speaks like."""

    REDPANDA = "redpanda"
    CONFLUENT = "confluent"


@app.callback()
def registry() -> None:
    """A schema registry on this machine, for development and tests."""


@app.command()
def serve(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="0 takes a free one.")] = 8081,
    data: Annotated[Path | None, typer.Option(help="File that keeps everything. Without it nothing is kept.")] = None,
    dialect: Annotated[Dialect, typer.Option(help="Whose registry to speak like.")] = Dialect.REDPANDA,
    user: Annotated[str | None, typer.Option(help="Ask for this user name, with --password-env.")] = None,
    password_env: Annotated[str | None, typer.Option(help="Environment variable that holds the password.")] = None,
    tls_cert: Annotated[Path | None, typer.Option(help="PEM file; with it HTTPS only.", exists=True)] = None,
    tls_key: Annotated[
        Path | None, typer.Option(help="PEM file of the key, if not in --tls-cert.", exists=True)
    ] = None,
) -> None:
    """Run a schema registry until Ctrl-C. It prints its URL.

    A twin of Redpanda's registry for development and tests; production is Redpanda.

    Example: eventpact registry serve --port 8081 --data registry.db
    """
    from eventpact.dev.registry_server import RegistryServer
    from eventpact.registry import MemoryRegistry
    from eventpact.registry.sqlite_store import SqliteStore
    from eventpact.secret import Secret

    if (user is None) != (password_env is None):
        raise typer.BadParameter("--user and --password-env belong together")
    if tls_key is not None and tls_cert is None:
        raise typer.BadParameter("--tls-key needs --tls-cert")
    credentials = None
    if user is not None and password_env is not None:
        if not user or ":" in user:
            raise typer.BadParameter("expected a user name without ':'")
        password = os.environ.get(password_env)
        if not password:
            raise SettingsError(password_env, "not set; --password-env names the variable that holds the password")
        credentials = (user, Secret(password))

    stop = threading.Event()
    previous = {s: signal.signal(s, lambda *_: stop.set()) for s in (signal.SIGINT, signal.SIGTERM)}
    try:
        with ExitStack() as running:
            store = None if data is None else SqliteStore(data)
            memory = running.enter_context(MemoryRegistry(store=store, checker=dialect.value))
            server = RegistryServer(
                memory,
                host,
                port,
                credentials=credentials,
                certificate=tls_cert,
                key=tls_key,
                dialect=dialect.value,
            )
            running.enter_context(server)
            typer.echo(server.url)
            kept = "nothing is kept" if data is None else f"everything is kept in {data}"
            err.print(
                f"[green]ready[/] to speak {dialect}: a twin for development and tests, not for production;"
                f" {escape(kept)}; stop with Ctrl-C"
            )
            stop.wait()
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)
    err.print("stopped")
