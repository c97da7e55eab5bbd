"""A worker's seat in its group, with a client library that only listens."""

from __future__ import annotations

import json
import logging
from time import monotonic
from typing import Any

import pytest
from confluent_kafka import TopicPartition

from eventpact.kafka import membership
from eventpact.kafka.clock import SystemClock
from eventpact.kafka.config import Config
from eventpact.kafka.membership import Membership
from eventpact.kafka.stats import WorkerStats
from tests.kafka.world import LIMIT, SWIFT, TOPIC


class Listening:
    """A consumer that notes pauses. As the client library does, it remembers them from one ownership to the next."""

    def __init__(self, *_: object, **__: object) -> None:
        self.paused: set[int] = set()

    def pause(self, partitions: list[TopicPartition]) -> None:
        self.paused |= {item.partition for item in partitions}

    def resume(self, partitions: list[TopicPartition]) -> None:
        self.paused -= {item.partition for item in partitions}


@pytest.fixture
def seat(monkeypatch: pytest.MonkeyPatch) -> Membership:
    monkeypatch.setattr(membership, "Consumer", Listening)
    return Membership(
        {},
        TOPIC,
        SWIFT,
        SystemClock(),
        WorkerStats(),
        before_handover=lambda seat, leaving: None,
        arrived=lambda lane: None,
    )


def assign(seat: Membership) -> Any:
    seat._on_assign(seat._consumer, [TopicPartition(TOPIC, 0)])
    return seat._consumer


@pytest.mark.parametrize("lifted", [True, False])
def test_a_partition_that_comes_back_is_paused_only_as_far_as_the_client_library_says(
    seat: Membership, lifted: bool
) -> None:
    """A pause that was lifted before it left is none; one that was not is lifted when it is back."""
    client = assign(seat)
    seat.pause_only({0})
    if lifted:
        seat.pause_only(set())
    seat._on_lost(client, [TopicPartition(TOPIC, 0)])
    assign(seat)
    begins = seat.holdings[0].paused
    seat.pause_only({0})
    wanted = set(client.paused)
    seat.pause_only(set())

    assert begins is not lifted
    assert wanted == {0}
    assert client.paused == set()


def test_what_the_client_library_counts_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, logger="eventpact.kafka.statistics")
    config: Config = {"bootstrap.servers": "127.0.0.1:1", "group.id": "workers", "statistics.interval.ms": 50}
    seat = Membership(
        config,
        TOPIC,
        SWIFT,
        SystemClock(),
        WorkerStats(),
        before_handover=lambda seat, leaving: None,
        arrived=lambda lane: None,
    )
    deadline = monotonic() + LIMIT
    while not (said := [one for one in caplog.records if one.name == "eventpact.kafka.statistics"]):
        seat.take(1, 0.05)
        assert monotonic() < deadline
    seat.close(LIMIT)

    assert json.loads(said[0].getMessage())["type"] == "consumer"
