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
    monitoring,
    partition,
    publish,
    register,
    registry,
    sample,
    schema,
    status,
    tail,
    usage,
)
from eventpact.cli.console import err, hanging
from eventpact.cli.format import format_files
from eventpact.cli.next_step import next_step, said
from eventpact.errors import (
    EventpactError,
    ExpressionError,
    IncompatibleError,
    ManifestError,
    PlanError,
    ResolutionError,
    SchemaError,
)

__all__ = ["app", "run"]

app = typer.Typer(
    name="eventpact",
    help="Event contracts for Python services on Redpanda and Kafka.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
    context_settings={"help_option_names": ["-h", "--help"]},
)

# The panels of `eventpact --help`, in the order in which a contract meets them.
WRITE, GUARD, SHIP = "Write a contract", "Guard it", "Bring it to broker and registry"
RUN, LOCAL = "Work with events", "On this machine"

app.command("init", rich_help_panel=WRITE)(init.init)
app.command("generate", rich_help_panel=WRITE)(generate.generate)
app.command("format", rich_help_panel=WRITE)(format_files)
app.command("lint", rich_help_panel=WRITE)(lint.lint)
app.command("explain", rich_help_panel=WRITE)(events.explain)
app.add_typer(schema.app, name="schema", rich_help_panel=WRITE)
app.command("check", rich_help_panel=GUARD)(gate.check)
app.command("diff", rich_help_panel=GUARD)(gate_diff.diff)
app.command("release", rich_help_panel=GUARD)(gate_release.release)
app.command("rule", rich_help_panel=GUARD)(gate_rule.rule)
app.command("docs", rich_help_panel=SHIP)(docs.docs)
app.command("register", rich_help_panel=SHIP)(register.register)
app.command("plan", rich_help_panel=SHIP)(deploy.plan)
app.command("apply", rich_help_panel=SHIP)(deploy.apply)
app.command("doctor", rich_help_panel=SHIP)(doctor.doctor)
app.command("publish", rich_help_panel=RUN)(publish.publish)
app.command("tail", rich_help_panel=RUN)(tail.tail)
app.command("status", rich_help_panel=RUN)(status.status)
app.command("usage", rich_help_panel=RUN)(usage.usage)
app.add_typer(dlq.app, name="dlq", rich_help_panel=RUN)
app.add_typer(monitoring.app, name="monitoring", rich_help_panel=RUN)
app.command("sample", rich_help_panel=RUN)(sample.sample)
app.command("partition-of", rich_help_panel=RUN)(partition.partition_of)
app.command("dev", rich_help_panel=LOCAL)(dev.dev)
app.command("demo", rich_help_panel=LOCAL)(demo.demo)
app.add_typer(registry.app, name="registry", rich_help_panel=LOCAL)

# What a finding is about is in the repository: exit 1. Everything else is usage or environment: exit 2.
FINDINGS = (SchemaError, ExpressionError, ManifestError, ResolutionError, IncompatibleError, PlanError)


def _version(wanted: bool) -> None:
    if wanted:
        import importlib.metadata  # a tenth of the start-up time, for this option alone

        typer.echo(f"eventpact {importlib.metadata.version('eventpact')}")
        raise typer.Exit


@app.callback()
def options(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version.")
    ] = False,
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
        hanging(err, Text("error: ", "bold red"), said(error))
        if (step := next_step(error)) is not None:
            hanging(err, Text("next:  ", "bold"), step)
        return 1 if isinstance(error, FINDINGS) else 2
    return 0
