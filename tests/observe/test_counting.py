"""What is counted per record: bounded, thread-safe, and nothing that a stranger wrote unless it was asked for."""

from __future__ import annotations

import threading

import pytest

from eventpact.ids import SchemaId
from eventpact.kafka.observer import Outcome, Settled
from eventpact.kafka.record import Record
from eventpact.observe.counting import BUCKETS, MOST, OTHER, Counting


def settled(outcome: Outcome = "handled", reason: str = "", seconds: float = 0.0, schema_id: int | None = 1) -> Settled:
    found = None if schema_id is None else SchemaId(schema_id)
    return Settled(topic="t", partition=0, offset=0, schema_id=found, outcome=outcome, reason=reason, seconds=seconds)


def record(key: bytes | None) -> Record:
    return Record(topic="t", partition=0, offset=0, key=key, value=b"", headers=())


def test_outcomes_are_counted_by_reason() -> None:
    counting = Counting()
    for one in (settled(), settled(), settled("retried", "HANDLER", 0.1), settled("waited", "registry")):
        counting.settled(one)

    assert counting.outcomes == {
        ("t", "handled", ""): 2,
        ("t", "retried", "HANDLER"): 1,
        ("t", "waited", "registry"): 1,
    }


def test_an_event_counts_as_read_once_and_only_when_it_was_decoded() -> None:
    counting = Counting()
    counting.settled(settled("retried", "HANDLER", 0.1, schema_id=7))
    counting.settled(settled("dead_lettered", "HANDLER", 0.1, schema_id=7))
    counting.settled(settled("handled", schema_id=8))
    counting.settled(settled("dead_lettered", "UNKNOWN_SCHEMA", 0.0, schema_id=4711))
    counting.settled(settled("dead_lettered", "UNDECODABLE", 0.0, schema_id=None))

    assert counting.reads == {("t", SchemaId(7)): 1, ("t", SchemaId(8)): 1}


def test_times_fall_into_the_bucket_whose_limit_they_do_not_exceed() -> None:
    counting = Counting()
    for seconds in (BUCKETS[0], BUCKETS[0] * 1.01, BUCKETS[-1], BUCKETS[-1] + 1):
        counting.settled(settled(seconds=seconds))

    assert [(place, count) for place, count in enumerate(counting.buckets["t"]) if count] == [
        (0, 1),
        (1, 1),
        (len(BUCKETS) - 1, 1),
        (len(BUCKETS), 1),
    ]
    assert counting.seconds["t"] == pytest.approx(BUCKETS[0] * 2.01 + BUCKETS[-1] * 2 + 1)


def test_whatever_comes_the_number_of_series_is_bounded() -> None:
    counting = Counting()
    for number in range(3 * MOST):
        counting.settled(settled("dead_lettered", f"reason {number}", seconds=1.0, schema_id=number + 1))

    assert len(counting.outcomes) == MOST + 1
    assert counting.outcomes["t", "dead_lettered", OTHER] == 2 * MOST
    assert len(counting.reads) == MOST


def test_tenants_are_counted_only_when_asked_for_and_up_to_the_cap() -> None:
    silent, counting = Counting(), Counting(tenants=2)
    for key in (b"a", b"b", b"a", b"c", None, b"\x1b[31m", b"\xff", b"k" * 65):
        for one in (silent, counting):
            with one.handling([record(key)]):
                pass

    assert silent.tenants == {}
    assert counting.tenants == {("t", "a"): 2, ("t", "b"): 1, ("t", OTHER): 5}


def test_a_key_that_is_no_name_is_never_a_label() -> None:
    counting = Counting(tenants=10)
    for key in (b"\x1b[31m", b"\n", b"k" * 65):
        counting.handling([record(key)])

    assert counting.tenants == {("t", OTHER): 3}


def test_threads_lose_no_count() -> None:
    counting = Counting(tenants=5)

    def work() -> None:
        for _ in range(2_000):
            with counting.handling([record(b"a")]):
                counting.settled(settled(seconds=0.001))

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert counting.outcomes["t", "handled", ""] == 8_000
    assert counting.tenants["t", "a"] == 8_000
    assert sum(counting.buckets["t"]) == 8_000


def test_a_negative_cap_is_refused() -> None:
    with pytest.raises(ValueError, match="tenants"):
        Counting(tenants=-1)
