"""A topic, watched."""

import base64
import json
from pathlib import Path
from typing import Annotated, Any

import typer

from eventpact.cli.completing import ContractArgument
from eventpact.cli.console import ManifestOption
from eventpact.cli.contract_class import contract_class

__all__ = ["tail"]


def tail(
    contract: ContractArgument,
    from_beginning: Annotated[
        bool, typer.Option("--from-beginning", help="From the oldest record instead of from now on.")
    ] = False,
    count: Annotated[int | None, typer.Option("-n", min=1, help="Stop after so many records.")] = None,
    reveal: Annotated[
        bool, typer.Option("--reveal", help="Show personal data, and the bytes of undecodable records.")
    ] = False,
    manifest: ManifestOption = Path("schemas/contracts.toml"),
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object per line, for machines.")] = False,
) -> None:
    """Show the records of CONTRACT's topic as they come, decoded, with personal data masked. Ends with Ctrl-C.

    It joins no group and commits nothing: workers do not notice.

    Example: eventpact tail ingestion --from-beginning -n 10
    """
    from eventpact.codec import Codec
    from eventpact.codec.json_form import JsonForm
    from eventpact.codec.json_leaves import zoned
    from eventpact.kafka.settings import Settings
    from eventpact.kafka.tail import tail as records

    chosen, cls = contract_class(manifest, contract)
    form: JsonForm[Any] = JsonForm(Codec(cls))
    shown = 0
    for seen in records(cls, Settings.from_env(), contract=chosen, from_beginning=from_beginning):
        if seen is None:
            continue
        record = seen.record
        moment = zoned(record.timestamp) if record.timestamp is not None else None
        event = None if seen.event is None else form.write(seen.event, masked=not reveal)
        raw = record.value if reveal and seen.event is None else None
        # ASCII only: what strangers write must not steer a terminal.
        if as_json:
            typer.echo(
                json.dumps(
                    {
                        "topic": record.topic,
                        "partition": record.partition,
                        "offset": record.offset,
                        "timestamp": moment,
                        "event": event,
                        "problem": seen.problem,
                        **({"value": base64.b64encode(raw).decode("ascii")} if raw is not None else {}),
                    }
                )
            )
        else:
            said = json.dumps(event) if seen.problem is None else seen.problem
            value = f" {raw!r}" if raw is not None else ""
            typer.echo(f"{record.place} {moment or '-'} {said}{value}")
        shown += 1
        if shown == count:
            return
