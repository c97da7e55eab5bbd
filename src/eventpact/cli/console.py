"""Where the command line prints: results to standard output, everything else to standard error."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:
    from eventpact_codegen.files import Drift

__all__ = ["ManifestOption", "err", "hanging", "out", "print_drift", "print_json"]

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


def hanging(console: Console, label: Text, text: str | Text) -> None:
    """A paragraph and its label. On a terminal it wraps between words beside the label; elsewhere it is one line."""
    if not console.is_terminal:
        console.print(Text.assemble(label, text), soft_wrap=True)
        return
    row = Table.grid()
    row.add_column(width=label.cell_len, no_wrap=True)
    row.add_column(overflow="fold")
    row.add_row(label, text)
    console.print(row)


def print_drift(found: "Mapping[Path, Drift]", check: bool) -> None:
    """A line for each file: how it differs or, when that has been put right, what it was."""
    for path, state in found.items():
        out.print(f"[yellow]{state if check else state.mended:<8}[/] {escape(str(path))}", soft_wrap=True)


def print_json(value: object) -> None:
    """One JSON document on standard output, never coloured or wrapped."""
    typer.echo(json.dumps(value, indent=2, ensure_ascii=False))
