"""Schemas into the registry."""

from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from eventpact.cli.console import ManifestOption, err, out, print_json
from eventpact.contract import load_manifest
from eventpact.errors import SettingsError

__all__ = ["register"]


def register(
    manifest: ManifestOption = Path("schemas/contracts.toml"),
    as_json: Annotated[bool, typer.Option("--json", help="For machines.")] = False,
) -> None:
    """Register what the manifest says, at the level it says. Doing it again changes nothing.

    The registry is the one that SCHEMA_REGISTRY_URL names.

    Example: SCHEMA_REGISTRY_URL=http://localhost:18081 eventpact register
    """
    from eventpact.kafka.environment import Environment
    from eventpact.kafka.settings import read_registry
    from eventpact.registry import RegistryClient, register_contracts

    contracts = load_manifest(manifest)
    settings = read_registry(Environment.read(None, ".env"))
    if settings is None:
        raise SettingsError("SCHEMA_REGISTRY_URL", "not set; name the registry, such as http://localhost:18081")
    with RegistryClient(settings) as registry:
        done = register_contracts(contracts, registry)
    if as_json:
        print_json(
            [
                {
                    "subject": row.subject,
                    "outcome": row.outcome,
                    "version": row.version,
                    "id": row.id,
                    "level": None if row.level is None else str(row.level),
                }
                for row in done
            ]
        )
        return
    table = Table("subject", "version", "id", "level", "", box=None, padding=(0, 2, 0, 0), header_style="dim")
    for row in done:
        style = "green" if row.outcome == "created" else "dim"
        table.add_row(row.subject, str(row.version), str(row.id), row.level or "", f"[{style}]{row.outcome}[/]")
    out.print(table)
    if not done:
        err.print(f"{manifest} names no contract: nothing to register", markup=False)
