"""Which partition holds a tenant."""

from pathlib import Path
from typing import Annotated

import typer

from eventpact.cli.console import ManifestOption, out, print_json
from eventpact.contract import load_manifest
from eventpact.kafka import partition_of as partition_of_key

__all__ = ["partition_of"]


def partition_of(
    tenant: Annotated[str, typer.Argument(metavar="TENANT", help="The record key, such as a tenant's id.")],
    partitions: Annotated[
        int | None, typer.Option(min=1, help="Count of partitions instead of the manifest's.")
    ] = None,
    manifest: ManifestOption = Path("schemas/contracts.toml"),
    as_json: Annotated[bool, typer.Option("--json", help="For machines.")] = False,
) -> None:
    """Say which partition of each contract's topic holds TENANT (murmur2, as Java clients place it).

    Example: eventpact partition-of 0f8fad5b-d9cb-469f-a165-70867728950e
    """
    if partitions is not None:
        counts = {"": partitions}
    else:
        counts = {c.topic.name: c.topic.partitions for c in load_manifest(manifest).contracts}
    places = {topic: partition_of_key(tenant, count) for topic, count in counts.items()}
    if as_json:
        print_json([{"topic": t or None, "partitions": counts[t], "partition": p} for t, p in places.items()])
        return
    for topic, place in places.items():
        out.print(f"{topic}[{place}]  (of {counts[topic]})" if topic else f"{place}  (of {partitions})")
