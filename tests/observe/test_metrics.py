"""The exporter: what Prometheus reads is what happened, named as the table says."""

from __future__ import annotations

import shutil
import socket
import subprocess
from collections.abc import Iterator
from dataclasses import fields
from typing import Any

import pytest
import requests
from prometheus_client import CollectorRegistry
from prometheus_client.parser import text_string_to_metric_families

from eventpact.errors import UnavailableError
from eventpact.ids import SchemaId, Version
from eventpact.kafka.delivery import Stats
from eventpact.kafka.observer import Settled
from eventpact.kafka.processor import DeadLetterProcessor
from eventpact.kafka.processor_settler import ProcessorStats
from eventpact.kafka.producer import Producer
from eventpact.kafka.stats import WorkerStats
from eventpact.observe import Metrics
from eventpact.observe.table import METRICS, PROCESSOR, PRODUCER, WORKER
from eventpact.registry import MemoryRegistry, SchemaText
from ingestion_events import IngestionEvent
from tests.kafka.world import CONTRACT, GROUP, TOPIC, Ledger, World, event, number_of

Samples = dict[str, list[tuple[dict[str, str], float]]]
BY_SERIES = {name: metric for metric in METRICS for name in metric.series}


def scraped(url: str) -> Samples:
    """What Prometheus would read: by series, labels and value. Every series is one of the table, with its labels."""
    answer = requests.get(f"{url}/metrics", timeout=10)
    assert answer.status_code == 200
    found: Samples = {}
    for family in text_string_to_metric_families(answer.text):
        for sample in family.samples:
            metric = BY_SERIES[sample.name]
            assert (family.type, family.documentation) == (metric.kind, metric.text)
            assert set(sample.labels) - {"le"} == set(metric.labels)
            found.setdefault(sample.name, []).append((sample.labels, sample.value))
    return found


def promtool(text: str) -> str | None:
    """What `promtool check metrics` has against the text; `None` where it is not installed."""
    tool = shutil.which("promtool")
    if tool is None:
        return None
    done = subprocess.run([tool, "check", "metrics"], input=text, capture_output=True, text=True, timeout=60)
    return done.stdout + done.stderr


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with World() as world:
        yield world


def settled(schema_id: int, **changes: Any) -> Settled:
    values: dict[str, Any] = {"topic": TOPIC, "partition": 0, "offset": 0, "outcome": "handled", **changes}
    return Settled(schema_id=SchemaId(schema_id), **values)


def test_every_field_of_the_statistics_has_a_metric() -> None:
    """Whoever adds a count adds its row."""
    for stats, rows in ((WorkerStats, WORKER), (ProcessorStats, PROCESSOR), (Stats, PRODUCER)):
        assert {field.name for field in fields(stats)} == set(rows)


def test_names_are_as_prometheus_wants_them_and_said_once() -> None:
    assert len({metric.name for metric in METRICS}) == len(METRICS)
    for metric in METRICS:
        assert metric.name.startswith("eventpact_")
        assert metric.name.endswith("_total") == (metric.kind == "counter")


def test_a_worker_with_its_observer_tells_everything(world: World) -> None:
    metrics, ledger = Metrics(world.settings, registry=world.registry), Ledger()

    def handle(found: Any) -> None:
        if number_of(found) == 3:
            raise ValueError("canary-of-a-value")
        ledger.write(found)

    observer = metrics.observer(IngestionEvent, tenants=2)
    with world.running(handle, observer=observer) as running, metrics.serve(0) as server:
        metrics.watch(running.worker)
        world.put(b"junk", partition=0)
        world.publish(*range(10))
        ledger.wait(9)
        world.letters(2)
        while (found := scraped(server.url)).get("eventpact_worker_dead_lettered_total") != [({"group": GROUP}, 2.0)]:
            pass
        ready = requests.get(f"{server.url}/readyz", timeout=10)
        text = requests.get(f"{server.url}/metrics", timeout=10).text
        linted = promtool(text)

    assert linted in ("", None)
    outcomes = {(labels["outcome"], labels["reason"]): value for labels, value in found["eventpact_records_total"]}
    assert outcomes["handled", ""] == 9
    assert outcomes["dead_lettered", "HANDLER"] == 1
    assert outcomes["dead_lettered", "UNDECODABLE"] == 1
    assert found["eventpact_reads_total"] == [
        ({"topic": TOPIC, "group": GROUP, "reader_version": "1", "writer_version": "1"}, 10.0)
    ]
    assert found["eventpact_handler_seconds_count"] == [({"topic": TOPIC, "group": GROUP}, 12.0)]
    assert found["eventpact_worker_handled_total"] == [({"group": GROUP}, 9.0)]
    assert found["eventpact_worker_ready"] == [({"group": GROUP}, 1.0)]
    assert len(found["eventpact_tenant_records_total"]) == 3
    assert (ready.status_code, ready.text) == (200, "ready\n")
    assert "canary" not in text


class Flaky(MemoryRegistry):
    """Answers when told to."""

    up = False

    def subject_versions(self, schema_id: SchemaId, **others: str) -> tuple[tuple[str, Version], ...]:
        if not self.up:
            raise UnavailableError("nobody answered")
        return super().subject_versions(schema_id, **others)


