"""What a dead letter says: templates, class names, schema paths and lines of code. Never a value."""

from __future__ import annotations

import json
import struct
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eventpact.dead_letter import DeadLetter, Reason, Stage, TimestampType
from eventpact.errors import DecodeError, FrameError
from eventpact.ids import SchemaId
from eventpact.kafka.diagnosis import Diagnosis, class_name, code_place, diagnose, schema_path, tenant_of
from eventpact.kafka.envelope import dead_letter_of, outer_headers
from eventpact.kafka.judge import Bury, Failure, judge
from eventpact.kafka.policy import Policy
from eventpact.kafka.record import Record
from tests.kafka.world import tenant

CANARY = "canary-7f3a"

RECORD = Record(
    topic="orders",
    partition=4,
    offset=77,
    key=b"\x00key",
    value=b"\xff\xfe",
    headers=(("a", None), ("a", b""), ("x-dlq-reason", b"forged"), ("kafka_dlt-original-topic", b"forged")),
    timestamp_ms=1_234,
    timestamp_type=1,
)
DIAGNOSIS = Diagnosis(
    Stage.DECODE, Reason.UNDECODABLE, "eventpact.errors.DecodeError", "decode", "at $.a", None, None, None
)


def letter() -> DeadLetter:
    return dead_letter_of(RECORD, DIAGNOSIS, group="g", max_retries=3, first_failed_ms=1_000, failed_ms=2_001)


def said(failure: Failure[str]) -> Diagnosis:
    verdict = judge(failure, 99, Policy())
    assert isinstance(verdict, Bury)
    return diagnose(verdict, failure, None)


@pytest.mark.parametrize(
    ("path", "kept"),
    [
        ("$", "$"),
        ("$.lines[2].sku", "$.lines[2].sku"),
        (f'$.metadata["{CANARY}"]', "$.metadata[*]"),
        (f"$.metadata['{CANARY}'].x", "$.metadata[*]"),
        (f"$.metadata.{CANARY}", "$.metadata.canary[*]"),
        ("$[12345678901234567890]", "$[*]"),
        (CANARY, "$[*]"),
    ],
)
def test_a_path_ends_where_the_schema_does(path: str, kept: str) -> None:
    """A map's keys are payload. (A codec that wrote them as field names could not be told apart; ours quotes them.)"""
    assert schema_path(path) == kept


@given(st.text())
def test_a_path_is_plain_text_whatever_comes(path: str) -> None:
    kept = schema_path(path)

    assert kept.startswith("$")
    assert kept.isascii()
    assert kept.isprintable()
    assert len(kept) < 300


def test_the_text_of_an_exception_stays_where_it_is() -> None:
    class BrokenError(Exception):
        pass

    def handle() -> None:
        raise BrokenError(CANARY, {"name": CANARY})

    try:
        handle()
    except BrokenError as error:
        diagnosis = said(Failure(Stage.HANDLER, error, SchemaId(3), CANARY))

    assert CANARY not in repr(diagnosis)
    assert diagnosis.error_class.endswith("BrokenError")
    assert diagnosis.location is not None
    assert diagnosis.location.startswith("kafka/test_dead_letters_text.py:")
    assert diagnosis.location.endswith(".handle")


def test_the_place_is_the_deepest_line_of_the_services_own_code() -> None:
    """json.loads fails deep inside of the standard library; the line that called it is what helps."""
    try:
        json.loads(CANARY)
    except ValueError as error:
        place = code_place(error.__traceback__)

    assert place is not None
    assert "test_the_place_is" in place


def test_a_class_made_from_a_value_does_not_carry_it_out() -> None:
    made = type(f"{CANARY} !", (Exception,), {})

    assert class_name(made()) == "Exception"


def test_a_decode_error_is_described_by_path_and_schema() -> None:
    diagnosis = said(Failure(Stage.DECODE, DecodeError(CANARY, path="$.a[0].b"), SchemaId(7)))

    assert diagnosis.summary == "the bytes are not what schema id 7 says, at $.a[0].b"
    assert diagnosis.error_class == "eventpact.errors.DecodeError"


def test_a_frame_error_needs_no_schema() -> None:
    assert said(Failure(Stage.FRAMING, FrameError("x"))).schema_id is None


@pytest.mark.parametrize(
    ("found", "key", "expected"),
    [
        (tenant(1), b"other", tenant(1)),
        (None, tenant(2).encode(), tenant(2)),
        (None, CANARY.encode(), None),
        (CANARY, tenant(2).encode(), None),
        (None, b"\xff" * 36, None),
        (None, None, None),
    ],
)
def test_the_tenant_comes_from_the_event_else_from_a_key_that_looks_like_one(
    found: str | None, key: bytes | None, expected: str | None
) -> None:
    assert tenant_of(found, key) == expected


