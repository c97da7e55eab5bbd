"""The service as a process: killed between its store and its commit, stopped, misconfigured, asked how it is."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator, Mapping
from pathlib import Path
from socket import socket
from time import monotonic

import pytest
import requests
from sqlalchemy import create_engine, select

from eventpact.dev.registry_server import RegistryServer
from extraction_worker.health import health_served
from extraction_worker.service import main
from extraction_worker.settings import ExtractionSettings
from extraction_worker.store import DOCUMENTS
from tests.examples.extraction_worker.documents import announced
from tests.examples.process import process, served, wait_for_line
from tests.examples.s3 import Bucket, s3_environment, scripted_s3
from tests.kafka.world import DEAD_LETTERS, LIMIT, World, tenant

SERVICE = "extraction_worker"
PARKED = "ingestion-events-parked"
DYING = "tests.examples.extraction_worker.dying"


@pytest.fixture
def world() -> Iterator[World]:
    with World() as made:
        yield made


@pytest.fixture
def environment(world: World, bucket: Bucket, tmp_path: Path) -> Iterator[dict[str, str]]:
    """All that the service reads."""
    with served(world) as variables:
        yield {
            **variables,
            **bucket.environment,
            "EXTRACTION_DATABASE_URL": f"sqlite:///{tmp_path / 'documents.db'}",
            "EXTRACTION_BUCKETS": bucket.name,
        }


def texts(environment: Mapping[str, str]) -> list[str]:
    engine = create_engine(environment["EXTRACTION_DATABASE_URL"])
    with engine.connect() as connection:
        found = list(connection.execute(select(DOCUMENTS.c.text)).scalars())
    engine.dispose()
    return sorted(found)


def publish(world: World, bucket: Bucket, *names: str) -> None:
    for name in names:
        event = announced(name.encode(), bucket.put(name, name.encode()))
        world.put(world.encode(event), key=event.tenant_id.encode())


def wait_for_commits(world: World, count: int) -> None:
    deadline = monotonic() + LIMIT
    while (done := sum(world.committed().values())) < count:  # each look is a question to the broker
        assert monotonic() < deadline, f"{done} of {count} committed"


@pytest.mark.parametrize(("moment", "stored_by_then"), [("before", []), ("after", ["1"])])
def test_a_kill_between_store_and_commit_repeats_the_work_and_stores_once(
    world: World, bucket: Bucket, environment: dict[str, str], moment: str, stored_by_then: list[str]
) -> None:
    names = [str(number) for number in range(1, 6)]
    publish(world, bucket, *names)
    with process(environment, DYING, moment) as dying:
        code = dying.wait(LIMIT)
    after_death = (world.committed(), texts(environment))
    with process(environment, SERVICE) as second:
        wait_for_commits(world, 5)
        second.send_signal(signal.SIGTERM)
        left = second.wait(LIMIT)

    assert code == -signal.SIGKILL
    assert after_death == ({}, stored_by_then)
    assert left == 0
    assert texts(environment) == names
    assert world.stored(DEAD_LETTERS) == 0


def test_it_tells_how_it_is_and_ends_cleanly(world: World, bucket: Bucket, environment: dict[str, str]) -> None:
    with socket() as free:
        free.bind(("127.0.0.1", 0))
        address = "{}:{}".format(*free.getsockname())
    publish(world, bucket, "one", "two")
    with process({**environment, "EXTRACTION_HEALTH": address}, SERVICE) as running:
        wait_for_line(running, "assigned")
        wait_for_commits(world, 2)
        live, ready = (requests.get(f"http://{address}/{path}", timeout=LIMIT) for path in ("live", "ready"))
        nothing = requests.get(f"http://{address}/", timeout=LIMIT)
        running.send_signal(signal.SIGTERM)
        last = wait_for_line(running, "stopped: ")
        code = running.wait(LIMIT)

    assert (live.status_code, ready.status_code, nothing.status_code) == (200, 200, 404)
    assert ready.json()["handled"] == 2
    assert "handled=2" in last
    assert code == 0


def test_documents_of_several_tenants_are_fetched_at_the_same_time(world: World, environment: dict[str, str]) -> None:
    """The storage answers four requests together, or none."""
    with scripted_s3() as script:
        script.together = threading.Barrier(4, timeout=LIMIT)
        script.answer_with_key()
        for number in range(4):
            event = announced(str(number).encode(), f"s3://documents/{number}", tenant_id=tenant(number))
            world.put(world.encode(event), key=event.tenant_id.encode())
        variables = {**environment, **s3_environment(script.endpoint), "EXTRACTION_BUCKETS": "documents"}
        with process(variables, SERVICE) as running:
            wait_for_commits(world, 4)
            running.send_signal(signal.SIGTERM)
            code = running.wait(LIMIT)

    assert code == 0
    assert texts(environment) == ["0", "1", "2", "3"]


def test_it_is_not_ready_before_it_is_in_its_group() -> None:
    ready = [False]
    with health_served(("127.0.0.1", 0), lambda: ready[0], lambda: {"handled": 3}) as port:
        answers = {path: requests.get(f"http://127.0.0.1:{port}{path}", timeout=LIMIT) for path in ("/live", "/ready")}
        ready[0] = True
        later = requests.get(f"http://127.0.0.1:{port}/ready", timeout=LIMIT)

    assert {path: answer.status_code for path, answer in answers.items()} == {"/live": 200, "/ready": 503}
    assert answers["/ready"].json() == {"ready": False, "handled": 3}
    assert later.status_code == 200


@pytest.mark.parametrize(
    ("variables", "told"),
    [
        ({"EXTRACTION_BUCKETS": ""}, "EXTRACTION_BUCKETS: expected bucket names"),
        ({"EXTRACTION_DATABASE_URL": "mysql://root:hunter2@db/x"}, "EXTRACTION_DATABASE_URL: expected sqlite"),
        ({"EXTRACTION_DATABASE_URL": "sqlite://"}, "EXTRACTION_DATABASE_URL: expected sqlite"),
        ({"EXTRACTION_DATABASE_URL": "hunter2"}, "EXTRACTION_DATABASE_URL: expected sqlite"),
        ({"EXTRACTION_MAX_BYTES": "20MB"}, "EXTRACTION_MAX_BYTES: expected a whole number"),
        ({"EXTRACTION_CONCURRENCY": "0"}, "EXTRACTION_CONCURRENCY: expected a whole number"),
        ({"EXTRACTION_PHONE_REGIONS": "Germany"}, "EXTRACTION_PHONE_REGIONS: expected ISO country codes"),
        ({"EXTRACTION_HEALTH": "8080"}, "EXTRACTION_HEALTH: expected host:port"),
        ({"KAFKA_BOOTSTRAP_SERVERS": ""}, "KAFKA_BOOTSTRAP_SERVERS: not set"),
    ],
)
def test_a_wrong_setting_is_named_without_its_value(
    variables: dict[str, str],
    told: str,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    tmp_path: Path,
) -> None:
    monkeypatch.chdir(tmp_path)
    good = {
        "KAFKA_BOOTSTRAP_SERVERS": "127.0.0.1:1",
        "EXTRACTION_DATABASE_URL": "sqlite:///documents.db",
        "EXTRACTION_BUCKETS": "documents",
    }
    for name, value in {**good, **variables}.items():
        monkeypatch.setenv(name, value)

    assert main([]) == 2
    assert told in caplog.text
    assert "hunter2" not in caplog.text


def test_what_a_new_process_may_mend_has_an_exit_code_of_its_own(world: World, environment: dict[str, str]) -> None:
    """A dead-letter subject that nobody registered: told at once, and nothing is consumed."""
    with RegistryServer() as empty, process({**environment, "SCHEMA_REGISTRY_URL": empty.url}, SERVICE) as running:
        said = wait_for_line(running, "ERROR")
        code = running.wait(LIMIT)

    assert code == 1
    assert "eventpact register" in said


def test_the_environment_says_everything() -> None:
    settings = ExtractionSettings.from_env(
        {
            "EXTRACTION_DATABASE_URL": "postgresql://user:hunter2@db/extraction",
            "EXTRACTION_BUCKETS": "one, two",
            "EXTRACTION_MAX_BYTES": "5",
            "EXTRACTION_MAX_CHARACTERS": "6",
            "EXTRACTION_CONCURRENCY": "7",
            "EXTRACTION_PHONE_REGIONS": "CH",
            "EXTRACTION_HEALTH": "0.0.0.0:8080",
            "UNRELATED": "x",
        }
    )

    assert settings == ExtractionSettings(
        database_url="postgresql://user:hunter2@db/extraction",
        buckets=("one", "two"),
        max_bytes=5,
        max_characters=6,
        concurrency=7,
        phone_regions=("CH",),
        health=("0.0.0.0", 8080),
    )
    assert "hunter2" not in repr(settings)


def test_the_dead_letters_are_worked_on_by_a_process_of_their_own(
    world: World, bucket: Bucket, environment: dict[str, str]
) -> None:
    """What was rejected is parked at once; a retry would be due after a minute."""
    world.broker.create_topic(PARKED, 6)
    event = announced(b"x", bucket.put("picture", b"x"), "image/png")
    world.put(world.encode(event), key=event.tenant_id.encode())
    with process(environment, SERVICE) as running:
        world.letters(1)
        running.send_signal(signal.SIGTERM)
        codes = [running.wait(LIMIT)]
    with process(environment, SERVICE, "--dead-letters") as running:
        world.records(PARKED, 1)
        running.send_signal(signal.SIGTERM)
        last = wait_for_line(running, "stopped: ")
        codes.append(running.wait(LIMIT))

    assert codes == [0, 0]
    assert "parked=1" in last
