"""Missing offsets: the deleted ones are counted exactly, those that never were are not, and asking is rare."""

from __future__ import annotations

from typing import cast

import pytest
from confluent_kafka import Consumer, KafkaError, KafkaException, TopicPartition

from eventpact.kafka.gaps import Gaps
from eventpact.kafka.policy import Policy
from eventpact.kafka.stats import WorkerStats
from tests.kafka.test_watchdog import Hand


class Log:
    """A consumer that knows where the log begins, or does not."""

    def __init__(self, low: int | None) -> None:
        self.low = low
        self.asked = 0

    def get_watermark_offsets(self, partition: TopicPartition, timeout: float) -> tuple[int, int]:
        self.asked += 1
        if self.low is None:
            raise KafkaException(KafkaError(KafkaError._TIMED_OUT))
        return self.low, 1_000


class Case:
    def __init__(self, low: int | None) -> None:
        self.log, self.clock, self.stats = Log(low), Hand(), WorkerStats()
        self.gaps = Gaps(cast(Consumer, self.log), "orders", Policy(commit_interval=1.0), self.clock, self.stats)


@pytest.mark.parametrize(
    ("expected", "came", "low", "gone"),
    [(3, 9, 9, 6), (3, 9, 20, 6), (3, 9, 5, 2), (3, 4, 0, 0), (3, 4, 3, 0), (3, 4, 4, 1)],
)
def test_what_lies_below_the_first_offset_is_gone(expected: int, came: int, low: int, gone: int) -> None:
    """The rest was never there for a reader: an aborted transaction, compaction."""
    case = Case(low)
    case.gaps.note(0, expected, came)
    case.gaps.ask()

    assert case.stats.deleted_unread == gone


def test_the_broker_is_asked_once_per_interval_for_all_gaps_of_a_partition() -> None:
    case = Case(100)
    case.gaps.ask()
    case.gaps.note(0, 1, 2)
    case.gaps.ask()
    for number in range(10, 20, 2):
        case.gaps.note(0, number, number + 1)
        case.gaps.ask()

    assert (case.log.asked, case.stats.deleted_unread) == (1, 1)

    case.clock.now = 1.0
    case.gaps.ask()
    case.clock.now = 2.0
    case.gaps.ask()

    assert (case.log.asked, case.stats.deleted_unread) == (2, 6)


def test_a_broker_that_does_not_answer_is_told_of(caplog: pytest.LogCaptureFixture) -> None:
    case = Case(None)
    case.gaps.note(3, 1, 2)
    case.gaps.ask()

    assert "orders[3]: were records deleted unread? _TIMED_OUT" in caplog.text
    assert case.stats.deleted_unread == 0


def test_nobody_waits_for_a_broker_once_per_partition() -> None:
    """Each question that is not answered takes seconds, and the group waits."""
    case = Case(None)
    for partition in range(3):
        case.gaps.note(partition, 1, 2)
    case.gaps.ask()

    assert case.log.asked == 1

    case.log.low, case.clock.now = 9, 1.0
    case.gaps.ask()

    assert (case.log.asked, case.stats.deleted_unread) == (3, 2)


def test_at_the_end_it_is_not_too_early() -> None:
    case = Case(9)
    for _ in range(2):
        case.gaps.note(0, 1, 2)
        case.gaps.ask(at_once=True)

    assert case.stats.deleted_unread == 2
