# Generated from the manifest.
# Do not edit: change the schema, then run `eventpact generate`.
"""Contracts of ingestion_events: what the manifest promises."""

from collections.abc import Mapping
from typing import Final

from eventpact.contract import Contract, DeadLetterTopic, Topic
from eventpact.schema import Level

__all__ = ["CONTRACTS"]

CONTRACTS: Final[Mapping[str, Contract]] = {
    "com.car.platform.ingestion.IngestionEvent": Contract(
        name="ingestion",
        schema="ingestion_event.avsc",
        event="com.car.platform.ingestion.IngestionEvent",
        topic=Topic(
            name="ingestion-events",
            partitions=6,
            retention_ms=604800000,
            settings={"cleanup.policy": "delete", "retention.bytes": "-1"},
        ),
        key="tenant_id",
        level=Level.FULL_TRANSITIVE,
        subject_strategy="topic-name",
        groups=("ingestion-events-extraction-workers",),
        dead_letter=DeadLetterTopic(
            topic=Topic(
                name="ingestion-events-dlq",
                partitions=6,
                retention_ms=2592000000,
                settings={
                    "max.message.bytes": "2162688",
                    "message.timestamp.type": "LogAppendTime",
                },
            ),
            max_retries=3,
            group="ingestion-events-dlq-processor",
            schema="dead_letter.avsc",
        ),
        owner="Document ingestion team",
    ),
}
