"""What a service counts, for Prometheus: a collector for any registry of prometheus-client, or served by itself."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import fields
from functools import partial
from typing import TYPE_CHECKING, Any, TypeAlias

from prometheus_client.registry import Collector

from eventpact.codec import Codec
from eventpact.contract import Contract, contract_of
from eventpact.kafka.processor import DeadLetterProcessor
from eventpact.kafka.producer import Producer
from eventpact.kafka.registry_choice import registry_of
from eventpact.kafka.settings import Settings
from eventpact.kafka.worker import Worker, only_group
from eventpact.observe.counting import Counting
from eventpact.observe.families import Values, families, histogram
from eventpact.observe.keys import key_is_personal
from eventpact.observe.serving import Server
from eventpact.observe.table import PROCESSOR, PRODUCER, READS, READY, RECORDS, SECONDS, TENANTS, WORKER, Metric
from eventpact.observe.writers import OpenRegistry, Writers
from eventpact.registry import Registry
from eventpact.schema import Schema

if TYPE_CHECKING:
    from prometheus_client.core import Metric as Family

__all__ = ["Metrics"]

Watched: TypeAlias = "Worker[Any] | DeadLetterProcessor[Any] | Producer[Any]"


class Metrics(Collector):
    """Counts of a process's workers, processors and producers. Thread-safe.

    Versions are looked up in the registry while Prometheus asks, never while an event is handled, and once per schema.
    What the registry has not told yet is left out until it does. Without a registry there are no versions.
    """

    def __init__(self, settings: Settings, *, registry: Registry | None = None) -> None:
        self._settings = settings
        self._open: OpenRegistry | None = None
        if registry is not None or settings.registry is not None:
            self._open = partial(registry_of, settings, registry)
        self._lock = threading.Lock()
        self._watched: list[Watched] = []
        self._counts: list[tuple[str, Schema, str, Counting]] = []
        self._writers: dict[str, Writers] = {}

    def observer(
        self,
        event_class: type,
        *,
        group: str | None = None,
        contract: Contract | None = None,
        tenants: int = 0,
    ) -> Counting:
        """An observer for `Worker(..., observer=)` of this class and group, chosen as the worker does.

        `tenants` keys get a label of their own, in the order they come; further ones are `other`. 0 has no such label.

        Raises ValueError when keys would be labels and the key is personal data.
        """
        chosen = contract_of(event_class) if contract is None else contract
        chosen = chosen if self._settings.topic is None else chosen.on_topic(self._settings.topic)
        schema = Codec(event_class).schema
        if tenants and key_is_personal(schema, chosen.key):
            raise ValueError(f"the key {chosen.key} is personal data: it is no label; leave tenants at 0")
        counting = Counting(tenants)
        subject = self._settings.subject or chosen.subject
        with self._lock:
            self._counts.append((group or only_group(chosen), schema, subject, counting))
        return counting

    def watch(self, *watched: Watched) -> None:
        """Show the statistics of workers, processors and producers, too."""
        with self._lock:
            self._watched += watched

    def ready(self) -> list[str]:
        """Groups of the watched workers that are not ready; empty when all is well."""
        return [one.group for one in self._now() if isinstance(one, Worker) and not one.ready]

    def serve(self, port: int = 9464, *, host: str = "127.0.0.1") -> Server:
        """A server of /metrics, /healthz and /readyz, between enter and exit. Port 0 takes a free one."""
        return Server(self, self.ready, host=host, port=port)

    def describe(self) -> list[Family]:
        """Nothing beforehand: a registry would ask for versions to learn names."""
        return []

    def collect(self) -> Iterator[Family]:
        """What Prometheus reads."""
        with self._lock:
            counts = [(group, schema, subject, counting.copy()) for group, schema, subject, counting in self._counts]
        yield from families({**self._records(counts), **self._statistics()})
        yield from histogram(
            SECONDS,
            (
                ((topic, group), buckets, counting.seconds[topic])
                for group, _, _, counting in counts
                for topic, buckets in counting.buckets.items()
            ),
        )

    def _records(self, counts: list[tuple[str, Schema, str, Counting]]) -> Values:
        values: dict[Metric, list[tuple[tuple[str, ...], float]]] = {RECORDS: [], READS: [], TENANTS: []}
        for group, schema, subject, counting in counts:
            for (topic, outcome, reason), number in counting.outcomes.items():
                values[RECORDS].append(((topic, group, outcome, reason), number))
            for (topic, tenant), number in counting.tenants.items():
                values[TENANTS].append(((topic, group, tenant), number))
            writers = self._versions(subject)
            reader = writers.version_of(schema) if counting.reads else None
            for (topic, schema_id), number in counting.reads.items():
                writer = writers.version(schema_id)
                if reader is not None and writer is not None:
                    values[READS].append(((topic, group, str(reader), str(writer)), number))
        return values

    def _statistics(self) -> Values:
        values: dict[Metric, list[tuple[tuple[str, ...], float]]] = {}
        for one in self._now():
            stats = one.stats()
            rows, labels = self._rows(one)
            if isinstance(one, Worker):
                values.setdefault(READY, []).append(((one.group,), float(one.ready)))
            for field in fields(stats):
                metric = rows.get(field.name)
                if metric is not None and (said := labels.get(metric.labels)) is not None:
                    values.setdefault(metric, []).append((said, getattr(stats, field.name)))
        return values

    def _rows(self, one: Watched) -> tuple[dict[str, Metric], dict[tuple[str, ...], tuple[str, ...]]]:
        """The metrics of the statistics' fields, and the label values that are known."""
        if isinstance(one, Producer):
            version = self._versions(one.subject).version(one.schema_id)
            labels: dict[tuple[str, ...], tuple[str, ...]] = {("topic",): (one.topic,)}
            if version is not None:
                labels["topic", "writer_version"] = one.topic, str(version)
            return PRODUCER, labels
        return (WORKER if isinstance(one, Worker) else PROCESSOR), {("group",): (one.group,)}

    def _versions(self, subject: str) -> Writers:
        with self._lock:
            return self._writers.setdefault(subject, Writers(self._open, subject))

    def _now(self) -> list[Watched]:
        with self._lock:
            return list(self._watched)
