"""Every metric that eventpact shows, as rows: what the exporters, the docs, the dashboard and the alerts are held to.

Label values come from closed sets: names of the manifest, reasons and outcomes of our own, versions of the registry.
Tenants are no labels unless a service asks for it, and then at most as many as it says.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

__all__ = ["METRICS", "Metric"]


@dataclass(frozen=True, slots=True)
class Metric:
    """`where`: `worker`, `processor` and `producer` are shown by services, `status` by `eventpact monitoring serve`."""

    name: str
    kind: Literal["counter", "gauge", "histogram"]
    labels: tuple[str, ...]
    where: Literal["worker", "processor", "producer", "status"]
    text: str

    @property
    def series(self) -> tuple[str, ...]:
        """The names that a query may use."""
        if self.kind == "histogram":
            return tuple(f"{self.name}_{part}" for part in ("bucket", "count", "sum"))
        return (self.name,)


RECORDS = Metric(
    "eventpact_records_total", "counter", ("topic", "group", "outcome", "reason"), "worker",
    "Tries with a record, by what came of them: handled, dead_lettered, retried or waited, and why",
)  # fmt: skip
SECONDS = Metric(
    "eventpact_handler_seconds", "histogram", ("topic", "group"), "worker", "How long the handler worked on a record"
)
READS = Metric(
    "eventpact_reads_total", "counter", ("topic", "group", "reader_version", "writer_version"), "worker",
    "Events read, by the version that the group reads with and the version that they were written with",
)  # fmt: skip
TENANTS = Metric(
    "eventpact_tenant_records_total", "counter", ("topic", "group", "tenant"), "worker",
    "Records given to the handler, by key; only where asked for, and `other` beyond the cap",
)  # fmt: skip
READY = Metric(
    "eventpact_worker_ready", "gauge", ("group",), "worker",
    "1 while the worker is in its group and waits for nothing unavailable",
)  # fmt: skip


def _worker(field: str, text: str) -> Metric:
    return Metric(f"eventpact_worker_{field}_total", "counter", ("group",), "worker", text)


def _held(field: str, text: str) -> Metric:
    return Metric(f"eventpact_worker_{field}", "gauge", ("group",), "worker", text)


WORKER: Final = {
    "consumed": _worker("consumed", "Records taken from the broker, repetitions included"),
    "handled": _worker("handled", "Records that the handler took"),
    "dead_lettered": _worker("dead_lettered", "Records whose dead letter was acknowledged"),
    "retries": _worker("retries", "Further attempts in place"),
    "waits": _worker("waits", "Pauses for something unavailable"),
    "commits": _worker("commits", "Successful commits that moved an offset"),
    "commit_errors": _worker("commit_errors", "Commits that were refused"),
    "rebalances": _worker("rebalances", "Assignments, revocations and losses of partitions"),
    "rewinds": _worker("rewinds", "Times the client library went back to an offset that it had handed out"),
    "client_errors": _worker("client_errors", "Errors that the client library reported"),
    "overdue": _worker("overdue", "Handlers that worked for longer than max.poll.interval.ms"),
    "crashed": _worker("crashed", "Records that were dead-lettered because processes died with them"),
    "deleted_unread": _worker("deleted_unread", "Records that were deleted before the group read them"),
    "partitions": _held("partitions", "Partitions held now"),
    "buffered": _held("buffered", "Records held now and not settled"),
    "in_flight": _held("in_flight", "Records, or batches, that handlers work on now in threads of their own"),
    "unconfirmed": _held("unconfirmed", "Dead letters written now and not acknowledged"),
}
"""By field of WorkerStats."""


def _processor(field: str, text: str) -> Metric:
    return Metric(f"eventpact_processor_{field}_total", "counter", ("group",), "processor", text)


PROCESSOR: Final = {
    "handled": _processor("handled", "Dead letters that the handler took"),
    "failed": _processor("failed", "Retries of dead letters that failed again"),
    "parked": _processor("parked", "Dead letters that were parked"),
    "skipped": _processor("skipped", "Dead letters of other groups"),
}
"""By field of ProcessorStats."""

PRODUCER: Final = {
    "published": Metric(
        "eventpact_published_total", "counter", ("topic", "writer_version"), "producer",
        "Events taken from the service, by the version that they are written with",
    ),
    "delivered": Metric(
        "eventpact_delivered_total", "counter", ("topic",), "producer", "Events that the broker acknowledged"
    ),
    "failed": Metric(
        "eventpact_publish_failures_total", "counter", ("topic",), "producer", "Events that were not acknowledged"
    ),
    "waiting": Metric(
        "eventpact_publish_waiting", "gauge", ("topic",), "producer", "Events on their way now"
    ),
}  # fmt: skip
"""By field of the producer's Stats."""


def _status(name: str, kind: Literal["counter", "gauge"], labels: tuple[str, ...], text: str) -> Metric:
    return Metric(name, kind, labels, "status", text)


PARTITION: Final = ("topic", "partition")
GROUP: Final = ("topic", "group", "partition")
STATUS: Final = {
    "up": _status("eventpact_broker_up", "gauge", (), "1 when the last look at the broker was answered"),
    "written": _status("eventpact_topic_written_total", "counter", PARTITION, "The offset that the next record gets"),
    "stored": _status("eventpact_topic_records", "gauge", PARTITION, "Records that the partition holds"),
    "lag": _status("eventpact_group_lag", "gauge", GROUP, "Records that the group has not committed"),
    "oldest": _status(
        "eventpact_group_oldest_seconds", "gauge", GROUP, "Age of the first record that the group has not committed"
    ),
    "committed": _status("eventpact_group_committed_total", "counter", GROUP, "The offset that the group committed"),
    "missed": _status(
        "eventpact_group_missed_records", "gauge", GROUP, "Records that expired before the group committed them"
    ),
    "readable": _status(
        "eventpact_group_readable", "gauge", ("topic", "group"), "1 when the group's offsets could be read, else 0"
    ),
    "members": _status("eventpact_group_members", "gauge", ("topic", "group"), "Members of the group"),
    "letters": _status("eventpact_dead_letters", "gauge", ("topic",), "Dead letters stored for the topic"),
    "letters_open": _status(
        "eventpact_dead_letters_open", "gauge", ("topic",), "Dead letters that no processor has settled"
    ),
    "parked": _status("eventpact_parked_records", "gauge", ("topic",), "Records parked for the topic"),
}  # fmt: skip
"""By what a look tells."""

METRICS: Final = (
    RECORDS,
    SECONDS,
    READS,
    TENANTS,
    READY,
    *WORKER.values(),
    *PROCESSOR.values(),
    *PRODUCER.values(),
    *STATUS.values(),
)