def test_the_envelope_keeps_the_original_bytes() -> None:
    found = letter()

    assert (found.original_key, found.original_value) == (RECORD.key, RECORD.value)
    assert tuple((header.name, header.value) for header in found.original_headers) == RECORD.headers
    assert (found.original_topic, found.original_partition, found.original_offset) == ("orders", 4, 77)
    assert (found.original_timestamp_ms, found.timestamp_type) == (1_234, TimestampType.CREATE_TIME)
    assert found.dlq_id == "g/orders/4/77"
    assert (found.retry_count, found.max_retries) == (0, 3)
    assert found.first_failed_at == datetime(1970, 1, 1, 0, 0, 1, tzinfo=UTC)
    assert found.failed_at == datetime(1970, 1, 1, 0, 0, 2, 1_000, tzinfo=UTC)


def test_headers_for_tools_follow_the_original_ones() -> None:
    headers = outer_headers(letter(), "worker-1")
    found = dict(headers)

    assert headers[:2] == (("a", None), ("a", b""))
    assert found["__connect.errors.topic"] == b"orders"
    assert found["__connect.errors.partition"] == b"4"
    assert found["__connect.errors.offset"] == b"77"
    assert found["__connect.errors.connector.name"] == b"g"
    assert found["__connect.errors.task.id"] == b"worker-1"
    assert found["__connect.errors.exception.message"] == b"at $.a"
    assert found["kafka_dlt-original-partition"] == struct.pack(">i", 4)
    assert found["kafka_dlt-original-offset"] == struct.pack(">q", 77)
    assert found["kafka_dlt-original-timestamp"] == struct.pack(">q", 1_234)
    assert found["kafka_dlt-original-timestamp-type"] == b"CreateTime"
    assert found["x-retry-count"] == b"0"


@pytest.mark.parametrize(
    ("change", "names"),
    [
        ({"consumer_group": "h"}, {"__connect.errors.connector.name", "kafka_dlt-original-consumer-group"}),
        ({"original_topic": "bills"}, {"__connect.errors.topic", "kafka_dlt-original-topic"}),
        ({"original_partition": 5}, {"__connect.errors.partition", "kafka_dlt-original-partition"}),
        ({"original_offset": 78}, {"__connect.errors.offset", "kafka_dlt-original-offset"}),
        ({"original_timestamp_ms": 5}, {"kafka_dlt-original-timestamp"}),
        ({"timestamp_type": TimestampType.LOG_APPEND_TIME}, {"kafka_dlt-original-timestamp-type"}),
        ({"stage": Stage.HANDLER}, {"__connect.errors.stage"}),
        ({"reason": Reason.HANDLER}, {"x-dlq-reason"}),
        ({"error_class": "E"}, {"__connect.errors.exception.class.name", "kafka_dlt-exception-fqcn"}),
        ({"error_summary": "at $.b"}, {"__connect.errors.exception.message", "kafka_dlt-exception-message"}),
        ({"retry_count": 1}, {"x-retry-count"}),
    ],
)
def test_every_letter_has_its_own_headers(change: dict[str, Any], names: set[str]) -> None:
    """What letters have in common is made once: nothing of one may stand on the other."""
    first = outer_headers(letter(), "worker-1")
    other = outer_headers(replace(letter(), **change), "worker-1")

    assert [name for name, _ in first] == [name for name, _ in other]
    assert {mine[0] for mine, yours in zip(first, other, strict=True) if mine != yours} == names
    assert {name for name, _ in set(outer_headers(letter(), "worker-2")) - set(first)} == {"__connect.errors.task.id"}


def test_forged_control_headers_live_on_in_the_envelope_only() -> None:
    headers = outer_headers(letter(), "worker-1")

    assert [value for _, value in headers if value == b"forged"] == []
    assert [header.value for header in letter().original_headers].count(b"forged") == 2


def test_a_record_shows_where_it_stood_and_nothing_else() -> None:
    assert repr(RECORD) == "Record(orders[4]@77, attempt=1)"


@pytest.mark.parametrize(
    ("kind", "milliseconds", "expected"),
    [
        (0, -1, None),
        (1, 1_000, datetime(1970, 1, 1, 0, 0, 1, tzinfo=UTC)),
        (2, -1_000, datetime(1969, 12, 31, 23, 59, 59, tzinfo=UTC)),
        (1, 2**62, None),
        (1, -(2**62), None),
    ],
)
def test_a_record_tells_its_time_or_that_no_calendar_holds_it(
    kind: int, milliseconds: int, expected: datetime | None
) -> None:
    record = Record(
        topic="t",
        partition=0,
        offset=0,
        key=None,
        value=None,
        headers=(),
        timestamp_type=kind,
        timestamp_ms=milliseconds,
    )

    assert record.timestamp == expected
