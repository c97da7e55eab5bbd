"""Errors end with what to do, on standard error, and with an exit code that tells findings from surroundings."""

import shutil
from pathlib import Path

import pytest

from eventpact.cli.app import run
from eventpact.cli.next_step import STEPS, next_step
from eventpact.dev import EmbeddedStack

ROOT = Path(__file__).parents[2]
NOBODY = {"KAFKA_BOOTSTRAP_SERVERS": "127.0.0.1:9", "SCHEMA_REGISTRY_URL": "http://127.0.0.1:9"}


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the contracts, and an environment that names nothing."""
    for part in ("schemas", "compat/history", "src/ingestion_events", "src/eventpact/dead_letter"):
        shutil.copytree(ROOT / part, tmp_path / part, ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.chdir(tmp_path)
    for name in (*NOBODY, "EVENTPACT_MANIFEST", "EVENTPACT_LOCK"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


def told(capsys: pytest.CaptureFixture[str], *command: str) -> tuple[int, str]:
    """The exit code and what stands on standard error, in one line without the frame of usage errors."""
    code = run(list(command))
    return code, " ".join(capsys.readouterr().err.replace("│", " ").split())


@pytest.mark.parametrize(
    ("command", "code", "what", "next_"),
    [
        ("register", 2, "SCHEMA_REGISTRY_URL: not set", "eventpact dev --env-file .env"),
        ("tail ingestion", 2, "KAFKA_BOOTSTRAP_SERVERS: not set", "eventpact dev"),
        ("publish ingestoin", 1, "no contract is called 'ingestoin'", "did you mean 'ingestion'?"),
        ("check ingestoin", 1, "no contract is called 'ingestoin'", "did you mean 'ingestion'?"),
        ("dlq ls ingestoin", 1, "no contract is called 'ingestoin'", "did you mean 'ingestion'?"),
        ("explain IngestionEvnt", 1, "no event is called 'IngestionEvnt'", "did you mean 'IngestionEvent'?"),
        ("rule TIME_UNIT", 2, "there is no rule TIME_UNIT", "did you mean TIME_UNIT_CHANGED?"),
        ("registre", 2, "No such command 'registre'", "Did you mean"),
        ("generate -m no.toml", 1, "no.toml: there is no manifest", "eventpact init"),
        ("diff no.avsc no.avsc", 2, "no.avsc: no such file", "name a file that exists"),
        ("diff ingestion@9 ingestion@1", 2, "no released version 9", "there are: 1"),
        ("apply no.json", 2, "no.json: no such file", "name a file that exists"),
        (
            "publish ingestion --dry-run --dead-letter no/bad.jsonl",
            2,
            "no/bad.jsonl: no such file",
            "make the folder no,",
        ),
        ("dev --env-file no/.env", 2, "no/.env: no such file", "make the folder no,"),
        ("apply schemas/contracts.toml", 1, "this is not a plan file", "eventpact plan --out FILE"),
        ("check --against nowhere", 2, "'nowhere'", "expected history, git:REF or registry"),
        ("dlq show ingestion 7", 2, "expected partition:offset", "such as 3:1042"),
        ("init . --contract X", 2, "contract: 'X'", "name it with --contract"),
        ("init . --contract shop", 2, "this is a contract repository", "then run: eventpact generate"),
    ],
)
def test_a_typical_mistake_says_what_to_do(
    command: str, code: int, what: str, next_: str, capsys: pytest.CaptureFixture[str]
) -> None:
    found, text = told(capsys, *command.split())

    assert (found, what in text, next_ in text) == (code, True, True), text


@pytest.mark.parametrize(
    ("command", "variable"),
    [
        ("tail ingestion", "KAFKA_BOOTSTRAP_SERVERS"),
        ("register", "SCHEMA_REGISTRY_URL"),
        ("check --against registry", "SCHEMA_REGISTRY_URL"),
    ],
)
def test_a_service_that_is_away_is_named_and_the_doctor_is_called(
    command: str, variable: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in NOBODY.items():
        monkeypatch.setenv(name, value)

    code, text = told(capsys, *command.split())

    assert code == 2
    assert variable in text
    assert "next: see that" in text
    assert "eventpact doctor" in text


def test_packages_that_are_not_generated_yet_are_told(capsys: pytest.CaptureFixture[str], folder: Path) -> None:
    manifest = folder / "schemas" / "contracts.toml"
    manifest.write_text(manifest.read_text("utf-8").replace("packages.ingestion_events", "packages.not_yet"), "utf-8")

    assert told(capsys, "explain", "IngestionEvent") == (
        1,
        "error: schemas/contracts.toml: not_yet is not there yet; run `eventpact generate`",
    )


def test_a_schema_that_nobody_registered_says_register(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from eventpact.contract import load_manifest

    with EmbeddedStack(load_manifest("schemas/contracts.toml")) as stack:
        for name, value in stack.environment().items():
            monkeypatch.setenv(name, value)
        code, text = told(capsys, "publish", "ingestion")

    assert code == 2
    assert "eventpact register" in text


def test_every_step_can_be_reached() -> None:
    """No row hides behind an earlier one."""
    for kind, step in STEPS:
        assert next_step(kind.__new__(kind)) == step
