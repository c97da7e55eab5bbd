"""The watchdog, with a clock of the test's own."""

from __future__ import annotations

import logging
import math
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import cast

import pytest
from confluent_kafka import Message

from eventpact.kafka.policy import Policy
from eventpact.kafka.stats import WorkerStats
from eventpact.kafka.watchdog import HUNG, Watchdog

POLICY = Policy(handler_warning=10.0, handler_limit=60.0)
MAX_POLL = 30.0


class Hand:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.now = 0.0

    def monotonic(self) -> float:
        return self.now

    def wall_ms(self) -> int:
        return 0

    def sleep(self, seconds: float) -> None:
        raise AssertionError("nothing here sleeps")


class Placed:
    """A message that knows where it stands."""

    def topic(self) -> str:
        return "orders"

    def partition(self) -> int:
        return 2

    def offset(self) -> int:
        return 7


class Case:
    """A watchdog that is asked by hand, and the exit codes that it would have ended the process with."""

    def __init__(self, policy: Policy = POLICY) -> None:
        self.clock = Hand()
        self.stats = WorkerStats()
        self.ends: list[int] = []
        self.dog = Watchdog(policy, MAX_POLL, self.clock, self.stats, kill=self.ends.append)

    def begin(self) -> None:
        self.dog.begin(cast(Message, Placed()))

    def look(self, *times: float) -> None:
        for now in times:
            self.dog.look(now)


@pytest.fixture
def case() -> Case:
    return Case()


@contextmanager
def at_work(case: Case) -> Iterator[None]:
    """A handler in a thread of its own."""
    begun, release = threading.Event(), threading.Event()

    def work() -> None:
        case.begin()
        begun.set()
        release.wait(30)
        case.dog.end()

    thread = threading.Thread(target=work)
    thread.start()
    assert begun.wait(30)
    yield
    release.set()
    thread.join()


def test_a_handler_that_works_for_long_is_told_of_once_with_its_line(
    case: Case, caplog: pytest.LogCaptureFixture
) -> None:
    with at_work(case):
        case.look(9.9)

        assert caplog.text == ""

        case.look(10.0, 11.0, 12.0)

    assert len(caplog.records) == 1
    assert "orders[2]@7" in caplog.text
    assert "kafka/test_watchdog.py" in caplog.text
    assert "in at_work.<locals>.work" in caplog.text
    assert case.ends == []


def test_one_that_outlives_the_poll_interval_is_counted_once(case: Case) -> None:
    case.begin()
    case.look(29.9)

    assert case.stats.overdue == 0

    case.look(30.0, 31.0, 59.9)

    assert case.stats.overdue == 1


def test_at_the_limit_the_process_ends(case: Case, caplog: pytest.LogCaptureFixture) -> None:
    case.begin()
    case.look(59.9, 60.0)

    assert case.ends == [HUNG]
    assert caplog.records[-1].levelno == logging.CRITICAL


def test_without_a_limit_it_never_does() -> None:
    case = Case(replace(POLICY, handler_limit=math.inf))
    case.begin()
    case.look(1e9)

    assert case.ends == []


def test_a_handler_that_is_through_is_watched_no_longer(case: Case) -> None:
    case.begin()
    case.clock.now = 5.0

    assert case.dog.end() == 5.0

    case.look(100.0)

    assert case.ends == []


def test_handlers_in_several_threads_are_watched_one_by_one(case: Case, caplog: pytest.LogCaptureFixture) -> None:
    with at_work(case):
        case.clock.now = 8.0
        case.begin()
        case.look(12.0)
        told = len(caplog.records)
    case.look(18.0)

    assert told == 1
    assert len(caplog.records) == 2


def test_its_thread_looks_by_itself_and_ends_with_the_block() -> None:
    ended = threading.Event()
    stats, clock = WorkerStats(), Hand()
    policy = replace(POLICY, handler_warning=0.01, handler_limit=0.02)
    with Watchdog(policy, 1.0, clock, stats, kill=lambda code: ended.set()) as dog:
        dog.begin(cast(Message, Placed()))
        clock.now = 1.0

        assert ended.wait(30)

    assert "eventpact-watchdog" not in {thread.name for thread in threading.enumerate()}


def test_a_log_that_hangs_does_not_save_the_handler(case: Case) -> None:
    """The handler may be waiting for that very log."""
    release = threading.Event()

    class Hanging(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            release.wait(30)

    hanging = Hanging()
    logger = logging.getLogger("eventpact.kafka.watchdog")
    logger.addHandler(hanging)
    try:
        case.begin()
        case.look(60.0)
    finally:
        release.set()
        logger.removeHandler(hanging)

    assert case.ends == [HUNG]
