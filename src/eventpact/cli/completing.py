"""What the shell proposes when somebody presses Tab: names from the manifest, rules from the tables.

A shell shows whatever a proposal prints, so these are silent: where there is no manifest, or a broken one, there is
nothing to propose, and the command itself will say why.
"""

from pathlib import Path
from typing import Annotated, Final

import typer

from eventpact.contract import Manifest, load_manifest
from eventpact.errors import EventpactError

__all__ = ["ContractArgument", "EventArgument", "propose_contracts", "propose_events", "propose_rules"]

MANIFEST: Final = Path("schemas/contracts.toml")


def propose_contracts(ctx: typer.Context, incomplete: str) -> list[tuple[str, str]]:
    """The manifest's contracts, each with its topic."""
    found = _manifest(ctx)
    contracts = () if found is None else found.contracts
    return [(c.name, f"topic {c.topic.name}") for c in contracts if c.name.startswith(incomplete)]


def propose_events(ctx: typer.Context, incomplete: str) -> list[tuple[str, str]]:
    """Class names of the manifest's events, each with its Avro name."""
    found = _manifest(ctx)
    events = {} if found is None else {schema.name: schema for schema in found.schemas.values() if schema.name}
    names = {name.rpartition(".")[2]: name for name in events}
    return [(short, name) for short, name in names.items() if short.startswith(incomplete)]


def propose_rules(incomplete: str) -> list[tuple[str, str]]:
    """Ids of rules, each with its promise."""
    from eventpact_compat.catalog import every_rule

    return [(rule.id, rule.promise) for rule in every_rule() if rule.id.startswith(incomplete)]


ContractArgument = Annotated[
    str,
    typer.Argument(
        metavar="CONTRACT",
        help="Contract or topic of the manifest, such as ingestion.",
        autocompletion=propose_contracts,
    ),
]
EventArgument = Annotated[
    str,
    typer.Argument(
        metavar="EVENT",
        help="Class name or Avro name, such as IngestionEvent.",
        autocompletion=propose_events,
    ),
]


def _manifest(ctx: typer.Context) -> Manifest | None:
    # What stands before the word, or in the environment, has been read by now.
    named = ctx.params.get("manifest")
    try:
        return load_manifest(Path(named) if named is not None else MANIFEST)
    except (EventpactError, OSError):
        return None
