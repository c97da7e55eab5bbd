"""`eventpact doctor` on an embedded stack that is well, ill, and gone."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from eventpact.cli.app import run
from eventpact.contract import load_manifest
from eventpact.dev import EmbeddedStack
from eventpact.registry import register_contracts

MANIFEST = Path(__file__).parents[2] / "schemas" / "contracts.toml"


@pytest.fixture
def stack(monkeypatch: pytest.MonkeyPatch) -> Iterator[EmbeddedStack]:
    monkeypatch.setenv("EVENTPACT_MANIFEST", str(MANIFEST))
    with EmbeddedStack(load_manifest(MANIFEST)) as stack:
        for name, value in stack.environment().items():
            monkeypatch.setenv(name, value)
        yield stack


def looked(capsys: pytest.CaptureFixture[str]) -> tuple[int, dict[str, tuple[str, str]]]:
    code = run(["doctor", "--json"])
    return code, {row["what"]: (row["state"], row["fix"]) for row in json.loads(capsys.readouterr().out)}


def test_all_is_well(stack: EmbeddedStack, capsys: pytest.CaptureFixture[str]) -> None:
    register_contracts(load_manifest(MANIFEST), stack.registry.registry)
    code, lines = looked(capsys)

    assert code == 0
    assert {state for state, _ in lines.values()} == {"ok"}
    assert {"settings", "client", "partitioner", "broker", "registry", "topic ingestion-events"} <= set(lines)


def test_a_missing_schema_fails_with_its_fix(stack: EmbeddedStack, capsys: pytest.CaptureFixture[str]) -> None:
    code, lines = looked(capsys)

    assert code == 1
    assert lines["subject ingestion-events-value"] == ("fail", "eventpact plan, then eventpact apply")


def test_a_registry_that_is_away_fails_and_no_secret_is_shown(
    stack: EmbeddedStack, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SCHEMA_REGISTRY_USERNAME", "me")
    monkeypatch.setenv("SCHEMA_REGISTRY_PASSWORD", "hunter2")
    first = run(["doctor"])
    stack.registry.close()
    second = run(["doctor"])
    said = capsys.readouterr()

    assert (first, second) == (1, 1)
    assert "user me, password ***" in said.out
    assert "check SCHEMA_REGISTRY_URL" in said.out
    assert "hunter2" not in said.out + said.err
