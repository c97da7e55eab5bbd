"""Where the command line prints: results to standard output, everything else to standard error."""

import json
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

__all__ = ["ManifestOption", "err", "out", "print_json"]

# Rich honours NO_COLOR, and drops colour and movement when the output is not a terminal.
out = Console(highlight=False)
err = Console(stderr=True, highlight=False)

ManifestOption = Annotated[
    Path,
    typer.Option(
        "--manifest",
        "-m",
        envvar="EVENTPACT_MANIFEST",
        help="The manifest that names schemas, topics and promises.",
        show_envvar=True,
    ),
]


def print_json(value: object) -> None:
    """One JSON document on standard output, never coloured or wrapped."""
    typer.echo(json.dumps(value, indent=2, ensure_ascii=False))
