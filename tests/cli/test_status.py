"""`eventpact status` as a person and as a script see it."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from rich.console import Console

from eventpact.cli.app import run
from eventpact.cli.status_view import age, view
from eventpact.contract import load_manifest
from eventpact.dev import EmbeddedStack
from eventpact.errors import KafkaError
from eventpact.kafka import Producer
from eventpact.registry import RegistryClient, register_contracts
from eventpact.status.broker import Broker
from eventpact.status.look import ContractLook, Ends, GroupLook, LetterSample, Look, Sample, TopicLook
from eventpact.status.reporting import report
from ingestion_events import IngestionEvent
from tests.kafka.world import GROUP, event, tenant

MANIFEST = Path(__file__).parents[2] / "schemas" / "contracts.toml"
LONG = "a-group-with-a-name-as-long-as-people-like-them"


@pytest.fixture(scope="module")
def stack() -> Iterator[EmbeddedStack]:
    manifest = load_manifest(MANIFEST)
    with EmbeddedStack(manifest) as stack:
        settings = stack.settings()
        assert settings.registry is not None
        with RegistryClient(settings.registry) as registry:
            register_contracts(manifest, registry)
        with Producer(IngestionEvent, settings) as producer:
            producer.publish_many(event(number, owner=number % 4) for number in range(40))
        yield stack


@pytest.fixture(autouse=True)
def environment(stack: EmbeddedStack, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {**stack.environment(), "EVENTPACT_MANIFEST": str(MANIFEST), "NO_COLOR": "1"}.items():
        monkeypatch.setenv(name, value)


def said(capsys: pytest.CaptureFixture[str], *arguments: str, code: int = 0) -> str:
    capsys.readouterr()
    found = run(["status", "--interval", "0.01", *arguments])
    told = capsys.readouterr()
    assert found == code, told.err
    return told.out + told.err


def test_a_person_sees_topic_versions_tenants_groups_and_dead_letters(capsys: pytest.CaptureFixture[str]) -> None:
    told = said(capsys)

    for text in ("40 stored", "v1 100%", "4 seen", tenant(0), GROUP, "ingestion-events-dlq", "0 stored"):
        assert text in told
    assert "the embedded one cannot" in told.replace("\n", " ")
    assert "\x1b" not in told


def test_keys_that_are_personal_data_are_counted_and_shown_only_to_who_asks(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    copied = Path(shutil.copytree(MANIFEST.parent, tmp_path / "schemas")) / "contracts.toml"
    copied.write_text(copied.read_text("utf-8").replace('key = "tenant_id"', 'key = "original_filename"'), "utf-8")
    masked, revealed = (said(capsys, "-m", str(copied), *more) for more in ([], ["--reveal"]))

    assert "4 seen" in masked
    assert "*** (4)" in said(capsys, "-m", str(copied), "--top", "4")
    assert "1111-4222" not in masked
    assert tenant(0) in revealed


def test_a_script_reads_the_same_numbers(capsys: pytest.CaptureFixture[str]) -> None:
    (found,) = json.loads(said(capsys, "ingestion", "--json"))["contracts"]

    assert (found["stored"], found["groups"][0]["lag"], found["tenants_seen"]) == (40, 40, 4)
    assert found["writers"] == [{"name": "v1", "share": 1.0}]
    assert found["letters"]["stored"] == 0


def test_watching_as_json_is_one_line_per_look(capsys: pytest.CaptureFixture[str]) -> None:
    lines = [json.loads(line) for line in said(capsys, "--watch", "-n", "3", "--json").splitlines()]

    assert [line["seconds"] is None for line in lines] == [True, False, False]
    assert [line["contracts"][0]["rate"] for line in lines[1:]] == [0.0, 0.0]


def test_scripts_are_told_by_the_exit_code(capsys: pytest.CaptureFixture[str]) -> None:
    assert "lag is 40, more than 39" in said(capsys, "--fail-lag", "39", code=1)
    assert "older than 1ms" in said(capsys, "--fail-age", "1ms", code=1)
    said(capsys, "--fail-lag", "40", "--fail-age", "1h")


def test_a_group_that_cannot_be_judged_passes_no_check(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(self: Broker, group: str, topics: object) -> dict[tuple[str, int], int]:
        raise KafkaError(f"no right on group {group}", code="GROUP_AUTHORIZATION_FAILED")

    monkeypatch.setattr(Broker, "committed", refused)

    assert f"nobody knows how these groups stand: {GROUP}" in said(capsys, "--fail-lag", "1000000", code=2)
    assert f"no right on group {GROUP}" in said(capsys).replace("\n", " ")


def test_slips_are_told_with_what_would_be_right(capsys: pytest.CaptureFixture[str]) -> None:
    assert "did you mean 'ingestion'" in said(capsys, "ingestoin", code=1)
    assert "--fail-age" in said(capsys, "--fail-age", "soon", code=2)


def test_a_broker_that_is_away_is_an_error_with_the_next_step(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KAFKA_BOOTSTRAP_SERVERS", "127.0.0.1:1")
    monkeypatch.setattr("eventpact.cli.status.TIMEOUT", 0.2)

    assert "KAFKA_BOOTSTRAP_SERVERS" in said(capsys, code=2)


def busy(partitions: int = 6) -> Look:
    """A look with everything in it that can be wrong, and long names."""
    ends = {number: Ends(0, 1_000_000 + 3_000_000 * (number == 1)) for number in range(partitions)}
    group = GroupLook(
        LONG,
        "preparing_rebalance",
        2,
        owners=dict.fromkeys(range(partitions), "extraction-worker-7f9c-with-a-long-client-id"),
        committed=dict.fromkeys(range(partitions), 999_000),
        oldest_ms=dict.fromkeys(range(partitions), 0),
    )
    contract = ContractLook(
        "ingestion",
        TopicLook("ingestion-events", ends),
        (group, GroupLook("idle", "empty", 0, committed={0: -5})),
        Sample(1_000, complete=False, tenants={"k" * 64: 600, tenant(1): 400}, writers={"v2": 990, "no frame": 10}),
        TopicLook("ingestion-events-dlq", {0: Ends(0, 12_345)}),
        GroupLook("ingestion-events-dlq-processors", "stable", 1),
        LetterSample(1_000, complete=False, reasons={"TRANSIENT_EXHAUSTED": 700, "UNDECODABLE": 300}),
        TopicLook("ingestion-events-parked", {0: Ends(0, 3)}),
        ("nightly-export",),
    )
    return Look(1.0, 200_000_000, (contract,), ())


def drawn(width: int, look: Look, rows: int = 12) -> str:
    console = Console(width=width, force_terminal=False, no_color=True)
    with console.capture() as captured:
        console.print(view(report(look), rows))
    return captured.get()


@pytest.mark.parametrize("width", [80, 120])
def test_nothing_is_broken_off_or_wider_than_the_screen(width: int) -> None:
    text = drawn(width, busy())

    assert max(len(line.rstrip()) for line in text.splitlines()) <= width
    for number in (
        "4,000,000",
        "3,001,000",
        "2d 7h",
        "TRANSIENT_EXHAUSTED 70%",
        "3 parked",
        "nobody reads",
        "nightly-export",
    ):
        assert number in text


def test_many_partitions_are_cut_to_those_that_lag_most() -> None:
    text = drawn(100, busy(64), rows=4)

    assert len(re.findall(r"^ +1 ", text, re.MULTILINE)) == 2  # one per group: the largest lag is on partition 1
    assert text.count("+60") == 2


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(None, "-"), (0.4, "0s"), (59.9, "59s"), (200, "3m 20s"), (18_180, "5h 3m"), (187_200, "2d 4h")],
)
def test_ages_are_short(seconds: float | None, text: str) -> None:
    assert age(seconds) == text
