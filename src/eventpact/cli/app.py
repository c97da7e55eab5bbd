"""The commands, and the one place where an error of ours becomes a paragraph and an exit code."""

from typing import Annotated

import typer
from rich.text import Text

from eventpact.cli import (
    demo,
    deploy,
    dev,
    dlq,
    docs,
    doctor,
    events,
    gate,
    gate_diff,
    gate_release,
    gate_rule,
    generate,
    init,
    lint,
    partition,
    publish,
    register,
    registry,
    sample,
    schema,
    status,
    tail,
)
from eventpact.cli.console import err
from eventpact.cli.format import format_files
from eventpact.cli.next_step import next_step, said
from eventpact.errors import EventpactError, ExpressionError, ManifestError, PlanError, ResolutionError, SchemaError

__all__ = ["app", "run"]

app = typer.Typer(
    name="eventpact",
    help="Event contracts for Python services on Redpanda and Kafka.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command("init")(init.init)
app.command("generate")(generate.generate)
app.command("lint")(lint.lint)
app.command("format")(format_files)
app.command("check")(gate.check)
app.command("diff")(gate_diff.diff)
app.command("release")(gate_release.release)
app.command("rule")(gate_rule.rule)
app.command("docs")(docs.docs)
app.command("register")(register.register)
app.command("plan")(deploy.plan)
app.command("apply")(deploy.apply)
app.command("doctor")(doctor.doctor)
app.command("explain")(events.explain)
app.command("sample")(sample.sample)
app.command("partition-of")(partition.partition_of)
app.command("publish")(publish.publish)
app.command("tail")(tail.tail)
app.command("status")(status.status)
app.command("dev")(dev.dev)
app.command("demo")(demo.demo)
app.add_typer(dlq.app, name="dlq")
app.add_typer(registry.app, name="registry")
app.add_typer(schema.app, name="schema")

# What a finding is about is in the repository: exit 1. Everything else is usage or environment: exit 2.
FINDINGS = (SchemaError, ExpressionError, ManifestError, ResolutionError, PlanError)


def _version(wanted: bool) -> None:
    if wanted:
        import importlib.metadata  # a tenth of the start-up time, for this option alone

        typer.echo(f"eventpact {importlib.metadata.version('eventpact')}")
        raise typer.Exit


@app.callback()
def options(
    version: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True, help="Show it.")] = False,
) -> None:
    """Avro schema in; typed events, producers and workers out."""


def run(arguments: list[str] | None = None) -> int:
    """Run one command and return its exit code."""
    try:
        app(arguments, prog_name="eventpact")
    except SystemExit as end:
        # The framework has spoken already: help, a usage error, an interrupt.
        return end.code if isinstance(end.code, int) else 0
    except (EventpactError, OSError) as error:
        err.print(Text.assemble(("error: ", "bold red"), said(error)), soft_wrap=True)
        if (step := next_step(error)) is not None:
            err.print(Text.assemble(("next:  ", "bold"), step), soft_wrap=True)
        return 1 if isinstance(error, FINDINGS) else 2
    return 0
