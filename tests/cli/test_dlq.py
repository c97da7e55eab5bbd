"""Dead letters on the command line: looked at without a value on the screen, moved without losing one."""

from __future__ import annotations

import gc
import json
import re
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import monotonic
from typing import Any

import pytest
from confluent_kafka import Consumer, KafkaError, Message, Producer, TopicPartition

from eventpact.cli.app import run
from eventpact.codec import Codec, prefix
from eventpact.contract import load_manifest
from eventpact.dead_letter import DeadLetter, Header, Reason, Stage, TimestampType
from eventpact.dev import EmbeddedStack
from eventpact.dev.broker import Api
from eventpact.errors import DeliveryError, TopicError
from eventpact.kafka.letter_filter import LetterFilter
from eventpact.kafka.letter_job import Pace, Replaying, move
from eventpact.kafka.letter_scan import LetterScan, Scanned, Span
from eventpact.kafka.replaying import Sender
from eventpact.kafka.settings import Settings
from eventpact.registry import RegistryClient, register_contracts
from ingestion_events import IngestionEvent
from tests.kafka.world import CONTRACT, DEAD_LETTERS, GROUP, TOPIC, event, tenant

MANIFEST = Path(__file__).parents[2] / "schemas" / "contracts.toml"
PARKED = f"{TOPIC}-parked"
CANARY = "canary-7f3a"
FAILED = datetime(2026, 11, 1, tzinfo=UTC)
KEY = bytes(range(256))


class Shop:
    """An embedded stack with dead letters of a known kind in it."""

    def __init__(self, stack: EmbeddedStack) -> None:
        self.stack = stack
        self.settings = Settings.from_env()
        assert self.settings.registry is not None
        self.registry = RegistryClient(self.settings.registry)
        register_contracts(load_manifest(MANIFEST), self.registry)
        stack.broker.create_topic(PARKED, 6)
        ids = [self.registry.version(f"{topic}-value", "latest").id for topic in (DEAD_LETTERS, TOPIC)]
        self.encode = Codec(DeadLetter).encoder(prefix(ids[0]))
        self._event = Codec(IngestionEvent).encoder(prefix(ids[1]))
        self._schema_id = ids[1]
        self._producer = Producer(
            {"bootstrap.servers": stack.broker.bootstrap_servers, "log_level": 0, "compression.type": "zstd"}
        )

    def letter(self, number: int, **changes: Any) -> DeadLetter:
        values: dict[str, Any] = {
            "dlq_id": f"{GROUP}/{TOPIC}/{number % 6}/{number}",
            "original_topic": TOPIC,
            "original_partition": number % 6,
            "original_offset": number,
            "original_timestamp_ms": 1_700_000,
            "timestamp_type": TimestampType.CREATE_TIME,
            "original_key": KEY,
            "original_value": self._event(event(number, name=CANARY)),
            "original_headers": (Header(name="a", value=b"\xff"), Header(name="a", value=None)),
            "consumer_group": GROUP,
            "stage": Stage.HANDLER,
            "reason": Reason.HANDLER if number % 2 else Reason.TRANSIENT_EXHAUSTED,
            "schema_id": self._schema_id,
            "tenant_id": tenant(number % 3),
            "error_summary": "the handler failed\x1b[31m",
            "first_failed_at": FAILED,
            "failed_at": FAILED + timedelta(minutes=number),
            **changes,
        }
        return DeadLetter(**values)

    def put(self, *letters: DeadLetter) -> None:
        for one in letters:
            self.raw(self.encode(one), one.original_partition)
        assert self._producer.flush(30) == 0

    def raw(self, value: bytes, partition: int) -> None:
        while True:
            try:
                self._producer.produce(DEAD_LETTERS, value, b"key", partition, headers=[("x-retry-count", b"0")])
            except BufferError:
                self._producer.poll(0.1)
            else:
                return

    @contextmanager
    def reader(self, group: str = "a-test") -> Iterator[Consumer]:
        consumer = Consumer(
            {"bootstrap.servers": self.stack.broker.bootstrap_servers, "group.id": group, "log_level": 0}
        )
        try:
            yield consumer
        finally:
            consumer.close()

    def stored(self, topic: str) -> int:
        with self.reader() as consumer:
            parts = [TopicPartition(topic, number) for number in range(6)]
            return sum(consumer.get_watermark_offsets(part, 10)[1] for part in parts)

    def records(self, topic: str) -> list[Message]:
        count = self.stored(topic)
        found: list[Message] = []
        with self.reader() as consumer:
            consumer.assign([TopicPartition(topic, number, 0) for number in range(6)])
            while len(found) < count:
                found += consumer.consume(1000, 0.2)
        return found


