"""Places to start from that were refused: asked for again after a growing wait, all at once, and not for ever."""

from __future__ import annotations

from typing import cast

import pytest
from confluent_kafka import Consumer, KafkaError, KafkaException, TopicPartition

from eventpact.errors import WorkerStopped
from eventpact.kafka.holding import Holding
from eventpact.kafka.policy import Policy
from eventpact.kafka.starts import ANSWERED, Starts
from tests.kafka.test_loop_parts import at
from tests.kafka.test_watchdog import Hand


class Seats:
    """A consumer that keeps what is assigned anew."""

    def __init__(self, refusal: int | None = None) -> None:
        self.left: list[list[int]] = []
        self.came: list[list[int]] = []
        self._refusal = refusal

    def incremental_unassign(self, partitions: list[TopicPartition]) -> None:
        self.left.append([item.partition for item in partitions])

    def incremental_assign(self, partitions: list[TopicPartition]) -> None:
        if self._refusal is not None:
            raise KafkaException(KafkaError(self._refusal))
        self.came.append([item.partition for item in partitions])


class Case:
    def __init__(self, refusal: int | None = None) -> None:
        self.seats, self.clock = Seats(refusal), Hand()
        policy = Policy(wait=1.0, wait_max=8.0, commit_patience=60.0)
        self.starts = Starts(cast(Consumer, self.seats), "orders", policy, self.clock)
        self.holdings = {number: Holding(number) for number in range(4)}

    def refuse(self, *partitions: int) -> None:
        for partition in partitions:
            self.starts.refused(partition, "NOT_COORDINATOR")

    def wait(self) -> float:
        """Seconds until the broker is asked, jitter included."""
        begun, asked = self.clock.now, len(self.seats.came)
        while len(self.seats.came) == asked:
            self.clock.now += 0.25
            self.starts.ask(self.holdings)
        return self.clock.now - begun


def test_one_answer_for_many_partitions_is_one_question_later() -> None:
    case = Case()
    case.starts.ask(case.holdings)
    case.refuse(2, 0, 3)

    assert case.wait() <= 1.25
    assert case.seats.left == case.seats.came == [[0, 2, 3]]


def test_waits_grow_while_the_answer_is_no_and_begin_anew_after_that() -> None:
    case = Case()
    waits = []
    for _ in range(3):
        case.refuse(1, 2, 3)
        waits.append(case.wait())
    case.clock.now += ANSWERED + 1
    case.refuse(1)

    assert waits[0] <= 1.25 < 2 <= waits[1] <= 2.5 < 4 <= waits[2] <= 5
    assert case.wait() <= 1.25


def test_a_partition_that_went_meanwhile_is_not_taken_back() -> None:
    case = Case()
    case.refuse(1, 2)
    del case.holdings[1]
    case.wait()

    assert case.seats.came == [[2]]


def test_a_partition_that_is_read_is_not_asked_for() -> None:
    """The refusal was of an earlier question. Read from the beginning, the records in hand would come again."""
    case = Case()
    case.refuse(1, 2)
    case.holdings[1].take(at(5), 5)
    case.wait()

    assert case.seats.left == case.seats.came == [[2]]


def test_nobody_is_asked_about_nothing() -> None:
    case = Case()
    case.refuse(1)
    case.holdings.clear()
    case.clock.now += 10
    case.starts.ask(case.holdings)

    assert case.seats.left == []
    assert case.starts.refused_since is None


def test_since_when_nothing_is_read_is_known_until_the_broker_is_asked() -> None:
    case = Case()
    case.clock.now = 5.0
    case.refuse(1)
    since = case.starts.refused_since
    case.wait()
    asked = case.starts.refused_since
    case.refuse(1)

    assert (since, asked, case.starts.refused_since) == (5.0, None, 5.0)


def test_refusals_without_end_stop_the_worker() -> None:
    case = Case()

    def go_on() -> None:
        while case.clock.now < 100:
            case.refuse(1)
            case.wait()

    with pytest.raises(WorkerStopped, match="NOT_COORDINATOR") as stopped:
        go_on()

    assert stopped.value.code == "NOT_COORDINATOR"
    assert 60 < case.clock.now <= 71


def test_a_partition_that_cannot_be_assigned_anew_stops_the_worker() -> None:
    """It would be ours for the group, and read by nobody."""
    case = Case(refusal=KafkaError._STATE)
    case.refuse(1)
    case.clock.now += 2
    with pytest.raises(WorkerStopped) as stopped:
        case.starts.ask(case.holdings)

    assert stopped.value.code == "_STATE"
