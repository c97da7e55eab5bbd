"""Looking at schemas, without a registry."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from eventpact.cli.console import out
from eventpact.schema import Schema, check, parse

__all__ = ["app"]

app = typer.Typer(help="Look at schema files.", no_args_is_help=True)

HELP = "An .avsc file."
SchemaFile = Annotated[Path, typer.Argument(metavar="FILE", exists=True, dir_okay=False, help=HELP)]
Reader = Annotated[Path, typer.Argument(metavar="READER", exists=True, dir_okay=False, help=HELP)]
Writer = Annotated[Path, typer.Argument(metavar="WRITER", exists=True, dir_okay=False, help=HELP)]


class Dialect(StrEnum):
    """Whose verdict counts."""

    CONFLUENT = "confluent"
    REDPANDA = "redpanda"


class Format(StrEnum):
    """What the output is for."""

    TEXT = "text"
    JSON = "json"


@app.command("show")
def show(file: SchemaFile) -> None:
    """Show a schema's tree, fingerprints and warnings.

    Example: eventpact schema show schemas/ingestion_event.avsc
    """
    from eventpact.schema.report import describe

    typer.echo(describe(_read(file)))


@app.command("check")
def compatibility(
    reader: Reader,
    writer: Writer,
    dialect: Annotated[Dialect, typer.Option(help="Java Avro as in Confluent's registry, or Redpanda's.")] = (
        Dialect.CONFLUENT
    ),
    output: Annotated[Format, typer.Option("--format", help="For people or for machines.")] = Format.TEXT,
) -> None:
    """Can READER read everything that WRITER may write? Exits with 1 if not.

    Example: eventpact schema check new.avsc old.avsc --dialect redpanda
    """
    from eventpact.schema.report import findings_json, findings_text

    findings = check(_read(reader), _read(writer), dialect=dialect.value)
    if output is Format.JSON:
        typer.echo(findings_json(findings), nl=False)
    else:
        text = Text(findings_text(findings))
        text.highlight_words({finding.kind for finding in findings}, "bold red")
        out.print(text, end="", soft_wrap=True)
    if findings:
        raise typer.Exit(1)


def _read(file: Path) -> Schema:
    return parse(file.read_bytes(), source=str(file))
