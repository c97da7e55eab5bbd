"""Dead letters, looked at: listed, shown, counted. Nothing is changed."""

import json
from pathlib import Path
from typing import Annotated

import typer

from eventpact.cli import dlq_move, dlq_options
from eventpact.cli.console import ManifestOption, err, print_json
from eventpact.cli.dlq_options import ContractArgument, RevealOption, choosing, choosing_by_content
from eventpact.kafka.letter_filter import LetterFilter

__all__ = ["app"]

app = typer.Typer(name="dlq", help="Dead letters: look at them, replay them, park them.", no_args_is_help=True)


@app.callback()
def dlq() -> None:
    """Dead letters: look at them, replay them, park them. They are read one at a time, to where the topic ends now."""


@app.command()
@choosing
def ls(
    wanted: LetterFilter,
    contract: ContractArgument,
    limit: Annotated[int, typer.Option("-n", min=1, help="Stop after so many.")] = 100,
    reveal: RevealOption = False,
    manifest: ManifestOption = Path("schemas/contracts.toml"),
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object per line, for machines.")] = False,
) -> None:
    """List dead letters of CONTRACT: partition:offset, time, reason, stage, retries, tenant, what went wrong.

    Example: eventpact dlq ls ingestion --reason HANDLER -n 20
    """
    from itertools import islice

    from eventpact.cli.dlq_view import print_letters, with_tenant

    with dlq_options.opened(manifest, contract) as found:
        name = found.tenants(reveal=reveal)
        letters = (
            (one.record, with_tenant(one.letter, name))
            for one in found.scan.read(found.scan.spans(), wanted)
            if one.letter is not None and wanted.matches(one.letter)
        )
        print_letters(islice(letters, limit), as_json=as_json)
        if next(letters, None) is not None:
            err.print(f"stopped after {limit}; more with -n, or see: eventpact dlq stats {contract}", markup=False)


@app.command()
def show(
    contract: ContractArgument,
    place: Annotated[
        str, typer.Argument(metavar="PLACE", help="partition:offset in the dead-letter topic, as ls prints it.")
    ],
    reveal: Annotated[bool, typer.Option("--reveal", help="Show personal data and original bytes (base64).")] = False,
    manifest: ManifestOption = Path("schemas/contracts.toml"),
) -> None:
    """Show one dead letter as JSON: the envelope, and the event where it can be decoded. Personal data is masked.

    Example: eventpact dlq show ingestion 3:1042
    """
    from eventpact.cli.dlq_view import with_tenant
    from eventpact.codec import Codec
    from eventpact.codec.json_form import JsonForm
    from eventpact.dead_letter import DeadLetter
    from eventpact.kafka.clock import SYSTEM_CLOCK
    from eventpact.kafka.intake import Intake
    from eventpact.kafka.judge import Failure
    from eventpact.kafka.letter_scan import Span
    from eventpact.kafka.policy import Policy
    from eventpact.pii import MASK
    from eventpact.registry import KnownSchemas

    first, _, second = place.partition(":")
    if not (first.isascii() and first.isdigit() and second.isascii() and second.isdigit()):
        raise typer.BadParameter("expected partition:offset, such as 3:1042", param_hint="PLACE")
    partition, offset = int(first), int(second)
    with dlq_options.opened(manifest, contract) as found:
        span = found.scan.spans().get(partition, Span(0, 0))
        inside = span.start <= offset < span.end
        here = {partition: Span(offset, offset + 1)} if inside else {}
        scanned = next(iter(found.scan.read(here, LetterFilter())), None)
        if scanned is None or scanned.letter is None:
            err.print(f"{place} is no dead letter that can be read" if scanned else f"there is no record at {place}")
            raise typer.Exit(1)
        codec = Codec(found.event)
        policy = Policy()
        known = KnownSchemas(found.registry)
        subject = found.settings.subject or found.contract.subject
        read = Intake(codec, known, subject, policy, SYSTEM_CLOCK).read(scanned.letter.original_value)
        hidden = found.hides_tenants(reveal=reveal)
        letter = with_tenant(scanned.letter, lambda tenant: MASK if hidden else tenant)
        envelope = JsonForm(Codec(DeadLetter)).write(letter, masked=not reveal)
        event = None if isinstance(read, Failure) else JsonForm(codec).write(read[1], masked=not reveal)
        # ASCII only, so that no text of a stranger steers a terminal.
        typer.echo(json.dumps({"letter": envelope, "event": event}, indent=2))


@app.command()
@choosing
def stats(
    wanted: LetterFilter,
    contract: ContractArgument,
    reveal: RevealOption = False,
    manifest: ManifestOption = Path("schemas/contracts.toml"),
    as_json: Annotated[bool, typer.Option("--json", help="For machines.")] = False,
) -> None:
    """Count dead letters of CONTRACT by reason, stage, schema, retries, partition and tenant.

    Example: eventpact dlq stats ingestion --since 2026-11-24T00:00:00Z
    """
    from eventpact.cli.dlq_view import print_stats, stats_dict
    from eventpact.kafka.clock import SYSTEM_CLOCK
    from eventpact.kafka.letter_stats import count, expiring_before

    with dlq_options.opened(manifest, contract) as found:
        retention = None if found.contract.dead_letter is None else found.contract.dead_letter.topic.retention_ms
        expiring = expiring_before(retention, SYSTEM_CLOCK.wall_ms())
        counts = count(found.scan.read(found.scan.spans(), wanted), wanted, expiring, found.tenants(reveal=reveal))
    if as_json:
        print_json(stats_dict(counts))
    else:
        print_stats(counts)


@app.command("purge-plan")
@choosing_by_content
def purge_plan(
    wanted: LetterFilter,
    contract: ContractArgument,
    manifest: ManifestOption = Path("schemas/contracts.toml"),
) -> None:
    """Print what could be deleted from CONTRACT's dead-letter topic, as kafka-delete-records takes it. Deletes nothing.

    Kafka deletes from the front of a partition: the plan ends before the first record that the options do not mean,
    that is unreadable, or that the dead-letter group has not committed yet.

    Example: eventpact dlq purge-plan ingestion --until 2026-11-01T00:00:00Z > plan.json
    """
    from eventpact.kafka.letter_stats import purgeable

    with dlq_options.opened(manifest, contract) as found:
        spans = found.scan.spans()
        letters = found.contract.dead_letter
        group = "" if letters is None else letters.group
        settled = found.scan.committed(group, spans, found.settings)
        # Everything is read: what the options do not mean is what a plan has to end before.
        plan = purgeable(found.scan.read(spans, LetterFilter()), wanted, spans, settled)
        topic = found.scan.topic
    print_json(
        {
            "version": 1,
            "partitions": [
                {"topic": topic, "partition": partition, "offset": offset} for partition, offset in plan.items()
            ],
        }
    )
    going = sum(offset - spans[partition].start for partition, offset in plan.items())
    err.print(f"{going} of {sum(span.size for span in spans.values())} records could go; nothing was deleted")


# After what only looks, in the order in which help lists them.
app.command("replay")(dlq_move.replay)
app.command("park")(dlq_move.park)
