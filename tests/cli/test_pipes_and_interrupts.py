"""Commands as processes: Ctrl-C is an end like any other, and so is a reader who has seen enough, or no input."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from eventpact.cli import main
from eventpact.cli.app import run
from eventpact.contract import load_manifest
from eventpact.dev import EmbeddedStack
from eventpact.kafka import Producer
from eventpact.registry import register_contracts
from ingestion_events import IngestionEvent
from tests.cli.test_publish_tail import line
from tests.kafka.world import event

MANIFEST = Path(__file__).parents[2] / "schemas" / "contracts.toml"
LIMIT = 60.0
# A test run in the background ignores SIGINT, and what it starts would, too.
PROGRAM = """
import signal
signal.signal(signal.SIGINT, signal.default_int_handler)
from eventpact.cli import main
main()
"""


@pytest.fixture(scope="module")
def stack() -> Iterator[EmbeddedStack]:
    manifest = load_manifest(MANIFEST)
    with EmbeddedStack(manifest) as made:
        register_contracts(manifest, made.registry.registry)
        with Producer(IngestionEvent, made.settings()) as producer:
            producer.publish_many(event(number) for number in range(1_000))
        yield made


def started(stack: EmbeddedStack, *arguments: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-W", "error", "-c", PROGRAM, *arguments, "--manifest", str(MANIFEST)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={"PATH": os.environ["PATH"], **stack.environment()},
    )


def test_ctrl_c_ends_a_tail_without_a_word(stack: EmbeddedStack) -> None:
    with started(stack, "tail", "ingestion", "--from-beginning") as tail:
        assert tail.stdout is not None
        for _ in range(1_000):  # all that there is: now it waits
            assert tail.stdout.readline().startswith(b"ingestion-events[")
        tail.send_signal(signal.SIGINT)
        _, errors = tail.communicate(timeout=LIMIT)

    assert (tail.returncode, errors) == (130, b"")


def test_ctrl_c_ends_a_publish_with_its_counts_and_everything_taken_is_acknowledged(stack: EmbeddedStack) -> None:
    with started(stack, "publish", "ingestion") as publish:
        assert publish.stdin is not None
        assert publish.stderr is not None
        publish.stdin.write("\n".join([line(1), line(2), "bad", ""]).encode())
        publish.stdin.flush()
        assert publish.stderr.readline().startswith(b"line 3: ")
        publish.send_signal(signal.SIGINT)
        errors = publish.stderr.read()
        publish.wait(LIMIT)

    assert publish.returncode == 130
    assert errors.decode().splitlines() == ["2 published, 1 bad, of 3 lines"]


@pytest.mark.parametrize(
    "command", [["tail", "ingestion", "--from-beginning"], ["tail", "ingestion", "--from-beginning", "--json"]]
)
def test_a_reader_who_has_seen_enough_is_no_error_to_speak_of(stack: EmbeddedStack, command: list[str]) -> None:
    with started(stack, *command) as tail:
        assert tail.stdout is not None
        tail.stdout.readline()
        tail.stdout.close()
        assert tail.stderr is not None
        errors = tail.stderr.read()
        tail.wait(LIMIT)

    assert errors == b""


def test_ctrl_c_ends_a_command_without_a_word_while_its_modules_load(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    class Loading:
        def __getattr__(self, name: str) -> object:
            raise KeyboardInterrupt

    monkeypatch.setitem(sys.modules, "eventpact.cli.app", Loading())
    with pytest.raises(SystemExit) as end:
        main()

    assert (end.value.code, capsys.readouterr().err) == (130, "")


def test_a_publish_without_an_input_says_so(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """What `<&-` leaves, and services that start with no files open."""
    monkeypatch.setattr(sys, "stdin", None)

    assert run(["publish", "ingestion", "--dry-run", "--manifest", str(MANIFEST)]) == 2
    assert "standard input is closed" in capsys.readouterr().err
