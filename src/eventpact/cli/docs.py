"""Contracts -> pages for people, and an AsyncAPI document for tools."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape

from eventpact.cli.console import ManifestOption, err, print_drift
from eventpact.cli.gate import CompatOption, compat_folder
from eventpact.contract import load_manifest

if TYPE_CHECKING:
    from eventpact.catalog import Catalog
    from eventpact_codegen.files import Kind

__all__ = ["docs"]


def docs(
    out_folder: Annotated[
        Path | None, typer.Option("--out", help="Folder of the site; `site`, unless only --asyncapi is asked for.")
    ] = None,
    asyncapi: Annotated[
        Path | None, typer.Option("--asyncapi", help="Write the AsyncAPI 3 document to this file, - for the terminal.")
    ] = None,
    check: Annotated[bool, typer.Option("--check", help="Write nothing; exit 1 if a file differs.")] = False,
    title: Annotated[str, typer.Option(help="What the catalog is called.")] = "Event catalog",
    server: Annotated[
        list[str] | None,
        typer.Option(help="NAME=HOST:PORT or NAME=kafka-secure://HOST:PORT, for the AsyncAPI document; repeatable."),
    ] = None,
    manifest: ManifestOption = Path("schemas/contracts.toml"),
    compat: CompatOption = None,
) -> None:
    """Write the catalog: a static site that shows every contract, its fields, examples, versions and readers.

    The site loads nothing from anywhere, opens from disk, and is the same byte for byte until a contract changes.

    Examples: eventpact docs --out site; eventpact docs --check;
    eventpact docs --asyncapi asyncapi.json --server production=kafka-secure://broker.example:9093
    """
    from eventpact.catalog import asyncapi_text, read_catalog, read_servers
    from eventpact_codegen.files import Kind
    from eventpact_compat.gate import Folders

    try:
        servers = read_servers(server or [])
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--server") from None
    catalog = read_catalog(load_manifest(manifest), Folders.below(compat_folder(manifest, compat)), title=title)
    stale = False
    if asyncapi == Path("-"):
        typer.echo(asyncapi_text(catalog, servers), nl=False)
    elif asyncapi is not None:
        # Other files beside it are none of its business.
        alone = Kind(pattern="", is_ours=_is_ours)
        stale |= _settle({asyncapi.name: asyncapi_text(catalog, servers)}, asyncapi.parent, alone, check)
    if out_folder is not None or asyncapi is None:
        site = Kind(pattern="*", is_ours=_is_ours)
        stale |= _settle(_site(catalog, servers), out_folder or Path("site"), site, check)
    if stale and check:
        err.print("the catalog and the contracts disagree; run: eventpact docs")
        raise typer.Exit(1)


def _site(catalog: Catalog, servers: Mapping[str, str]) -> dict[str, str]:
    try:
        from eventpact.catalog import render_site

        return render_site(catalog, servers)
    except ModuleNotFoundError as missing:
        if missing.name not in {"jinja2", "markupsafe"}:
            raise
        err.print(f"error: the site needs {missing.name}; install it with: pip install 'eventpact\\[docs]'")
        raise typer.Exit(2) from None


def _settle(files: Mapping[str, str], root: Path, kind: Kind, check: bool) -> bool:
    """Write or compare, say what differed, and whether anything did."""
    from eventpact_codegen.files import drift, write

    found = (drift if check else write)(files, root, kind)
    print_drift({root / path: state for path, state in found.items()}, check)
    if not found:
        up = f"{len(files)} file{'' if len(files) == 1 else 's'} up to date"
        err.print(f"[green]✔[/] {escape(str(root))}: {up}", soft_wrap=True)
    return bool(found)


def _is_ours(text: str) -> bool:
    # Every file of the site says at its beginning who wrote it.
    return "eventpact docs" in text[:2000]
