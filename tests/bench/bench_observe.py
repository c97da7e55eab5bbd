"""What watching a worker costs: the same records with and without observers.

`python -m tests.bench.bench_observe [EVENTS]`. Workers with each observer take the same records from the same embedded
broker in turn, in every round, with a handler that does nothing: the worst case. Printed are medians of each round's
ratios to the worker without an observer.
"""

from __future__ import annotations

import gc
import logging
import statistics
import sys
from collections.abc import Callable
from time import perf_counter

from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.sampling import ALWAYS_OFF

from eventpact.contract import contract_of
from eventpact.dev import EmbeddedStack
from eventpact.kafka import Producer, Settings, Worker
from eventpact.kafka.observer import Observer
from eventpact.observe import Metrics, Observers, TracingObserver
from eventpact.registry import SchemaText
from ingestion_events import IngestionEvent
from tests.bench.bench_publish import events

ROUNDS = 5
Make = Callable[[str], Observer | None]


def seconds(settings: Settings, count: int, group: str, observer: Observer | None) -> float:
    """From the first record that is handled to the last one."""
    started = finished = 0.0
    handled = 0

    def handle(_: IngestionEvent) -> None:
        nonlocal started, finished, handled
        if not handled:
            started = perf_counter()
        handled += 1
        if handled == count:
            finished = perf_counter()
            worker.stop()

    worker = Worker(IngestionEvent, handle, settings, group=group, observer=observer)
    gc.collect()
    worker.run()
    return finished - started


def main(count: int) -> None:
    logging.disable(logging.WARNING)
    contract = contract_of(IngestionEvent)
    with EmbeddedStack([contract]) as stack:
        subjects = [contract.subject, contract.dead_letter_subject or ""]
        from eventpact.dead_letter import DeadLetter

        for subject, text in zip(subjects, (IngestionEvent.SCHEMA_TEXT, DeadLetter.SCHEMA_TEXT), strict=True):
            stack.registry.registry.register(subject, SchemaText(text))
        settings = stack.settings()
        with Producer(IngestionEvent, settings) as producer:
            producer.publish_many(events(count))
        metrics = Metrics(settings)
        recorded, dropped = TracerProvider(), TracerProvider(sampler=ALWAYS_OFF)
        makes: dict[str, Make] = {
            "none": lambda group: None,
            "metrics": lambda group: metrics.observer(IngestionEvent, group=group),
            "metrics with tenants": lambda group: metrics.observer(IngestionEvent, group=group, tenants=50),
            "spans, not sampled": lambda group: TracingObserver(group, tracer_provider=dropped),
            "spans, recorded": lambda group: TracingObserver(group, tracer_provider=recorded),
            "metrics and spans": lambda group: Observers(
                TracingObserver(group, tracer_provider=recorded), metrics.observer(IngestionEvent, group=group)
            ),
        }
        rounds = [
            {
                name: seconds(settings, count, f"{name} {number}".replace(",", ""), make(name))
                for name, make in makes.items()
            }
            for number in range(ROUNDS)
        ]
    for name in makes:
        ratio = statistics.median(one[name] / one["none"] for one in rounds)
        more = statistics.median(one[name] - one["none"] for one in rounds) / count * 1e6
        print(f"observe  {name:<22} {ratio:.2f}x the time of a worker without, {more:+.1f} us per event")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 20_000)
