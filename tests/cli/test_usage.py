"""`eventpact usage` from the records, dead letters and metrics that are really there."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from eventpact.cli.app import run
from eventpact.contract import load_manifest
from eventpact.dev import EmbeddedStack
from eventpact.kafka import Producer, Settings
from eventpact.observe import Metrics
from eventpact.registry import RegistryClient, SchemaText, register_contracts
from ingestion_events import IngestionEvent
from tests.kafka.world import CONTRACT, event
from tests.observe.test_metrics import settled

MANIFEST = Path(__file__).parents[2] / "schemas" / "contracts.toml"
SECOND = IngestionEvent.SCHEMA_TEXT.replace('"doc": "', '"doc": "Second. ', 1)


@pytest.fixture(scope="module")
def stack() -> Iterator[EmbeddedStack]:
    """Two versions; 30 events of the first are stored."""
    manifest = load_manifest(MANIFEST)
    with EmbeddedStack(manifest) as stack:
        settings = stack.settings()
        assert settings.registry is not None
        with RegistryClient(settings.registry) as registry:
            register_contracts(manifest, registry)
            registry.register(CONTRACT.subject, SchemaText(SECOND))
        with Producer(IngestionEvent, settings) as producer:
            producer.publish_many(event(number) for number in range(30))
        yield stack


@pytest.fixture(autouse=True)
def settings(stack: EmbeddedStack, monkeypatch: pytest.MonkeyPatch) -> Settings:
    for name, value in {**stack.environment(), "EVENTPACT_MANIFEST": str(MANIFEST), "NO_COLOR": "1"}.items():
        monkeypatch.setenv(name, value)
    return stack.settings()


def said(capsys: pytest.CaptureFixture[str], *arguments: str, code: int = 0) -> str:
    capsys.readouterr()
    found = run(["usage", "ingestion", *arguments])
    told = capsys.readouterr()
    assert found == code, told.err
    return told.out + told.err


def test_versions_are_counted_on_the_topic(capsys: pytest.CaptureFixture[str]) -> None:
    versions = json.loads(said(capsys, "--json"))["versions"]

    assert [(one["version"], one["registered"], one["stored"]) for one in versions] == [(1, True, 30), (2, True, 0)]
    assert "all 30 records of the topic were read" in said(capsys)


def test_a_stored_version_may_not_go(capsys: pytest.CaptureFixture[str]) -> None:
    told = said(capsys, "--may-drop", "1", code=1)

    assert "may version 1 go? no: it is in use" in told
    assert "against: 30 of the 30 records" in told


def test_without_metrics_nobody_knows(capsys: pytest.CaptureFixture[str]) -> None:
    told = said(capsys, "--may-drop", "2", code=3)

    assert "may version 2 go? unknown" in told
    assert f"not known: group {CONTRACT.groups[0]}" in told


def test_metrics_of_the_services_make_it_a_yes(capsys: pytest.CaptureFixture[str], settings: Settings) -> None:
    reads, writes = Metrics(settings), Metrics(settings)
    with RegistryClient(settings.registry or pytest.fail("no registry")) as registry:
        schema_id = registry.lookup(CONTRACT.subject, SchemaText(IngestionEvent.SCHEMA_TEXT)).id
    reads.observer(IngestionEvent).settled(settled(schema_id))
    with Producer(IngestionEvent, settings) as producer, reads.serve(0) as one, writes.serve(0) as two:
        writes.watch(producer)
        sources = ["--metrics", f"{one.url}/metrics", "--metrics", f"{two.url}/metrics"]
        told = json.loads(said(capsys, "--may-drop", "2", "--json", *sources))
        readers = said(capsys, *sources)

    assert told["answer"] == {"version": 2, "verdict": "yes", "against": [], "unknown": []}
    assert told["versions"][0]["readers"] == [CONTRACT.groups[0]]
    assert told["versions"][0]["written"] == 0
    assert told["reads"] == [{"group": CONTRACT.groups[0], "written_as": 1, "events": 1}]
    assert CONTRACT.groups[0] in "".join(readers.split())


def test_a_sample_is_no_proof(capsys: pytest.CaptureFixture[str]) -> None:
    told = said(capsys, "--may-drop", "2", "--sample", "6", code=3)

    assert "not known: only" in told
    assert "the oldest and newest" in told


def test_a_source_that_is_away_is_an_error(capsys: pytest.CaptureFixture[str]) -> None:
    assert "http://127.0.0.1:1/metrics did not answer" in said(
        capsys, "--metrics", "http://127.0.0.1:1/metrics", code=2
    )
