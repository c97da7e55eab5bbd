"""``eventpact registry serve`` as a process: what it holds, who gets which id, and how it ends."""

import json
import os
import random
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests

from eventpact.cli.app import run
from eventpact.errors import RegistryError
from eventpact.ids import SchemaId
from eventpact.registry import MemoryRegistry, RegistryClient, RegistrySettings, SchemaText
from eventpact.registry.sqlite_store import SqliteStore
from eventpact.secret import Secret

SERVE = [sys.executable, "-m", "eventpact", "registry", "serve", "--port", "0"]


def schema(number: int) -> SchemaText:
    return SchemaText(json.dumps({"type": "record", "name": f"E{number}", "namespace": "demo", "fields": []}))


@contextmanager
def served(*options: str, **environ: str) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """The server's URL and its process."""
    with subprocess.Popen(
        [*SERVE, *options],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, **environ, "COLUMNS": "300"},
    ) as process:
        try:
            assert process.stdout is not None
            yield process.stdout.readline().strip(), process
        finally:
            process.kill()


def test_it_runs_until_it_is_interrupted_and_says_what_it_is() -> None:
    with served() as (url, process):
        ready = requests.get(f"{url}/status/ready", timeout=5).status_code
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=10)

    assert (ready, process.returncode) == (200, 0)
    assert "for development and tests, not for production" in said
    assert "nothing is kept" in said


def test_a_file_outlives_it(tmp_path: Path) -> None:
    data = str(tmp_path / "registry.db")
    with served("--data", data) as (url, process):
        with RegistryClient(RegistrySettings(url)) as client:
            schema_id = client.register("s", schema(1))
        process.terminate()
        code = process.wait(10)
    with served("--data", data) as (url, _):
        found = requests.get(f"{url}/subjects/s/versions/1", timeout=5).json()

    assert (code, found["id"]) == (0, schema_id)


def test_a_file_in_use_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    store = SqliteStore(tmp_path / "registry.db")
    code = run(["registry", "serve", "--port", "0", "--data", str(tmp_path / "registry.db")])
    store.close()

    assert code == 2
    assert "another registry is running on it" in capsys.readouterr().err


def test_it_asks_for_the_password_in_the_variable() -> None:
    with served("--user", "ann", "--password-env", "ANN", ANN="hush") as (url, process):
        stranger = requests.get(f"{url}/subjects", timeout=5).status_code
        settings = RegistrySettings(url, username="ann", password=Secret("hush"))
        with RegistryClient(settings) as client:
            subjects = client.subjects()
        process.terminate()
        _, said = process.communicate(timeout=10)

    assert (stranger, subjects) == (401, ())
    assert "hush" not in said


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--user", "ann"), "--user and --password-env belong together"),
        (("--user", "ann", "--password-env", "NOT_THERE"), "NOT_THERE"),
        (("--tls-key", __file__), "--tls-key needs --tls-cert"),
        (("--tls-cert", __file__), "the certificate and its key cannot be used"),
        (("--dialect", "karapace"), "karapace"),
        (("--data", "/nowhere/at/all.db"), "cannot open the registry's file"),
        (
            ("--host", "192.0.2.1"),
            "cannot listen on 192.0.2.1:0: Cannot assign requested address; choose another address",
        ),
    ],
)
def test_what_cannot_be_is_told_with_exit_code_2(
    options: tuple[str, ...], words: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "300")

    assert run(["registry", "serve", "--port", "0", *options]) == 2
    assert words in capsys.readouterr().err


def test_fifty_clients_get_one_id_per_schema() -> None:
    with served() as (url, _), ThreadPoolExecutor(50) as pool:
        barrier = threading.Barrier(50)

        def work(worker: int) -> list[tuple[int, int]]:
            ids = []
            with requests.Session() as session:
                barrier.wait()
                for n in (0, 1, 2, 3 + worker):
                    body = {"schema": schema(n).text}
                    ids.append((n, session.post(f"{url}/subjects/s{n}/versions", json=body, timeout=30).json()["id"]))
            return ids

        ids = [pair for pairs in pool.map(work, range(50)) for pair in pairs]

    assert sorted(set(ids)) == sorted(dict(ids).items())
    assert sorted(dict(ids).values()) == list(range(1, 54))


@pytest.mark.parametrize("kills", [2, pytest.param(12, marks=pytest.mark.slow)])
def test_a_kill_under_load_loses_nothing_that_was_answered(kills: int, tmp_path: Path) -> None:
    dice = random.Random(kills)
    data = str(tmp_path / "registry.db")
    answered: dict[int, SchemaId] = {}
    lock = threading.Lock()

    def write(url: str, numbers: range, process: subprocess.Popen[str], enough: int) -> None:
        with RegistryClient(RegistrySettings(url, max_retries=0)) as client:
            for number in numbers:
                try:
                    schema_id = client.register(f"s{number % 7}-{number}", schema(number))
                except RegistryError:
                    return
                with lock:
                    answered[number] = schema_id
                    if len(answered) >= enough:
                        process.kill()

    for turn in range(kills):
        with served("--data", data) as (url, process), ThreadPoolExecutor(4) as pool:
            enough = len(answered) + dice.randint(5, 60)
            for worker in range(4):
                start = turn * 10_000 + worker * 1_000
                pool.submit(write, url, range(start, start + 1_000), process, enough)
    with MemoryRegistry(store=SqliteStore(data)) as registry:
        found = {number: registry.lookup(f"s{number % 7}-{number}", schema(number)).id for number in answered}

    assert len(answered) >= 5 * kills
    assert found == answered
