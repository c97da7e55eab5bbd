"""The fixtures that other teams' tests get: isolated, fast, and unnoticed by runs that do not use them."""

from __future__ import annotations

import subprocess
import sys
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from tomllib import loads

import pytest

pytest_plugins = ["pytester"]

ROOT = Path(__file__).parents[2]
TRIP = """
import threading
import pytest
from eventpact.kafka import Producer, Worker
from ingestion_events import IngestionEvent
from tests.kafka.world import event, SWIFT

@pytest.mark.parametrize("number", [1, 2])
def test_trip(eventpact_topics, eventpact_settings, eventpact_registry, number):
    contract = eventpact_topics(IngestionEvent)
    with Producer(IngestionEvent, eventpact_settings, contract=contract) as producer:
        producer.publish(event(number))
    seen, done = [], threading.Event()
    def handle(event):
        seen.append(event)
        done.set()
    worker = Worker(IngestionEvent, handle, eventpact_settings, contract=contract, policy=SWIFT)
    thread = threading.Thread(target=worker.run)
    thread.start()
    assert done.wait(30)
    worker.stop()
    thread.join(30)
    assert seen == [event(number)]
"""
ISOLATED = """
import pytest
from ingestion_events import IngestionEvent
names = set()

@pytest.mark.parametrize("turn", range(5))
def test_own(eventpact_topics, eventpact_registry, eventpact_broker, eventpact_settings, turn):
    assert eventpact_registry.subjects() == ()
    contract = eventpact_topics(IngestionEvent)
    assert contract.topic.name not in names
    names.add(contract.topic.name)
    assert eventpact_broker.topics[contract.topic.name] == 6
    assert set(eventpact_registry.subjects()) == {contract.subject, contract.dead_letter_subject}
    assert eventpact_settings.bootstrap_servers == eventpact_broker.bootstrap_servers
"""


@pytest.fixture
def project(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    # An editable install from before the entry point has none; two names for one plugin would clash.
    installed = entry_points(group="pytest11", name="eventpact")
    monkeypatch.setenv("PYTEST_ADDOPTS", "-W error" if installed else "-W error -p eventpact.dev.pytest_plugin")
    return pytester


def test_an_event_travels_in_a_test_of_a_service(project: pytest.Pytester) -> None:
    project.makepyfile(TRIP)

    project.runpytest_subprocess().assert_outcomes(passed=2)


def test_every_test_has_topics_and_a_registry_of_its_own(project: pytest.Pytester) -> None:
    project.makepyfile(ISOLATED)

    project.runpytest_subprocess().assert_outcomes(passed=5)


def test_the_plugin_loads_nothing_that_a_test_run_would_feel() -> None:
    code = (
        "import sys, pytest, eventpact.dev.pytest_plugin;"
        "print(sorted({'confluent_kafka', 'requests', 'uvicorn', 'starlette', 'fastavro', 'typer'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "[]"


def test_the_entry_point_leads_to_the_plugin() -> None:
    points = loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["entry-points"]["pytest11"]

    assert EntryPoint("eventpact", points["eventpact"], "pytest11").load().eventpact_stack
