"""Tab: the scripts for the shells, and what is proposed. Nothing but proposals is ever printed."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from typer.models import ArgumentInfo

from tests.cli.commands import COMMANDS, Found

ROOT = Path(__file__).parents[2]


def eventpact(folder: Path, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    inherited = {name: os.environ[name] for name in ("HOME", "PATH", "LANG") if name in os.environ}
    return subprocess.run(
        [Path(sys.executable).with_name("eventpact"), *arguments],
        cwd=folder,
        env={**inherited, **variables},
        capture_output=True,
        text=True,
        timeout=60,
    )


def proposed(line: str, folder: Path = ROOT, **variables: str) -> list[str]:
    """What bash would propose for the last word of ``line``."""
    done = eventpact(
        folder,
        COMP_WORDS=line,
        COMP_CWORD=str(line.count(" ")),
        _EVENTPACT_COMPLETE="complete_bash",
        **variables,
    )

    assert done.stderr == ""
    return done.stdout.split()


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
    done = eventpact(ROOT, "--show-completion", shell, _TYPER_COMPLETE_TEST_DISABLE_SHELL_DETECTION="1")

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
def test_names_are_proposed(line: str, words: list[str]) -> None:
    assert proposed(line) == words


def test_the_manifest_of_the_line_or_of_the_environment_is_read(tmp_path: Path) -> None:
    manifest = str(ROOT / "schemas" / "contracts.toml")

    assert proposed("eventpact publish ", tmp_path) == []
    assert proposed(f"eventpact publish -m {manifest} ", tmp_path) == ["ingestion"]
    assert proposed("eventpact publish ", tmp_path, EVENTPACT_MANIFEST=manifest) == ["ingestion"]


def test_a_broken_manifest_proposes_nothing_and_says_nothing(tmp_path: Path) -> None:
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
