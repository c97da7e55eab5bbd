"""Events from a pipe onto a topic, and back onto a screen."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from confluent_kafka import Producer

from eventpact.cli.app import run
from eventpact.contract import load_manifest
from eventpact.dev import EmbeddedStack
from eventpact.kafka.json_lines import Line, lines_of
from eventpact.kafka.settings import Settings
from eventpact.kafka.tail import Seen, tail
from eventpact.registry import RegistryClient, register_contracts
from ingestion_events import IngestionEvent
from tests.kafka.world import World

MANIFEST = Path(__file__).parents[2] / "schemas" / "contracts.toml"
CANARY = "canary-7f3a"


def line(number: int, **changes: object) -> str:
    return json.dumps(
        {
            "tenant_id": "0f8fad5b-d9cb-469f-a165-70867728950e",
            "source_type": "UPLOAD",
            "file_hash": f"{number:064x}",
            "s3_uri": f"s3://bucket/{number}",
            "original_filename": CANARY,
            "mime_type": "application/pdf",
            "timestamp": "2026-11-24T09:30:00Z",
            **changes,
        }
    )


@pytest.fixture
def stack(monkeypatch: pytest.MonkeyPatch) -> Iterator[EmbeddedStack]:
    manifest = load_manifest(MANIFEST)
    with EmbeddedStack(manifest) as made:
        for name, value in made.environment().items():
            monkeypatch.setenv(name, value)
        monkeypatch.setenv("EVENTPACT_MANIFEST", str(MANIFEST))
        settings = Settings.from_env().registry
        assert settings is not None
        with RegistryClient(settings) as registry:
            register_contracts(manifest, registry)
        yield made


def piped(monkeypatch: pytest.MonkeyPatch, text: str | bytes, *arguments: str) -> int:
    raw = text.encode() if isinstance(text, str) else text
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(raw)))
    return run(["publish", "ingestion", *arguments])


def seen(capsys: pytest.CaptureFixture[str], count: int, *arguments: str) -> list[dict[str, Any]]:
    capsys.readouterr()
    assert run(["tail", "ingestion", "--from-beginning", "-n", str(count), "--json", *arguments]) == 0
    return [json.loads(one) for one in capsys.readouterr().out.splitlines()]


def test_good_lines_are_published_and_bad_ones_put_aside(
    stack: EmbeddedStack, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    aside = tmp_path / "bad.jsonl"
    bad = [line(1, file_hash=CANARY), line(2, tenant=1), '{"half": ', line(4, original_filename=7)]
    lines = [line(0), bad[0], bad[1], "", line(3), bad[2], bad[3]]

    assert piped(monkeypatch, "\n".join(lines), "--dead-letter", str(aside), "--json") == 1

    told = capsys.readouterr()
    assert json.loads(told.out) == {"lines": 6, "published": 2, "bad": 4, "dry_run": False}
    assert "line 2: $.file_hash: " in told.err
    assert 'line 3: $: the schema has no field "tenant"; did you mean "tenant_id"?' in told.err
    assert "line 6: $: not JSON" in told.err
    assert "line 7: $.original_filename: expected text" in told.err
    assert "2 published, 4 bad, of 6 lines" in told.err
    assert CANARY not in told.out + told.err
    assert aside.read_text().splitlines() == bad

    shown = seen(capsys, 2)
    assert {one["event"]["file_hash"] for one in shown} == {f"{0:064x}", f"{3:064x}"}
    assert {one["event"]["original_filename"] for one in shown} == {"***"}
    assert {one["event"]["original_filename"] for one in seen(capsys, 2, "--reveal")} == {CANARY}


def test_a_dry_run_needs_no_broker(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("KAFKA_BOOTSTRAP_SERVERS", raising=False)
    monkeypatch.setenv("EVENTPACT_MANIFEST", str(MANIFEST))

    assert piped(monkeypatch, line(0) + "\n" + line(1) + "\n", "--dry-run") == 0
    assert "2 would be published, 0 bad, of 2 lines" in capsys.readouterr().err
    assert piped(monkeypatch, line(0, file_hash="short"), "--dry-run") == 1
    assert piped(monkeypatch, line(0)) == 2
    assert run(["publish", "no-such"]) == 1
    assert "no contract is called 'no-such' (there are: ingestion)" in capsys.readouterr().err


def test_a_line_that_no_broker_acknowledges_is_bad_too(
    stack: EmbeddedStack, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setenv("KAFKA_PRODUCER_MESSAGE_TIMEOUT_MS", "1000")
    monkeypatch.setenv("KAFKA_PRODUCER_START_TIMEOUT_MS", "0")
    stack.broker.set_down()

    assert piped(monkeypatch, line(0), "--dead-letter", str(tmp_path / "bad")) == 2

    told = capsys.readouterr().err
    assert "line 1: not acknowledged by the broker" in told
    assert "0 published, 1 bad, of 1 lines" in told
    assert (tmp_path / "bad").read_text() == line(0) + "\n"


def test_a_line_too_long_to_hold_is_put_aside_in_pieces() -> None:
    stream = io.BytesIO(b"ab\n" + b"x" * 200_000 + b"\nlast")
    found = [
        (one.number, one.text + b"".join(one.rest or ()), one.rest is None) for one in lines_of(stream, longest=1_000)
    ]

    assert found == [(1, b"ab", True), (2, b"x" * 200_000, False), (3, b"last", True)]


def test_the_rest_of_a_long_line_that_nobody_reads_is_skipped() -> None:
    lines: Iterator[Line] = lines_of(io.BytesIO(b"x" * 200_000 + b"\nlast"), longest=1_000)

    assert [one.number for one in lines] == [1, 2]


def test_tail_listens_from_now_on_and_tells_what_is_no_event() -> None:
    with World() as world:
        world.publish(0)
        records = tail(IngestionEvent, world.settings, registry=world.registry)

        assert next(records) is None
        world.publish(1)
        world.put(f"{CANARY}\x1b[31m".encode(), partition=3)
        found: list[Seen[IngestionEvent]] = []
        while len(found) < 2:
            one = next(records)
            if one is not None:
                found.append(one)
        records.close()  # type: ignore[attr-defined]

    assert {one.event.s3_uri if one.event else one.problem for one in found} == {
        "s3://bucket/1",
        "UNDECODABLE: the value does not start with magic byte 0 and a 4-byte schema id",
    }


def test_undecodable_bytes_are_shown_only_when_revealed_and_steer_no_terminal(
    stack: EmbeddedStack, capsys: pytest.CaptureFixture[str]
) -> None:
    client = Producer({"bootstrap.servers": stack.broker.bootstrap_servers, "log_level": 0})
    client.produce("ingestion-events", f"{CANARY}\x1b[31m".encode())
    assert client.flush(10) == 0

    assert run(["tail", "ingestion", "--from-beginning", "-n", "1"]) == 0
    assert CANARY not in capsys.readouterr().out
    assert run(["tail", "ingestion", "--from-beginning", "-n", "1", "--reveal"]) == 0
    out = capsys.readouterr().out
    assert CANARY in out
    assert "\x1b" not in out
