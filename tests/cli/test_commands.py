"""Commands in this process: what they print, and the exit code that a script sees."""

import json
import shutil
from pathlib import Path

import pytest

from eventpact.cli.app import run
from eventpact.contract import load_manifest
from eventpact.demo.summary import Summary
from eventpact.dev import EmbeddedStack

ROOT = Path(__file__).parents[2]


@pytest.fixture
def contracts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A team's own repository, with the first contract in it; the working directory."""
    shutil.copytree(ROOT / "schemas", tmp_path / "schemas")
    monkeypatch.chdir(tmp_path)
    for name in ("KAFKA_BOOTSTRAP_SERVERS", "SCHEMA_REGISTRY_URL", "EVENTPACT_MANIFEST"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


def test_generating_twice_changes_nothing(contracts: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["generate", "--check"]) == 1
    assert "missing  " in capsys.readouterr().out
    assert run(["generate"]) == 0
    written = capsys.readouterr().out
    assert "new      " in written
    assert "missing" not in written
    assert run(["generate", "--check"]) == 0
    assert capsys.readouterr().out == ""


def test_brackets_in_names_are_no_markup(
    contracts: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Folders, files and contracts are called as people like."""
    shutil.copytree(contracts / "schemas", contracts / "team [b]" / "schemas")
    manifest = contracts / "team [b]" / "schemas" / "contracts.toml"
    manifest.write_text(manifest.read_text("utf-8").replace("[contracts.ingestion", '[contracts."in[x]"'), "utf-8")
    monkeypatch.setenv("EVENTPACT_MANIFEST", str(manifest.relative_to(contracts)))

    codes = [run(arguments) for arguments in (["generate"], ["docs", "--out", "[/site]"], ["docs", "--out", "[/site]"])]
    codes += [run(["release", "in[x]", *more]) for more in (["--dry-run"], [], [])]
    told = capsys.readouterr()

    assert codes == [0] * 6
    assert "new      team [b]/src/ingestion_events/__init__.py" in told.out
    assert "new      [/site]/index.html" in told.out
    assert "team [b]/compat/history/in[x]/1.avsc" in told.out
    assert "✔ in[x]: version 1 is released" in told.err
    assert "in[x]: the last released version says the same already" in told.err


def test_a_changed_schema_is_drift(contracts: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(["generate"])
    schema = contracts / "schemas" / "ingestion_event.avsc"
    schema.write_text(schema.read_text("utf-8").replace("CLOUD_SYNC", "CLOUD"), "utf-8")

    assert run(["generate", "--check"]) == 1

    told = capsys.readouterr()
    assert "changed" in told.out
    assert "run: eventpact generate" in told.err


def test_another_teams_folder_needs_no_manifest(tmp_path: Path) -> None:
    (tmp_path / "avro").mkdir()
    shutil.copy(ROOT / "schemas" / "ingestion_event.avsc", tmp_path / "avro" / "upload.avsc")
    arguments = ["generate", "--schemas", f"{tmp_path}/avro", "--out", f"{tmp_path}/src", "--package", "their.events"]

    assert run(arguments) == 0
    assert (tmp_path / "src" / "their" / "events" / "upload.py").exists()
    assert run([*arguments, "--check"]) == 0


def test_what_is_unwise_is_told_and_stops_nobody(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "avro").mkdir()
    enum = '{"type": "enum", "name": "Kind", "symbols": ["A"]}'
    (tmp_path / "avro" / "kind.avsc").write_text(
        f'{{"type": "record", "name": "R", "fields": [{{"name": "k", "type": {enum}}}]}}'
    )

    assert run(["generate", "--schemas", f"{tmp_path}/avro", "--out", f"{tmp_path}/src", "--package", "their"]) == 0

    told = capsys.readouterr()
    assert "kind.avsc#/fields/0/type: ENUM_DEFAULT: the enum Kind has no default" in told.err
    assert "ENUM_DEFAULT" not in told.out


def test_half_of_the_folder_options_is_a_usage_error(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["generate", "--schemas", str(tmp_path)]) == 2
    assert "go together" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("edit", "said"),
    [
        (("partitions = 6", "partitions = 0"), "contracts.toml:"),
        (("ingestion_event.avsc", "no_such.avsc"), "no_such.avsc"),
        (('key = "tenant_id"', 'key = "tenant"'), "tenant"),
        (("version = 1", "version = "), "contracts.toml:"),
    ],
)
def test_a_broken_manifest_is_one_paragraph(
    contracts: Path, capsys: pytest.CaptureFixture[str], edit: tuple[str, str], said: str
) -> None:
    manifest = contracts / "schemas" / "contracts.toml"
    manifest.write_text(manifest.read_text("utf-8").replace(*edit), "utf-8")

    assert run(["generate"]) == 1

    error = capsys.readouterr().err
    assert said in error
    assert "Traceback" not in error


def test_an_invalid_schema_is_told_with_its_line(contracts: Path, capsys: pytest.CaptureFixture[str]) -> None:
    schema = contracts / "schemas" / "ingestion_event.avsc"
    schema.write_text(schema.read_text("utf-8").replace('"string"', '"strin"', 1), "utf-8")

    assert run(["generate"]) == 1
    assert "ingestion_event.avsc:9:" in capsys.readouterr().err.replace("\n", "")


def test_registering_needs_to_know_the_registry(contracts: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["register"]) == 2
    assert "SCHEMA_REGISTRY_URL" in capsys.readouterr().err


def test_a_registry_that_is_down_is_named(
    contracts: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SCHEMA_REGISTRY_URL", "http://127.0.0.1:9")

    assert run(["register"]) == 2

    error = capsys.readouterr().err
    assert "127.0.0.1:9" in error
    assert "Traceback" not in error


def test_registering_twice_changes_nothing(
    contracts: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with EmbeddedStack(load_manifest(contracts / "schemas" / "contracts.toml")) as stack:
        monkeypatch.setenv("SCHEMA_REGISTRY_URL", stack.registry.url)
        assert run(["register", "--json"]) == 0
        first = json.loads(capsys.readouterr().out)
        assert run(["register", "--json"]) == 0
        second = json.loads(capsys.readouterr().out)

    assert [row["outcome"] for row in first] == ["created", "created"]
    assert [row["outcome"] for row in second] == ["unchanged", "unchanged"]
    assert [row["subject"] for row in first] == ["ingestion-events-value", "ingestion-events-dlq-value"]
    assert [row["id"] for row in first] == [row["id"] for row in second]


def test_a_broker_that_is_down_is_named(
    contracts: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KAFKA_BOOTSTRAP_SERVERS", "127.0.0.1:9")
    monkeypatch.setenv("SCHEMA_REGISTRY_URL", "http://127.0.0.1:9")

    assert run(["demo", str(contracts / "schemas")]) == 2

    error = capsys.readouterr().err
    assert "no broker answered; see KAFKA_BOOTSTRAP_SERVERS" in error
    assert "Traceback" not in error


def test_the_partition_is_the_one_that_java_chooses(contracts: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["partition-of", "0f8fad5b-d9cb-469f-a165-70867728950e", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == [{"topic": "ingestion-events", "partitions": 6, "partition": 3}]


def test_explain_prints_what_is_compiled(contracts: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(["generate"])
    capsys.readouterr()

    assert run(["explain", "IngestionEvent"]) == 0
    assert "def encode(event)" in capsys.readouterr().out


def test_explain_names_what_there_is(contracts: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(["generate"])
    capsys.readouterr()

    assert run(["explain", "Nonsense"]) == 1
    assert "com.car.platform.ingestion.IngestionEvent" in capsys.readouterr().err.replace("\n", "")


def test_a_demo_that_lost_something_fails(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    lossy = Summary("test", 3, 1, 1, 0, 1, 0, 1, {"worker-1": 1}, 6, {0: 3}, 1.0, ())
    monkeypatch.setattr("eventpact.demo.run.run", lambda path, watcher: lossy)

    assert run(["demo", "--json"]) == 1
    assert json.loads(capsys.readouterr().out)["lost"] == 1
    assert run(["demo"]) == 1


def test_help_lists_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--help"]) == 0

    told = capsys.readouterr().out
    assert all(word in told for word in ("generate", "register", "demo", "dev", "explain", "partition-of", "schema"))