class Hands:
    """A clock that moves when somebody sleeps."""

    def __init__(self) -> None:
        self.now = 0.0

    def monotonic(self) -> float:
        return self.now

    def wall_ms(self) -> int:
        return int(self.now * 1000)

    def sleep(self, seconds: float) -> None:
        self.now += seconds


@pytest.fixture
def shop(monkeypatch: pytest.MonkeyPatch) -> Iterator[Shop]:
    with EmbeddedStack(load_manifest(MANIFEST)) as stack:
        for name, value in stack.environment().items():
            monkeypatch.setenv(name, value)
        monkeypatch.setenv("EVENTPACT_MANIFEST", str(MANIFEST))
        made = Shop(stack)
        yield made
        made.registry.close()


def said(capsys: pytest.CaptureFixture[str], *arguments: str, code: int = 0) -> str:
    capsys.readouterr()
    assert run(["dlq", *arguments]) == code
    told = capsys.readouterr()
    return told.out + told.err


def test_dead_letters_are_looked_at_without_a_value_on_the_screen(
    shop: Shop, capsys: pytest.CaptureFixture[str]
) -> None:
    shop.put(*(shop.letter(number) for number in range(12)))
    shop.raw(CANARY.encode(), 0)
    shop.put()
    listed = said(capsys, "ls", "ingestion")

    assert len(re.findall(r"^\d:\d", listed, re.MULTILINE)) == 12
    assert r"the handler failed\x1b[31m" in listed
    assert "\x1b[31m" not in listed

    stats = json.loads(said(capsys, "stats", "ingestion", "--json"))
    assert (stats["read"], stats["matched"], stats["unreadable"]) == (13, 12, 1)
    assert stats["reason"] == {"HANDLER": 6, "TRANSIENT_EXHAUSTED": 6}
    assert stats["tenant"] == {tenant(number): 4 for number in range(3)}
    assert (stats["oldest"], stats["newest"]) == ("2026-11-01T00:00:00Z", "2026-11-01T00:11:00Z")

    shown = said(capsys, "show", "ingestion", "1:0")
    assert json.loads(shown)["event"]["s3_uri"] == "s3://bucket/1"
    assert CANARY in said(capsys, "show", "ingestion", "1:0", "--reveal")
    assert "no record at 1:99" in said(capsys, "show", "ingestion", "1:99", code=1)
    assert "no dead letter" in said(capsys, "show", "ingestion", "0:2", code=1)
    assert CANARY not in listed + shown + json.dumps(stats)


@pytest.mark.parametrize(
    ("options", "count"),
    [
        (["--tenant", tenant(1)], 4),
        (["--reason", "HANDLER"], 6),
        (["--stage", "DECODE"], 0),
        (["--schema-id", "99"], 0),
        (["--since", "2026-11-01T00:03:00Z", "--until", "2026-11-01T01:05:00+01:00"], 2),
        (["--since", "0001-01-01T00:00:00Z", "--until", "9999-12-31T23:59:59Z"], 12),
        (["--partition", "2"], 2),
        (["--offsets", "1.."], 6),
        (["--offsets", "0..0", "--partition", "5"], 1),
    ],
)
def test_options_choose(shop: Shop, capsys: pytest.CaptureFixture[str], options: list[str], count: int) -> None:
    shop.put(*(shop.letter(number) for number in range(12)))

    assert json.loads(said(capsys, "stats", "ingestion", "--json", *options))["matched"] == count


