"""`eventpact plan` and `eventpact apply`, on an embedded broker and a registry over HTTP."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from eventpact.cli.app import run
from eventpact.contract import Topic
from eventpact.dev import EmbeddedStack, EmbeddedTopics
from eventpact.registry.lock import read_lock

SCHEMAS = Path(__file__).parents[2] / "schemas"


@pytest.fixture
def manifest(tmp_path: Path) -> Path:
    for name in ("contracts.toml", "ingestion_event.avsc", "dead_letter.avsc"):
        shutil.copy(SCHEMAS / name, tmp_path)
    return tmp_path / "contracts.toml"


@pytest.fixture
def topics(monkeypatch: pytest.MonkeyPatch, manifest: Path) -> Iterator[EmbeddedTopics]:
    with EmbeddedStack([]) as stack:
        for name, value in stack.environment().items():
            monkeypatch.setenv(name, value)
        monkeypatch.setenv("EVENTPACT_MANIFEST", str(manifest))
        yield stack.topics


def test_a_saved_plan_is_applied_and_then_there_is_nothing_to_do(
    topics: EmbeddedTopics, manifest: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = manifest.with_name("plan.json")
    codes = [run(["plan", "-e", "test", "--out", str(file)]), run(["apply", str(file)]), run(["plan"])]
    said = capsys.readouterr()

    assert codes == [0, 0, 0]
    assert "create topic ingestion-events with 6 partitions" in said.out
    assert "nothing to do" in said.err
    assert "for environment test" in said.err
    assert topics.describe("ingestion-events") is not None
    assert {one.subject for one in read_lock(manifest.with_name("contracts.lock"), "test").versions} == {
        "ingestion-events-value",
        "ingestion-events-dlq-value",
    }


def test_a_plan_for_another_environment_is_refused(
    topics: EmbeddedTopics, manifest: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its orphans are others', and its section of the lock."""
    file = manifest.with_name("plan.json")
    monkeypatch.setenv("EVENTPACT_ENVIRONMENT", "test")
    assert run(["plan", "--out", str(file)]) == 0
    assert run(["apply", str(file), "-e", "production"]) == 2
    assert "the plan was made for test" in capsys.readouterr().err
    assert topics.describe("ingestion-events") is None
    monkeypatch.delenv("EVENTPACT_ENVIRONMENT")

    assert run(["apply", str(file), "-e", "test"]) == 0
    assert read_lock(manifest.with_name("contracts.lock"), "test").versions


def test_a_plan_for_another_world_is_refused(
    topics: EmbeddedTopics, manifest: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = manifest.with_name("plan.json")
    assert run(["plan", "--out", str(file)]) == 0
    topics.create(Topic("ingestion-events", 1))

    assert run(["apply", str(file)]) == 1
    assert "moved" in capsys.readouterr().err
    assert not manifest.with_name("contracts.lock").exists()


def test_a_refusal_is_a_finding_for_machines_too(
    topics: EmbeddedTopics, manifest: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    topics.create(Topic("ingestion-events", 3))

    assert run(["plan", "--json"]) == 1
    refusals = json.loads(capsys.readouterr().out)["refusals"]
    assert {refusal["waiver"] for refusal in refusals} == {"repartition", "retention-cut"}


def test_a_saved_plan_takes_no_waivers_and_has_to_be_one(
    topics: EmbeddedTopics, manifest: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["apply", str(manifest), "--allow-repartition"]) == 2
    assert run(["apply", str(manifest)]) == 1
    assert "not a plan file" in capsys.readouterr().err
    assert topics.describe("ingestion-events") is None


DEAD_LETTER_TABLES = ("[contracts.ingestion.dead_letter]", "[contracts.ingestion.dead_letter.")


@pytest.fixture
def smaller(topics: EmbeddedTopics, manifest: Path) -> Path:
    """All is deployed, and then the dead letters leave the manifest."""
    assert run(["apply", "-e", "test"]) == 0
    text = manifest.read_text("utf-8")
    tables = re.split(r"^(?=\[)", text, flags=re.MULTILINE)
    manifest.write_text("".join(one for one in tables if not one.startswith(DEAD_LETTER_TABLES)), "utf-8")
    return manifest


def locked(manifest: Path) -> set[str]:
    return {one.subject for one in read_lock(manifest.with_name("contracts.lock"), "test").versions}


def test_an_orphan_is_shown_and_stays_in_registry_and_lock(smaller: Path, capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()
    codes = [run(["plan", "-e", "test"]), run(["apply", "-e", "test"]), run(["plan", "-e", "test", "--json"])]
    said = capsys.readouterr().out

    assert codes == [0, 0, 0]
    assert "orphaned" in said
    assert "--allow-delete soft-deletes it" in said
    assert json.loads(said[said.index("{") :])["orphans"] == ["ingestion-events-dlq-value"]
    assert "ingestion-events-dlq-value" in locked(smaller)


def test_an_orphan_goes_with_leave_that_the_plan_holds(
    smaller: Path, topics: EmbeddedTopics, capsys: pytest.CaptureFixture[str]
) -> None:
    plan = str(smaller.with_name("plan.json"))
    codes = [
        run(["plan", "-e", "test", "--allow-delete", "--out", plan]),
        run(["apply", plan, "-e", "test"]),
        run(["plan", "-e", "test", "--allow-delete"]),
    ]
    said = capsys.readouterr()

    assert codes == [0, 0, 0]
    assert "soft-delete subject ingestion-events-dlq-value: 1 version" in said.out
    assert "nothing to do" in said.err
    assert locked(smaller) == {"ingestion-events-value"}
    assert topics.describe("ingestion-events-dlq") is not None


def test_another_environment_s_subjects_are_not_its_orphans(smaller: Path, capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()

    assert run(["plan", "-e", "production", "--allow-delete"]) == 0
    assert "dlq" not in capsys.readouterr().out


def test_leave_to_delete_belongs_to_the_plan(smaller: Path, capsys: pytest.CaptureFixture[str]) -> None:
    plan = str(smaller.with_name("plan.json"))
    assert run(["plan", "-e", "test", "--out", plan]) == 0

    assert run(["apply", plan, "-e", "test", "--allow-delete"]) == 2
    assert "ingestion-events-dlq-value" in locked(smaller)
