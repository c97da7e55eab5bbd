"""`eventpact monitoring serve` as a process: it answers, and it ends when it is told to."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import requests

from eventpact.cli.app import run
from eventpact.contract import load_manifest
from eventpact.dev import EmbeddedStack

if TYPE_CHECKING:
    import pytest

MANIFEST = Path(__file__).parents[2] / "schemas" / "contracts.toml"


def test_lag_is_served_until_sigterm() -> None:
    with EmbeddedStack(load_manifest(MANIFEST)) as stack:
        inherited = {name: os.environ[name] for name in ("HOME", "PATH") if name in os.environ}
        process = subprocess.Popen(
            [sys.executable, "-m", "eventpact", "monitoring", "serve", "--port", "0", "-m", str(MANIFEST)],
            env={**inherited, **stack.environment(), "COLUMNS": "120"},
            stderr=subprocess.PIPE,
            text=True,
        )
        try:
            assert process.stderr is not None
            ready = re.search(r"ready at (http://127\.0\.0\.1:\d+)/metrics", process.stderr.readline())
            assert ready
            told = requests.get(f"{ready[1]}/metrics", timeout=30).text
            alive = requests.get(f"{ready[1]}/readyz", timeout=30)
        finally:
            process.send_signal(signal.SIGTERM)
            process.communicate(timeout=30)

    assert "eventpact_broker_up 1.0" in told
    assert (
        'eventpact_group_lag{group="ingestion-events-extraction-workers",partition="0",topic="ingestion-events"} 0.0'
        in (told)
    )
    assert 'eventpact_dead_letters{topic="ingestion-events"} 0.0' in told
    assert alive.status_code == 200
    assert process.returncode == 0


def test_a_port_that_is_taken_is_named(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.setenv("KAFKA_BOOTSTRAP_SERVERS", "127.0.0.1:9")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])

        assert run(["monitoring", "serve", "--port", port, "-m", str(MANIFEST)]) == 2
    assert f"cannot listen on 127.0.0.1:{port}: Address already in use; name another" in capsys.readouterr().err