def test_tenants_are_numbered_where_the_key_is_personal_data(
    shop: Shop, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("eventpact.observe.keys.key_is_personal", lambda schema, key: True)
    shop.put(*(shop.letter(number) for number in range(4)), shop.letter(4, tenant_id=None))

    told = [
        said(capsys, *command.split())
        for command in ("ls ingestion", "ls ingestion --json", "stats ingestion --json", "show ingestion 1:0")
    ]

    assert [one for one in told[:3] if tenant(0) in one or tenant(1) in one] == []
    assert json.loads(told[2])["tenant"] == {"*** (1)": 2, "*** (2)": 1, "*** (3)": 1, "none": 1}
    assert json.loads(told[3])["letter"]["tenant_id"] == "***"
    assert json.loads(said(capsys, "stats", "ingestion", "--json", "--reveal"))["tenant"][tenant(0)] == 2
    assert json.loads(said(capsys, "stats", "ingestion", "--json", "--tenant", tenant(1)))["tenant"] == {"*** (1)": 1}


@pytest.mark.parametrize(
    "options", [["--offsets", "7"], ["--offsets", "a..b"], ["--offsets", "5..1"], ["--since", "yesterday"]]
)
def test_options_that_say_nothing_are_usage_errors(
    capsys: pytest.CaptureFixture[str], options: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EVENTPACT_MANIFEST", str(MANIFEST))

    assert options[0] in said(capsys, "ls", "ingestion", *options, code=2)


def test_a_replay_is_dry_first_then_byte_exact_and_a_second_one_takes_only_what_is_new(
    shop: Shop, capsys: pytest.CaptureFixture[str]
) -> None:
    shop.put(*(shop.letter(number) for number in range(12)), shop.letter(1), shop.letter(7, original_topic="other"))
    arguments = ["replay", "ingestion", "--reason", "HANDLER"]

    dry = said(capsys, *arguments)
    assert "would replay 6 of 14 records read; 2 left alone" in dry
    assert "add --yes" in dry
    assert shop.records(TOPIC) == []

    assert "replay: 6 of 14" in said(capsys, *arguments, "--yes", "--rate", "1000")
    records = shop.records(TOPIC)
    assert len(records) == 6
    for record in records:
        assert record.key() == KEY
        assert list(record.headers() or [])[:2] == [("a", b"\xff"), ("a", None)]
    assert {record.value() for record in records} == {shop.letter(n).original_value for n in range(1, 12, 2)}

    shop.put(shop.letter(13))
    assert "replay: 1 of 1 records" in said(capsys, *arguments, "--yes")
    assert "would replay 0 of 0" in said(capsys, *arguments)
    assert "would replay 7 of 15" in said(capsys, *arguments, "--again")


class KilledError(BaseException):
    """What a SIGKILL would look like from inside."""


class Killed(Replaying):
    """Dies after so many letters."""

    left = 0

    def send(self, scanned: Scanned, letter: DeadLetter) -> None:
        if self.left == 0:
            raise KilledError
        self.left -= 1
        super().send(scanned, letter)


def test_a_replay_that_was_killed_goes_on_to_the_end_that_was_fixed(shop: Shop) -> None:
    shop.put(*(shop.letter(number) for number in range(3_000)))
    wanted = LetterFilter()

    def scan() -> LetterScan:
        return LetterScan(CONTRACT, shop.settings, shop.registry, job="replay.test")

    with scan() as first:
        spans = first.remaining(first.spans())
        target = Killed(Sender(shop.settings, TOPIC), TOPIC, 3)
        target.left = 1_700
        with pytest.raises(KilledError):
            move(first, spans, wanted, target)
    shop.put(*(shop.letter(number) for number in range(3_000, 3_060)))
    with scan() as second:
        rest = second.remaining(second.spans())
        done = move(second, rest, wanted, Replaying(Sender(shop.settings, TOPIC), TOPIC, 3))
    ids = [dict(record.headers() or [])["x-replay-id"] for record in shop.records(TOPIC)]

    # How far the checkpoint was behind the kill depends on the time, by 500 letters at the most.
    assert 1_300 <= done.read <= 1_800
    assert len(set(ids)) == 3_000
    assert len(ids) <= 3_000 + 500
    with scan() as third:
        assert sum(span.size for span in third.remaining(third.spans()).values()) == 60


def test_a_partition_that_is_done_waits_for_the_others_before_it_goes_on(shop: Shop) -> None:
    def left(scan: LetterScan) -> list[int]:
        return [span.size for _, span in sorted(scan.remaining(scan.spans()).items())]

    shop.put(*(shop.letter(number) for number in range(60)))
    with LetterScan(CONTRACT, shop.settings, shop.registry, job="replay.test") as scan:
        spans = scan.spans()
        del spans[5]  # as if it had been added after the job began
        scan.keep({number: 10 if number < 2 else 4 for number in spans}, spans)
        shop.put(*(shop.letter(number) for number in range(60, 78)))

        assert left(scan) == [0, 0, 6, 6, 6, 0]
        scan.keep(dict.fromkeys(spans, 10), spans)
        assert left(scan) == [3, 3, 3, 3, 3, 13]


def test_a_topic_made_anew_is_read_from_its_beginning(shop: Shop) -> None:
    shop.put(*(shop.letter(number) for number in range(12)))
    with LetterScan(CONTRACT, shop.settings, shop.registry, job="replay.test") as scan:
        scan.keep(dict.fromkeys(range(6), 500), dict.fromkeys(range(6), Span(0, 600)))

        assert scan.remaining(scan.spans()) == dict.fromkeys(range(6), Span(0, 2))


def test_twenty_thousand_letters_are_held_one_at_a_time(shop: Shop) -> None:
    shop.put(*(shop.letter(number) for number in range(20_000)))

    def held() -> int:
        return sum(isinstance(one, DeadLetter) for one in gc.get_objects())

    # Other tests of this process hold letters of their own.
    seen, most, before = 0, 0, held()
    with LetterScan(CONTRACT, shop.settings, shop.registry) as scan:
        for scanned in scan.read(scan.spans(), LetterFilter()):
            seen += scanned.letter is not None
            if seen % 4_000 == 0:
                most = max(most, held() - before)

    assert seen == 20_000
    assert most <= 2


MEASURED = """
import resource, sys
from eventpact.cli.app import run
code = run(sys.argv[1:])
print("resident kB:", resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, file=sys.stderr)
sys.exit(code)
"""


def measured(*arguments: str) -> tuple[str, str, int]:
    """What a dlq command in a process of its own said, and its largest resident size in bytes."""
    command = [sys.executable, "-c", MEASURED, "dlq", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=3_600)
    told, _, kilobytes = done.stderr.rpartition("resident kB: ")
    return done.stdout, told, int(kilobytes) * 1024


@pytest.mark.slow
def test_a_million_letters_are_counted_listed_and_replayed_in_the_same_memory(shop: Shop) -> None:
    """The commands themselves; they are compared with a topic that is large enough to fill the client's queues."""
    # Small and alike, so that they compress: the embedded broker keeps no more than 5 MiB per partition.
    alike = {"original_value": shop._event(event(1)), "original_headers": (), "error_summary": "", "failed_at": FAILED}

    def fill(first: int, count: int) -> None:
        for number in range(first, first + count):
            shop.raw(shop.encode(shop.letter(number, **alike)), number % 6)
        shop.put()

    fill(0, 200_000)
    few = [measured("stats", "ingestion")[2], measured("replay", "ingestion", "--yes")[2]]
    fill(200_000, 800_000)
    with shop.reader() as consumer:
        lows = [consumer.get_watermark_offsets(TopicPartition(DEAD_LETTERS, number), 10)[0] for number in range(6)]
    counted, _, for_stats = measured("stats", "ingestion", "--json")
    listed, _, for_ls = measured("ls", "ingestion", "--offsets", "166660..", "--json")
    _, told, for_replay = measured("replay", "ingestion", "--yes")

    assert lows == [0] * 6, "the embedded broker forgot some"
    assert json.loads(counted)["matched"] == 1_000_000
    assert len(listed.splitlines()) == 4 * 7 + 2 * 6
    assert "replay: 800000 of 800000" in told
    assert for_stats - few[0] < 100_000_000
    assert for_ls - few[0] < 100_000_000
    # A replay remembers the last 100,000 ids, to see copies of one failure.
    assert for_replay - few[1] < 200_000_000


def test_what_is_not_acknowledged_is_not_remembered_as_done(shop: Shop) -> None:
    shop.put(*(shop.letter(number) for number in range(12)))
    for partition in range(6):
        shop.stack.broker.push_partition_errors(TOPIC, partition, Api.PRODUCE, KafkaError.POLICY_VIOLATION)
    with LetterScan(CONTRACT, shop.settings, shop.registry, job="replay.test") as scan:
        spans = scan.remaining(scan.spans())
        with pytest.raises(DeliveryError):
            move(scan, spans, LetterFilter(), Replaying(Sender(shop.settings, TOPIC), TOPIC, 3))

        assert scan.remaining(scan.spans()) == spans


def test_parking_copies_byte_for_byte(shop: Shop, capsys: pytest.CaptureFixture[str]) -> None:
    shop.put(*(shop.letter(number) for number in range(4)))

    assert "would park 2 of 4" in said(capsys, "park", "ingestion", "--reason", "HANDLER")
    assert "park: 2 of 4" in said(capsys, "park", "ingestion", "--reason", "HANDLER", "--yes")
    stored = {(record.key(), record.value(), str(record.headers())) for record in shop.records(PARKED)}
    sources = {(record.key(), record.value(), str(record.headers())) for record in shop.records(DEAD_LETTERS)}
    assert len(stored) == 2
    assert stored < sources


def test_a_parking_topic_that_is_missing_is_not_looked_for_in_the_plan(
    shop: Shop, capsys: pytest.CaptureFixture[str]
) -> None:
    shop.put(shop.letter(1))

    framed = said(capsys, "park", "ingestion", "--yes", "--parked-topic", "no-such", code=2)
    text = " ".join(framed.replace("│", " ").split())
    assert "topic no-such: the topic does not exist" in text
    assert "give it the partitions and settings of" in text
    assert "eventpact plan" not in text


def test_without_a_terminal_to_ask_at_a_replay_is_dry(
    shop: Shop, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A standard input that is closed, as `<&-` leaves it, is none either."""
    monkeypatch.setattr(sys, "stdin", None)
    shop.put(shop.letter(1))

    assert "add --yes" in said(capsys, "replay", "ingestion")


def test_a_purge_plan_ends_before_the_first_record_that_has_to_stay(
    shop: Shop, capsys: pytest.CaptureFixture[str]
) -> None:
    shop.put(*(shop.letter(number) for number in range(18)))
    group = {"bootstrap.servers": shop.settings.bootstrap_servers, "group.id": "ingestion-events-dlq-processor"}
    consumer = Consumer({**group, "log_level": 0})
    consumer.commit(
        offsets=[TopicPartition(DEAD_LETTERS, number, 3 if number < 4 else 1) for number in range(5)],
        asynchronous=False,
    )
    consumer.close()
    assert run(["dlq", "purge-plan", "ingestion", "--until", "2026-11-01T00:08:00Z"]) == 0
    told = capsys.readouterr()
    plan = {row["partition"]: row["offset"] for row in json.loads(told.out)["partitions"]}

    assert plan == {0: 2, 1: 2, 2: 1, 3: 1, 4: 1}
    assert "7 of 18 records could go; nothing was deleted" in told.err


def test_a_purge_plan_sees_what_its_times_leave_out(shop: Shop, capsys: pytest.CaptureFixture[str]) -> None:
    """A letter beyond the times has to stay, so the plan ends before it, however the times are looked up."""
    shop.put(*(shop.letter(number * 6, failed_at=FAILED + timedelta(days=9 - number)) for number in range(4)))
    group = {"bootstrap.servers": shop.settings.bootstrap_servers, "group.id": "ingestion-events-dlq-processor"}
    consumer = Consumer({**group, "log_level": 0})
    consumer.commit(offsets=[TopicPartition(DEAD_LETTERS, 0, 4)], asynchronous=False)
    consumer.close()
    assert run(["dlq", "purge-plan", "ingestion", "--since", "2026-11-09T00:00:00Z"]) == 0

    assert json.loads(capsys.readouterr().out)["partitions"] == [{"topic": DEAD_LETTERS, "partition": 0, "offset": 2}]


def test_letters_that_the_topic_soon_deletes_are_counted(shop: Shop, capsys: pytest.CaptureFixture[str]) -> None:
    now = int(datetime.now(UTC).timestamp() * 1000)
    day = 86_400_000
    for age in (28 * day, 27 * day + 60_000, 26 * day, 0):
        shop._producer.produce(DEAD_LETTERS, shop.encode(shop.letter(1)), partition=0, timestamp=now - age)
    shop.put()

    assert json.loads(said(capsys, "stats", "ingestion", "--json"))["expiring"] == 2
    assert "2 are deleted soon" in said(capsys, "stats", "ingestion")


class Answers:
    """A consumer that finds offsets for times: as a real one, with one record per partition and minute."""

    def __init__(self, first: datetime, count: int) -> None:
        self.first, self.count = int(first.timestamp() * 1000), count

    def __call__(self, asked: list[TopicPartition], timeout: float) -> list[TopicPartition]:
        found = []
        for item in asked:
            offset = max(0, -(-(item.offset - self.first) // 60_000))
            found.append(TopicPartition(item.topic, item.partition, offset if offset < self.count else -1))
        return found


@pytest.mark.parametrize(
    ("since", "until", "wanted"),
    [
        (None, None, Span(0, 600)),
        (300, None, Span(240, 600)),  # an hour for clocks that differ
        (None, 300, Span(0, 360)),
        (300, 360, Span(240, 420)),
        (-5_000, 5_000, Span(0, 600)),
        (10_000, None, Span(600, 600)),  # -1 is the end, not the start
    ],
)
def test_times_are_looked_up_where_the_broker_knows(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, since: int | None, until: int | None, wanted: Span
) -> None:
    question = LetterFilter(
        since=None if since is None else FAILED + timedelta(minutes=since),
        until=None if until is None else FAILED + timedelta(minutes=until),
    )
    with LetterScan(CONTRACT, shop.settings, shop.registry) as scan:
        monkeypatch.setattr(scan, "_consumer", FakeConsumer(scan._consumer, Answers(FAILED, 600)))

        assert scan.narrowed({2: Span(0, 600)}, question)[2] == wanted


class FakeConsumer:
    def __init__(self, real: Consumer, answers: Answers) -> None:
        self.offsets_for_times, self.close = answers, real.close


def test_a_broker_that_knows_no_times_is_read_from_the_start(shop: Shop) -> None:
    shop.put(*(shop.letter(number) for number in range(6)))
    with LetterScan(CONTRACT, shop.settings, shop.registry) as scan:
        spans = scan.spans()

        assert scan.narrowed(spans, LetterFilter(since=FAILED)) == spans


def test_a_partition_whose_times_are_not_told_is_not_left_out(shop: Shop) -> None:
    """A partition that the broker does not know stands for one that has no leader just now."""
    shop.put(shop.letter(0))
    with LetterScan(CONTRACT, shop.settings, shop.registry) as scan, pytest.raises(TopicError):
        scan.narrowed({0: Span(0, 1), 99: Span(0, 5)}, LetterFilter(since=FAILED))


class Stalling:
    """A consumer that has nothing for a while after each record."""

    def __init__(self, real: Consumer) -> None:
        self._real = real
        self._found = False

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)

    def consume(self, most: int, timeout: float) -> list[Message]:
        found = [] if self._found else self._real.consume(1, timeout)
        if timeout == 0 or not self._found:  # until the scan gives up on this wait
            self._found = bool(found)
        return found


def test_whoever_takes_long_over_a_record_is_not_told_that_the_broker_is_silent(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.put(*(shop.letter(number) for number in range(0, 18, 6)))
    clock = Hands()
    with LetterScan(CONTRACT, shop.settings, shop.registry, clock=clock) as scan, monkeypatch.context() as patch:
        patch.setattr(scan, "_consumer", Stalling(scan._consumer))
        read = 0
        for _ in scan.read({0: Span(0, 3)}, LetterFilter()):
            read += 1
            clock.now += 60

    assert read == 3


def test_a_replay_that_is_killed_and_run_again_writes_every_letter(
    shop: Shop, capsys: pytest.CaptureFixture[str]
) -> None:
    shop.put(*(shop.letter(number) for number in range(4_000)))
    command = [sys.executable, "-m", "eventpact", "dlq", "replay", "ingestion", "--yes", "--rate", "1500"]
    # Its settings are in this process's environment.
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    deadline = monotonic() + 60
    while shop.stored(TOPIC) < 1_200:
        assert process.poll() is None
        assert monotonic() < deadline
    process.send_signal(signal.SIGKILL)
    process.wait(60)
    before = shop.stored(TOPIC)
    told = said(capsys, "replay", "ingestion", "--yes")
    ids = Counter(dict(record.headers() or [])["x-replay-id"] for record in shop.records(TOPIC))
    again = said(capsys, "replay", "ingestion", "--yes")

    assert before < 4_000
    assert "replay: 4000 of 4000" not in told  # it went on
    assert len(ids) == 4_000
    assert sum(count - 1 for count in ids.values()) <= 500
    assert "replay: 0 of 0" in again


def test_ctrl_c_repeats_nothing_and_says_how_to_go_on(shop: Shop, capsys: pytest.CaptureFixture[str]) -> None:
    shop.put(*(shop.letter(number) for number in range(600)))
    # A run in the background ignores SIGINT, and what it starts would, too.
    program = "import signal, sys; signal.signal(signal.SIGINT, signal.default_int_handler); "
    program += "from eventpact.cli import main; main()"
    command = [sys.executable, "-c", program, "dlq", "replay", "ingestion", "--yes", "--rate", "300"]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    deadline = monotonic() + 60
    while shop.stored(TOPIC) < 100:
        assert process.poll() is None
        assert monotonic() < deadline
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=60)
    before = shop.stored(TOPIC)
    said(capsys, "replay", "ingestion", "--yes")
    ids = Counter(dict(record.headers() or [])["x-replay-id"] for record in shop.records(TOPIC))

    assert process.returncode == 130
    assert "stopped; the same command goes on from here" in errors
    assert "Traceback" not in errors
    assert before < 600
    assert set(ids.values()) == {1}
    assert len(ids) == 600


class Slow:
    """A target that takes a minute per letter, on a clock that it moves."""

    def __init__(self, clock: Hands) -> None:
        self.clock = clock
        self.settled: list[int] = []
        self.sent = 0

    def admits(self, letter: DeadLetter) -> bool:
        return letter.retry_count == 0

    def send(self, scanned: Scanned, letter: DeadLetter) -> None:
        self.sent += 1
        self.clock.now += 60

    def settle(self) -> None:
        self.settled.append(self.sent)


def test_a_slow_move_remembers_by_time(shop: Shop) -> None:
    shop.put(*(shop.letter(number) for number in range(4)))
    clock = Hands()
    slow = Slow(clock)
    with LetterScan(CONTRACT, shop.settings, shop.registry, job="replay.test") as scan:
        move(scan, scan.spans(), LetterFilter(), slow, clock=clock)

    assert slow.settled == [0, 1, 2, 3, 4, 4]


def test_a_replay_leaves_the_groups_of_the_topic_alone(shop: Shop, capsys: pytest.CaptureFixture[str]) -> None:
    shop.put(*(shop.letter(number) for number in range(60)))
    with shop.reader("ingestion-events-dlq-processor") as consumer:
        parts = [TopicPartition(DEAD_LETTERS, number, 3) for number in range(6)]
        consumer.commit(offsets=parts, asynchronous=False)
        said(capsys, "replay", "ingestion", "--yes")
        after = consumer.committed([TopicPartition(DEAD_LETTERS, number) for number in range(6)], 10)

    assert [part.offset for part in after] == [3] * 6


def test_the_pace_is_kept() -> None:
    clock = Hands()
    pace = Pace(50, clock)
    for _ in range(101):
        pace.wait()

    assert clock.now == pytest.approx(2.0)
