"""A real Prometheus reads real services on a real broker: every panel of the dashboard has data, and alerts fire."""

from __future__ import annotations

import json
import shutil
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import requests
import yaml

from eventpact.contract import Contract, contract_of
from eventpact.dead_letter import DeadLetter
from eventpact.kafka import AdminTopics, DeadLetterProcessor, Producer, Reject, Settings, Worker, ensure_topics
from eventpact.kafka.topics import ensure_topic
from eventpact.observe import Metrics
from eventpact.observe.serving import Server
from eventpact.registry import MemoryRegistry, SchemaText
from eventpact.status import Watcher
from eventpact.status.exporter import LookCollector
from eventpact.status.scrapes import read_metrics, told
from ingestion_events import IngestionEvent
from tests.kafka.world import event, number_of
from tests.live.services import free_ports, running
from tests.observe.test_monitoring import HOME, PANELS, VARIABLES

pytestmark = [
    pytest.mark.live,
    pytest.mark.skipif(shutil.which("prometheus") is None, reason="no prometheus (Debian: prometheus)"),
]

PATIENCE = 90.0


@pytest.fixture
def settings(kafka_broker: str) -> Settings:
    return Settings.from_env({"KAFKA_BOOTSTRAP_SERVERS": kafka_broker}, dotenv=None)


@pytest.fixture
def contract(settings: Settings) -> Contract:
    name = f"eventpact-test-{uuid.uuid4().hex}"
    found = contract_of(IngestionEvent).on_topic(name)
    assert found.dead_letter is not None
    letters = replace(found.dead_letter, topic=replace(found.dead_letter.topic, name=f"{name}-dlq"), group=f"{name}-p")
    contract = replace(found, groups=(name,), dead_letter=letters)
    with AdminTopics(settings) as topics:
        ensure_topics(topics, contract)
        ensure_topic(topics, replace(letters.topic, name=f"{name}-parked"))
    return contract


@pytest.fixture
def registry(contract: Contract) -> MemoryRegistry:
    registry = MemoryRegistry()
    registry.register(contract.subject, SchemaText(IngestionEvent.SCHEMA_TEXT))
    registry.register(contract.dead_letter_subject or "", SchemaText(DeadLetter.SCHEMA_TEXT))
    return registry


@pytest.fixture
def services(settings: Settings, contract: Contract, registry: MemoryRegistry) -> Iterator[list[str]]:
    """A worker that rejects every tenth event, a processor, a producer that goes on, an exporter: where they tell."""
    over = threading.Event()

    def handle(arrived: IngestionEvent) -> None:
        if number_of(arrived) % 10 == 0:
            raise Reject("every tenth")

    def publish() -> None:
        for number in range(1_000_000):
            if over.wait(0.02):
                return
            producer.publish(event(number))

    with ExitStack() as stack:
        metrics = Metrics(settings, registry=registry)
        named: dict[str, Any] = {"contract": contract, "registry": registry}
        producer = stack.enter_context(Producer(IngestionEvent, settings, **named))
        observer = metrics.observer(IngestionEvent, contract=contract)
        worker = Worker(IngestionEvent, handle, settings, observer=observer, **named)
        processor = DeadLetterProcessor(IngestionEvent, handle, settings, alert=lambda parked: None, **named)
        metrics.watch(worker, processor, producer)
        threads = [threading.Thread(target=run, daemon=True) for run in (worker.run, processor.run, publish)]
        watcher = stack.enter_context(Watcher([contract], settings, registry, sample=0))
        looks = LookCollector(watcher)
        exporter = stack.enter_context(Server(looks, looks.unready, port=0))
        server = stack.enter_context(metrics.serve(0))
        for thread in threads:
            thread.start()
        try:
            yield [server.url, exporter.url]
        finally:
            over.set()
            worker.stop()
            processor.stop()
            for thread in threads:
                thread.join(PATIENCE)


@pytest.fixture
def prometheus(services: list[str], tmp_path: Path) -> Iterator[str]:
    """The shipped configuration, with the services' real addresses and more haste."""
    (port,) = free_ports(1)
    config = yaml.safe_load((HOME / "prometheus.yml").read_text("utf-8"))
    config["global"] = {"scrape_interval": "1s", "evaluation_interval": "1s"}
    targets = [url.removeprefix("http://") for url in services]
    config["scrape_configs"] = [{"job_name": "services", "static_configs": [{"targets": targets}]}]
    (tmp_path / "prometheus.yml").write_text(yaml.safe_dump(config), "utf-8")
    shutil.copy(HOME / "alerts.yml", tmp_path)
    address = f"127.0.0.1:{port}"
    command = [
        "prometheus",
        f"--config.file={tmp_path / 'prometheus.yml'}",
        f"--storage.tsdb.path={tmp_path / 'data'}",
        f"--web.listen-address={address}",
    ]

    def ready() -> bool:
        try:
            return requests.get(f"http://{address}/-/ready", timeout=1).status_code == 200
        except requests.ConnectionError:
            return False

    with running(command, tmp_path, "prometheus.log", address, ready) as service:
        yield f"http://{service.address}"


def asked(prometheus: str, expression: str) -> list[Any]:
    answer = requests.get(f"{prometheus}/api/v1/query", params={"query": expression}, timeout=10)
    assert answer.status_code == 200, (expression, answer.text)
    result: list[Any] = answer.json()["data"]["result"]
    return result


def test_every_panel_has_data_and_dead_letters_raise_an_alert(prometheus: str, contract: Contract) -> None:
    waiting = {target["expr"] for panel in PANELS for target in panel["targets"]}
    alerts: set[str] = set()
    deadline = time.monotonic() + PATIENCE
    while (waiting or "EventpactDeadLetters" not in alerts) and time.monotonic() < deadline:
        time.sleep(0.5)
        for expression in sorted(waiting):
            text = expression
            for name, value in VARIABLES.items():
                text = text.replace(name, value)
            if asked(prometheus, text):
                waiting.discard(expression)
        found = requests.get(f"{prometheus}/api/v1/alerts", timeout=10).json()["data"]["alerts"]
        alerts = {one["labels"]["alertname"] for one in found if one["state"] == "firing"}
    versions = asked(prometheus, "eventpact_reads_total")
    members = asked(prometheus, "eventpact_group_members")
    every = f'{prometheus}/federate?match[]={{__name__=~"eventpact_.*"}}'
    federated = told([(every, read_metrics(every))], contract.topic.name)

    assert waiting == set()
    assert "EventpactDeadLetters" in alerts
    assert "EventpactOldEvents" not in alerts
    assert {(one["metric"]["reader_version"], one["metric"]["writer_version"]) for one in versions} == {("1", "1")}
    assert {one["metric"]["group"]: one["value"][1] for one in members} == {contract.groups[0]: "1"}
    assert federated.readers == {1: set(contract.groups)}
    assert set(federated.writers) == {1}
    assert json.dumps(versions).count("s3://") == 0
