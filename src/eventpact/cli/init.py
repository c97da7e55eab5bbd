"""A new contract repository."""

from __future__ import annotations

import importlib.metadata
import os
import shlex
from pathlib import Path
from typing import Annotated

import typer

from eventpact.cli.console import err, out

__all__ = ["init"]


def init(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Where it goes; it need not exist yet.")] = Path(),
    contract: Annotated[
        str | None, typer.Option("--contract", help="What the contract is called; else it follows from the folder.")
    ] = None,
    event: Annotated[str | None, typer.Option("--event", help="Class name of the event, such as OrderPlaced.")] = None,
    namespace: Annotated[str | None, typer.Option("--namespace", help="Avro namespace; com.example.CONTRACT.")] = None,
    package: Annotated[str | None, typer.Option("--package", help="Python package; CONTRACT_events.")] = None,
    topic: Annotated[str | None, typer.Option("--topic", help="Kafka topic; CONTRACT-events.")] = None,
    owner: Annotated[str | None, typer.Option("--owner", help="The team that answers for it; team-CONTRACT.")] = None,
) -> None:
    """Make a contract repository: manifest, example schema, event classes, tests, Makefile, CI workflow, hooks.

    Its `make test` passes as it is. Nothing that is there already is overwritten.

    Example: eventpact init shop-contracts --event OrderPlaced --namespace com.example.shop --owner team-shop
    """
    from eventpact.scaffold import Names, render, write
    from eventpact.scaffold.names import contract_from
    from eventpact.scaffold.origin import origin

    try:
        names = Names.of(
            contract if contract is not None else contract_from(folder.resolve().name),
            event=event,
            namespace=namespace,
            package=package,
            topic=topic,
            owner=owner,
        )
    except ValueError as error:
        raise typer.BadParameter(f"{error}; name it with --{str(error).partition(':')[0]}") from None
    version = importlib.metadata.version("eventpact")
    found = origin(importlib.metadata.distribution("eventpact").read_text("direct_url.json"))
    files = render(names, version=version, requirement=found.requirement)
    if found.here is not None:
        files["local.mk"] = f"# This machine's eventpact; git does not keep this file.\nEVENTPACT := {found.here}\n"
    written = write(files, folder)
    for path in written:
        out.print(os.path.relpath(path), markup=False, soft_wrap=True)
    where = shlex.quote(os.path.relpath(folder))
    enter = "" if where == "." else f"cd {where} && "
    err.print(f"[green]✔[/] {len(written)} files: contract {names.contract}, topic {names.topic}")
    err.print("next:")
    err.print(f"  {enter}git init && make test", markup=False, soft_wrap=True)
    err.print(f"  edit schemas/{names.schema_file}, then: make generate", markup=False, soft_wrap=True)
    err.print("  README.md says how to try it, release it and publish it", markup=False, soft_wrap=True)
