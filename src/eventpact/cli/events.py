"""Event classes, looked at: the codec that is compiled for one, and samples of it."""

from pathlib import Path

import typer
from rich.syntax import Syntax

from eventpact.cli.completing import EventArgument
from eventpact.cli.console import ManifestOption, out
from eventpact.cli.event_class import event_class
from eventpact.contract import load_manifest

__all__ = ["explain"]


def explain(
    event: EventArgument,
    manifest: ManifestOption = Path("schemas/contracts.toml"),
) -> None:
    """Print the encoder and the decoder that are compiled for EVENT, beside the schema's fields.

    Example: eventpact explain IngestionEvent
    """
    from eventpact.codec import Codec

    text = Codec(event_class(load_manifest(manifest), event)).explain()
    if out.is_terminal:
        out.print(Syntax(text, "python", background_color="default"))
    else:
        typer.echo(text)
