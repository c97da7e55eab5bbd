"""Dead letters, looked at: listed, shown, counted. Nothing is changed."""

import json
from pathlib import Path
from typing import Annotated

import typer

from eventpact.cli import dlq_move, dlq_options
from eventpact.cli.console import ManifestOption, err, print_json
from eventpact.cli.dlq_options import (
    ContractArgument,
    OffsetsOption,
    PartitionOption,
    ReasonOption,
    SchemaIdOption,
    SinceOption,
    StageOption,
    TenantOption,
    UntilOption,
)

__all__ = ["app"]

app = typer.Typer(name="dlq", help="Dead letters: look at them, replay them, park them.", no_args_is_help=True)


@app.callback()
def dlq() -> None:
    """Dead letters: look at them, replay them, park them. They are read one at a time, to where the topic ends now."""


@app.command()
def ls(
    contract: ContractArgument,
    tenant: TenantOption = None,
    reason: ReasonOption = None,
    stage: StageOption = None,
    schema_id: SchemaIdOption = None,
    since: SinceOption = None,
    until: UntilOption = None,
    partition: PartitionOption = None,
    offsets: OffsetsOption = None,
    limit: Annotated[int, typer.Option("-n", min=1, help="Stop after so many.")] = 100,
    manifest: ManifestOption = Path("schemas/contracts.toml"),
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object per line, for machines.")] = False,
) -> None:
    """List dead letters of CONTRACT: partition:offset, time, reason, stage, retries, tenant, what went wrong.

    Example: eventpact dlq ls ingestion --reason HANDLER -n 20
    """
    from eventpact.codec.json_leaves import zoned

    wanted = dlq_options.chosen(tenant, reason, stage, schema_id, since, until, partition, offsets)
    shown = 0
    with dlq_options.opened(manifest, contract) as found:
        for scanned in found.scan.read(found.scan.spans(), wanted):
            letter, record = scanned.letter, scanned.record
            if letter is None or not wanted.matches(letter):
                continue
            if as_json:
                said = {
                    "partition": record.partition,
                    "offset": record.offset,
                    "failed_at": zoned(letter.failed_at),
                    "reason": letter.reason.value,
                    "stage": letter.stage.value,
                    "retry_count": letter.retry_count,
                    "tenant_id": letter.tenant_id,
                    "schema_id": letter.schema_id,
                    "dlq_id": letter.dlq_id,
                    "error_class": letter.error_class,
                    "error_summary": letter.error_summary,
                }
                typer.echo(json.dumps(said))
            else:
                typer.echo(
                    f"{record.partition}:{record.offset}  {zoned(letter.failed_at)}  {letter.reason.value}  "
                    f"{letter.stage.value}  {letter.retry_count}  {dlq_options.plain(letter.tenant_id or '-')}  "
                    f"{dlq_options.plain(letter.error_summary)}"
                )
            shown += 1
            if shown == limit:
                err.print(f"stopped after {limit}; more with -n, or see: eventpact dlq stats {contract}")
                return


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
    from eventpact.codec import Codec
    from eventpact.codec.json_form import JsonForm
    from eventpact.dead_letter import DeadLetter
    from eventpact.kafka.clock import SYSTEM_CLOCK
    from eventpact.kafka.intake import Intake
    from eventpact.kafka.judge import Failure
    from eventpact.kafka.letter_filter import LetterFilter
    from eventpact.kafka.letter_scan import Span
    from eventpact.kafka.policy import Policy
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
        envelope = JsonForm(Codec(DeadLetter)).write(scanned.letter, masked=not reveal)
        event = None if isinstance(read, Failure) else JsonForm(codec).write(read[1], masked=not reveal)
        # ASCII only, so that no text of a stranger steers a terminal.
        typer.echo(json.dumps({"letter": envelope, "event": event}, indent=2))


@app.command()
def stats(
    contract: ContractArgument,
    tenant: TenantOption = None,
    reason: ReasonOption = None,
    stage: StageOption = None,
    schema_id: SchemaIdOption = None,
    since: SinceOption = None,
    until: UntilOption = None,
    partition: PartitionOption = None,
    offsets: OffsetsOption = None,
    manifest: ManifestOption = Path("schemas/contracts.toml"),
    as_json: Annotated[bool, typer.Option("--json", help="For machines.")] = False,
) -> None:
    """Count dead letters of CONTRACT by reason, stage, schema, retries, partition and tenant.

    Example: eventpact dlq stats ingestion --since 2026-11-24T00:00:00Z
    """
    from eventpact.codec.json_leaves import zoned
    from eventpact.kafka.letter_stats import count

    wanted = dlq_options.chosen(tenant, reason, stage, schema_id, since, until, partition, offsets)
    with dlq_options.opened(manifest, contract) as found:
        counts = count(found.scan.read(found.scan.spans(), wanted), wanted)
    groups = {
        "reason": counts.reasons,
        "stage": counts.stages,
        "schema_id": counts.schema_ids,
        "retry_count": counts.retries,
        "partition": counts.partitions,
        "tenant": counts.tenants,
    }
    if as_json:
        print_json(
            {
                "read": counts.read,
                "matched": counts.matched,
                "unreadable": counts.unreadable,
                "oldest": None if counts.oldest is None else zoned(counts.oldest),
                "newest": None if counts.newest is None else zoned(counts.newest),
                **{name: dict(group.most_common()) for name, group in groups.items()},
            }
        )
        return
    typer.echo(f"{counts.matched} of {counts.read} records, {counts.unreadable} unreadable")
    if counts.oldest is not None and counts.newest is not None:
        typer.echo(f"failed from {zoned(counts.oldest)} to {zoned(counts.newest)}")
    for name, group in groups.items():
        for value, number in group.most_common(10):
            typer.echo(f"{name:<12} {number:>9}  {dlq_options.plain(value)}")


@app.command("purge-plan")
def purge_plan(
    contract: ContractArgument,
    tenant: TenantOption = None,
    reason: ReasonOption = None,
    stage: StageOption = None,
    schema_id: SchemaIdOption = None,
    since: SinceOption = None,
    until: UntilOption = None,
    manifest: ManifestOption = Path("schemas/contracts.toml"),
) -> None:
    """Print what could be deleted from CONTRACT's dead-letter topic, as kafka-delete-records takes it. Deletes nothing.

    Kafka deletes from the front of a partition: the plan ends before the first record that the options do not mean,
    that is unreadable, or that the dead-letter group has not committed yet.

    Example: eventpact dlq purge-plan ingestion --until 2026-11-01T00:00:00Z > plan.json
    """
    from eventpact.kafka.letter_stats import purgeable

    wanted = dlq_options.chosen(tenant, reason, stage, schema_id, since, until, None, None)
    with dlq_options.opened(manifest, contract) as found:
        spans = found.scan.spans()
        letters = found.contract.dead_letter
        group = "" if letters is None else letters.group
        settled = found.scan.committed(group, spans, found.settings)
        plan = purgeable(found.scan.read(spans, wanted), wanted, spans, settled)
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