def test_versions_are_left_out_until_the_registry_tells_them_and_then_no_count_is_missing(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    registry, now = Flaky(), [0.0]
    monkeypatch.setattr("eventpact.observe.writers.monotonic", lambda: now[0])
    schema_id = registry.register(CONTRACT.subject, SchemaText(IngestionEvent.SCHEMA_TEXT))
    metrics = Metrics(world.settings, registry=registry)
    observer = metrics.observer(IngestionEvent)
    with metrics.serve(0) as server:
        observer.settled(settled(schema_id))
        assert "eventpact_reads_total" not in scraped(server.url)

        registry.up, now[0] = True, 100.0
        observer.settled(settled(schema_id))
        observer.settled(settled(4711))

        ((labels, value),) = scraped(server.url)["eventpact_reads_total"]
        assert (labels["writer_version"], value) == ("1", 2.0)


def test_without_a_registry_everything_but_versions_is_told(world: World) -> None:
    metrics = Metrics(world.settings)
    metrics.observer(IngestionEvent).settled(settled(1))
    with metrics.serve(0) as server:
        assert set(scraped(server.url)) == {"eventpact_records_total"}


def test_two_workers_of_one_group_are_added_up(world: World) -> None:
    metrics = Metrics(world.settings, registry=world.registry)
    for seconds in (0.002, 7.0):
        metrics.observer(IngestionEvent).settled(settled(world.schema_id, seconds=seconds))
    with metrics.serve(0) as server:
        found = scraped(server.url)

    assert found["eventpact_records_total"][0][1] == 2.0
    assert found["eventpact_handler_seconds_sum"][0][1] == pytest.approx(7.002)
    buckets = {labels["le"]: value for labels, value in found["eventpact_handler_seconds_bucket"]}
    assert (buckets["0.001"], buckets["0.0025"], buckets["5.0"], buckets["10.0"], buckets["+Inf"]) == (0, 1, 1, 2, 2)


def test_a_producer_tells_what_became_of_its_events(world: World) -> None:
    metrics = Metrics(world.settings, registry=world.registry)
    with Producer(IngestionEvent, world.settings, registry=world.registry) as producer, metrics.serve(0) as server:
        metrics.watch(producer)
        producer.publish_many(event(number) for number in range(5))
        producer.flush()
        found = scraped(server.url)

    assert found["eventpact_published_total"] == [({"topic": TOPIC, "writer_version": "1"}, 5.0)]
    assert found["eventpact_delivered_total"] == [({"topic": TOPIC}, 5.0)]
    assert found["eventpact_publish_waiting"] == [({"topic": TOPIC}, 0.0)]


def test_a_processor_tells_its_counts(world: World) -> None:
    metrics = Metrics(world.settings, registry=world.registry)
    processor = DeadLetterProcessor(IngestionEvent, print, world.settings, registry=world.registry)
    metrics.watch(processor)
    with metrics.serve(0) as server:
        found = scraped(server.url)

    assert found["eventpact_processor_parked_total"] == [({"group": processor.group}, 0.0)]


def test_health_names_the_groups_that_are_not_ready_and_other_addresses_lead_on(world: World) -> None:
    metrics = Metrics(world.settings, registry=world.registry)
    metrics.watch(world.worker(print))
    with metrics.serve(0) as server:
        ready = requests.get(f"{server.url}/readyz", timeout=10)
        alive = requests.get(f"{server.url}/healthz", timeout=10)
        lost = requests.get(server.url, timeout=10)

    assert (ready.status_code, ready.text) == (503, f"not ready: {GROUP}\n")
    assert (alive.status_code, alive.text) == (200, "ok\n")
    assert (lost.status_code, lost.text) == (404, "try /metrics, /healthz or /readyz\n")


def test_a_port_that_is_taken_is_an_error(world: World) -> None:
    metrics = Metrics(world.settings)
    with metrics.serve(0) as server, pytest.raises(OSError, match="in use"):
        metrics.serve(int(server.url.rpartition(":")[2])).__enter__()


def loopback6() -> bool:
    try:
        socket.create_server(("::1", 0), family=socket.AF_INET6).close()
    except OSError:
        return False
    return True


@pytest.mark.skipif(not loopback6(), reason="this machine has no ::1")
def test_addresses_of_the_newer_kind_are_served_too(world: World) -> None:
    with Metrics(world.settings).serve(0, host="::1") as server:
        assert server.url.startswith("http://[::1]:")
        assert requests.get(f"{server.url}/healthz", timeout=10).text == "ok\n"


def test_a_registry_of_the_services_own_takes_them_as_any_collector(world: World) -> None:
    own = CollectorRegistry()
    metrics = Metrics(world.settings, registry=world.registry)
    metrics.observer(IngestionEvent).settled(settled(world.schema_id))
    own.register(metrics)

    labels = {"topic": TOPIC, "group": GROUP, "outcome": "handled", "reason": ""}
    assert own.get_sample_value("eventpact_records_total", labels) == 1.0
