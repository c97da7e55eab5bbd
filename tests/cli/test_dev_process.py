"""`eventpact dev` as a process: another one plans and applies against it, dies in the middle, and goes on."""

from __future__ import annotations

import shlex
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from confluent_kafka.admin import AdminClient

from eventpact.cli.app import run
from eventpact.dev import EmbeddedStack
from eventpact.dev.registry.call import Answer, Call, refused
from eventpact.kafka import Settings

ROOT = Path(__file__).parents[2]
EVENTPACT = [sys.executable, "-m", "eventpact"]
CHANGES = {"POST", "PUT", "PATCH"}


@pytest.fixture
def manifest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("contracts.toml", "ingestion_event.avsc", "dead_letter.avsc"):
        shutil.copy(ROOT / "schemas" / name, tmp_path)
    monkeypatch.setenv("EVENTPACT_MANIFEST", str(tmp_path / "contracts.toml"))
    monkeypatch.setenv("COLUMNS", "300")
    return tmp_path / "contracts.toml"


@contextmanager
def dev(*options: str) -> Iterator[tuple[dict[str, str], subprocess.Popen[str]]]:
    """The environment that a running `eventpact dev` prints, and its process."""
    command = [*EVENTPACT, "dev", *options]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            assert process.stderr is not None
            ready = process.stderr.readline()
            assert ready.startswith("ready"), ready + process.stderr.read()
            lines = [shlex.split(process.stdout.readline()) for _ in range(5)]
            yield dict(line[1].split("=", 1) for line in lines), process
        finally:
            process.kill()


def pasted(monkeypatch: pytest.MonkeyPatch, lines: dict[str, str]) -> None:
    for name, value in lines.items():
        monkeypatch.setenv(name, value)


def test_topics_and_subjects_are_planned_applied_and_found_well_from_another_process(
    manifest: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    plan = str(manifest.with_name("plan.json"))
    with dev("--no-topics") as (lines, _):
        pasted(monkeypatch, lines)
        codes = [run(command) for command in (["doctor"], ["plan", "--out", plan], ["apply", plan], ["doctor"])]
        said = capsys.readouterr().out

    assert codes == [1, 0, 0, 0]
    assert "topic ingestion-events: does not exist -> eventpact plan" in said
    assert "done      create topic ingestion-events-dlq with 6 partitions" in said
    assert "topic ingestion-events: 6 partitions, as the manifest says" in said


def test_it_brings_the_manifest_s_topics_unless_told_otherwise(
    manifest: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with dev() as (lines, process):
        pasted(monkeypatch, lines)
        code = run(["plan"])
        process.send_signal(signal.SIGTERM)
        ended = process.wait(10)

    assert (code, ended) == (0, 0)
    assert "create topic" not in capsys.readouterr().out


def test_what_the_processor_gives_up_has_a_topic(manifest: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The plan makes no parking topics, so nothing else could make one here."""
    with dev() as (lines, _):
        pasted(monkeypatch, lines)
        settings = Settings.from_env()
        client = AdminClient({"bootstrap.servers": settings.bootstrap_servers})
        found = client.list_topics(timeout=30).topics

    assert {name: len(topic.partitions) for name, topic in found.items()} == {
        "ingestion-events": 6,
        "ingestion-events-dlq": 6,
        "ingestion-events-parked": 6,
    }


class Killer:
    """Kills the process that asks for the n-th change; the change is made all the same, or not at all."""

    def __init__(self, change: int, *, made: bool) -> None:
        self.process: subprocess.Popen[str] | None = None
        self._left = change
        self._made = made

    def __call__(self, call: Call) -> Answer | None:
        look_up = call.method == "POST" and call.path[0] == "subjects" and call.path[-1] != "versions"
        if call.method not in CHANGES or look_up:
            return None
        self._left -= 1
        if self._left != 0 or self.process is None:
            return None
        self.process.kill()
        return None if self._made else refused(503, "nobody is there to hear this")


@pytest.mark.parametrize(("change", "made"), [(2, False), (2, True), (4, False), (5, True)])
def test_an_apply_that_is_killed_goes_on_where_it_ended(
    manifest: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], change: int, made: bool
) -> None:
    plan = str(manifest.with_name("plan.json"))
    with EmbeddedStack(()) as stack:
        pasted(monkeypatch, stack.environment())
        assert run(["plan", "--out", plan]) == 0
        killer = Killer(change, made=made)
        served = stack.registry._beside
        stack.registry._beside = lambda call: killer(call) or served(call)
        with subprocess.Popen([*EVENTPACT, "apply", plan], stdout=subprocess.PIPE, text=True) as killer.process:
            assert killer.process.wait(30) == -signal.SIGKILL
        killer.process = None
        assert not manifest.with_name("contracts.lock").exists()
        capsys.readouterr()
        codes = [run(["apply", plan]), run(["plan"])]
        said = capsys.readouterr()
        registry = stack.registry.registry
        versions = {registry.versions(subject) for subject in registry.subjects()}

    assert codes == [0, 0]
    assert said.out.count("was done") == change - (not made)
    assert "nothing to do" in said.err
    assert versions == {(1,)}
    assert manifest.with_name("contracts.lock").exists()
