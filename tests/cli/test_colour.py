"""Colour is for terminals, and only for those who want it: https://no-color.org."""

import os
import pty
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
# Bold, dim and underlined are no colours.
COLOUR = re.compile(rb"\x1b\[[0-9;]*(?<![0-9])(?:3[0-8]|4[0-8]|9[0-7]|10[0-7])[;m]")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Contracts with something to say: a schema that was edited, and classes that do not know yet."""
    folder = tmp_path_factory.mktemp("contracts")
    for part in ("schemas", "compat/history", "compat/golden", "src/ingestion_events", "src/eventpact/dead_letter"):
        shutil.copytree(ROOT / part, folder / part, ignore=shutil.ignore_patterns("__pycache__"))
    schema = folder / "schemas" / "ingestion_event.avsc"
    schema.write_text(schema.read_text("utf-8").replace("timestamp-millis", "timestamp-micros"), "utf-8")
    return folder


def printed(folder: Path, command: str, **variables: str) -> bytes:
    """What the command writes to a terminal, both outputs."""
    kept = {name: os.environ[name] for name in ("HOME", "PATH", "LANG") if name in os.environ}
    environment = {**kept, "TERM": "xterm-256color", "COLUMNS": "120", **variables}
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [Path(sys.executable).with_name("eventpact"), *command.split()],
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=theirs,
        stderr=theirs,
    )
    os.close(theirs)
    said = b""
    try:
        while part := os.read(ours, 65536):
            said += part
    except OSError:
        pass  # how Linux says that the other end is closed
    os.close(ours)
    process.wait(timeout=60)
    return said


@pytest.mark.parametrize(
    "command",
    [
        "--help",
        "dlq ls --help",
        "no-such-command",
        "generate --check",
        "check",
        "diff ingestion@1 schemas/ingestion_event.avsc",
        "schema check schemas/dead_letter.avsc schemas/ingestion_event.avsc",
        "explain IngestionEvent",
        "release ingestion",
        "register",
    ],
)
def test_no_color_is_honoured(command: str, folder: Path) -> None:
    assert COLOUR.search(printed(folder, command)), "the test would not notice colour"

    said = printed(folder, command, NO_COLOR="1")

    assert said.strip()
    assert COLOUR.search(said) is None


def test_a_pipe_gets_no_escape_at_all(folder: Path) -> None:
    program = Path(sys.executable).with_name("eventpact")

    done = subprocess.run([program, "check"], cwd=folder, capture_output=True, timeout=60)

    assert done.stdout
    assert b"\x1b" not in done.stdout + done.stderr
