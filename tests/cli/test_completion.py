"""Tab: the scripts for the shells, and what is proposed. Nothing but proposals is ever printed."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from typer.models import ArgumentInfo

from eventpact.cli.app import run
from tests.cli.commands import COMMANDS, Found

ROOT = Path(__file__).parents[2]


class Bash:
    """What bash would propose for the last word of a line."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        self._monkeypatch = monkeypatch
        self._capsys = capsys

    def __call__(self, line: str, folder: Path = ROOT, **variables: str) -> list[str]:
        asked = {"COMP_WORDS": line, "COMP_CWORD": str(line.count(" ")), "_EVENTPACT_COMPLETE": "complete_bash"}
        with self._monkeypatch.context() as here:
            here.chdir(folder)
            for name, value in {**asked, **variables}.items():
                here.setenv(name, value)
            run([])
        told = self._capsys.readouterr()

        assert told.err == ""
        return told.out.split()


@pytest.fixture
def proposed(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Bash:
    monkeypatch.delenv("EVENTPACT_MANIFEST", raising=False)
    return Bash(monkeypatch, capsys)


@pytest.mark.parametrize(
    ("shell", "line"),
    [
        ("bash", "complete -o default -F _eventpact_completion eventpact"),
        ("zsh", "compdef _eventpact_completion eventpact"),
        ("fish", "complete --command eventpact"),
    ],
)
def test_each_shell_gets_its_script(shell: str, line: str) -> None:
    # With this variable the shell is named, not looked for among the parent processes.
    variables = {**os.environ, "_TYPER_COMPLETE_TEST_DISABLE_SHELL_DETECTION": "1"}
    program = Path(sys.executable).with_name("eventpact")

    done = subprocess.run(
        [program, "--show-completion", shell], env=variables, capture_output=True, text=True, timeout=60
    )

    assert done.returncode == 0
    assert line in done.stdout


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("eventpact ini", ["init"]),
        ("eventpact dlq re", ["replay"]),
        ("eventpact publish ", ["ingestion"]),
        ("eventpact tail x", []),
        ("eventpact check ingestion in", ["ingestion"]),
        ("eventpact dlq ls in", ["ingestion"]),
        ("eventpact explain ", ["DeadLetter", "IngestionEvent"]),
        ("eventpact sample In", ["IngestionEvent"]),
        ("eventpact rule TIME_U", ["TIME_UNIT_CHANGED"]),
        ("eventpact dlq ls ingestion --reason HAND", ["HANDLER"]),
    ],
)
def test_names_are_proposed(line: str, words: list[str], proposed: Bash) -> None:
    assert proposed(line) == words


def test_the_manifest_of_the_line_or_of_the_environment_is_read(tmp_path: Path, proposed: Bash) -> None:
    manifest = str(ROOT / "schemas" / "contracts.toml")

    assert proposed("eventpact publish ", tmp_path) == []
    assert proposed(f"eventpact publish -m {manifest} ", tmp_path) == ["ingestion"]
    assert proposed("eventpact publish ", tmp_path, EVENTPACT_MANIFEST=manifest) == ["ingestion"]


def test_a_broken_manifest_proposes_nothing_and_says_nothing(tmp_path: Path, proposed: Bash) -> None:
    (tmp_path / "schemas").mkdir()
    (tmp_path / "schemas" / "contracts.toml").write_text("version = [")

    assert proposed("eventpact publish ", tmp_path) == []


@pytest.mark.parametrize("found", COMMANDS, ids=lambda found: found.name)
def test_whoever_takes_a_name_of_the_manifest_proposes_it(found: Found) -> None:
    for argument in found.arguments:
        if argument.name in {"contract", "contracts", "event", "rule_id"}:
            [declared] = found.declared(argument.name)
            assert isinstance(declared, ArgumentInfo)
            assert declared.autocompletion is not None, f"{argument.name} proposes nothing"
