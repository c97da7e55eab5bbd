"""Made-up events, for demos and tests."""

import json
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from eventpact.cli.completing import EventArgument
from eventpact.cli.console import ManifestOption
from eventpact.cli.event_class import event_class
from eventpact.contract import load_manifest

__all__ = ["sample"]


class Format(StrEnum):
    """What the output is for."""

    JSON = "json"
    REPR = "repr"


def sample(
    event: EventArgument,
    count: Annotated[int, typer.Option("--count", "-n", min=1, help="How many.")] = 10,
    seed: Annotated[int | None, typer.Option(help="The same number gives the same events.")] = None,
    output: Annotated[Format, typer.Option("--format", help="Lines for `eventpact publish`, or Python.")] = Format.JSON,
    reveal: Annotated[bool, typer.Option("--reveal", help="Show the fields tagged as personal data, too.")] = False,
    manifest: ManifestOption = Path("schemas/contracts.toml"),
) -> None:
    """Print made-up events that the schema and its constraints allow. Needs the extra `sample`.

    Example: eventpact sample IngestionEvent -n 3 --seed 1
    """
    from eventpact.codec import Codec
    from eventpact.codec.json_form import JsonForm
    from eventpact.pii import reveal as revealed
    from eventpact.sample import samples

    cls = event_class(load_manifest(manifest), event)
    form = JsonForm(Codec(cls))
    for one in samples(cls, count, seed):
        match output:
            case Format.JSON:
                typer.echo(json.dumps(form.write(one, masked=not reveal)))
            case Format.REPR:
                typer.echo(revealed(one) if reveal else repr(one))
