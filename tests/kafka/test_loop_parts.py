"""The pure parts of the loop: offsets, holdings, the gate, the ratio, patience, stopping."""

from __future__ import annotations

import signal
import threading
from dataclasses import replace
from typing import cast

import pytest
from confluent_kafka import KafkaError, Message
from hypothesis import given
from hypothesis import strategies as st

from eventpact.kafka.client_errors import COMMITS, RECORDS, CommitFault, RecordFault
from eventpact.kafka.gate import Gate
from eventpact.kafka.guard import ClientLog, Guard
from eventpact.kafka.holding import Holding
from eventpact.kafka.policy import Policy
from eventpact.kafka.progress import Progress
from eventpact.kafka.ratio import DeadLetterRatio
from eventpact.kafka.stopping import StopFlag, call_bounded, signals_set


class At:
    """A message that knows its offset."""

    def __init__(self, offset: int) -> None:
        self._offset = offset

    def offset(self) -> int:
        return self._offset


def at(offset: int) -> Message:
    return cast(Message, At(offset))


def offsets(holding: Holding) -> list[int | None]:
    return [message.offset() for message in holding.buffer]


@given(st.lists(st.sampled_from(["handled", "buried", "failed"]), max_size=30), st.randoms())
def test_no_offset_is_committed_ahead_of_its_record(fates: list[str], random: object) -> None:
    """Whatever the order of the delivery reports, everything below the committable offset is settled."""
    progress = Progress()
    settled: set[int] = set()
    reports: list[int] = []
    for offset, fate in enumerate(fates):
        if fate == "handled":
            progress.settle(offset)
            settled.add(offset)
        else:
            progress.bury(offset)
            reports.append(offset)
    getattr(random, "shuffle")(reports)  # noqa: B009 - hypothesis types its Random as object
    for offset in reports:
        failed = fates[offset] == "failed"
        progress.confirm(offset, "_MSG_TIMED_OUT" if failed else None)
        if not failed:
            settled.add(offset)
        committable = progress.committable or 0

        assert set(range(committable)) <= settled

    first_open = next((offset for offset in range(len(fates)) if offset not in settled), len(fates))

    assert (progress.committable or 0) == first_open
    assert (progress.failed is not None) == ("failed" in fates)


def test_nothing_is_committable_before_the_first_record() -> None:
    assert Progress().committable is None


def test_a_holding_goes_back_with_the_client_library() -> None:
    holding = Holding(0)
    rewound = [holding.take(at(offset), offset) for offset in (5, 6, 9, 6, 7)]

    assert rewound == [False, False, False, True, False]
    assert offsets(holding) == [5, 6, 7]


def test_a_holding_that_lost_its_first_record_forgets_the_attempts() -> None:
    holding = Holding(0)
    holding.take(at(5), 5)
    holding.attempt, holding.due = 3, 99.0
    holding.take(at(4), 4)

    assert (offsets(holding), holding.attempt, holding.due) == ([4], 1, 0.0)


@given(st.lists(st.integers(min_value=0, max_value=20), min_size=1))
def test_a_holding_is_always_in_order_and_ends_with_the_newest(taken: list[int]) -> None:
    holding = Holding(0)
    for offset in taken:
        holding.take(at(offset), offset)
    held = [offset for offset in offsets(holding) if offset is not None]

    assert held == sorted(set(held))
    assert held[-1] == taken[-1]


def test_the_gate_lets_one_probe_through_when_its_time_comes() -> None:
    gate = Gate()

    assert gate.lets_through(0.0)

    gate.shut(10.0, 2.0)
    gate.shut(12.0, 3.0)

    assert (gate.lets_through(14.9), gate.lets_through(15.0)) == (False, True)
    assert (gate.remaining(14.0), gate.shut_since) == (1.0, 10.0)

    gate.open()

    assert (gate.lets_through(0.0), gate.shut_since) == (True, None)


@given(st.lists(st.booleans(), max_size=120))
def test_the_ratio_counts_the_last_records_only(fates: list[bool]) -> None:
    policy = Policy(dead_letter_window=20, dead_letter_minimum=5, dead_letter_share=0.5)
    ratio = DeadLetterRatio(policy)
    for index, fate in enumerate(fates):
        ratio.note(buried=fate)
        window = fates[max(0, index - 19) : index + 1]

        assert ratio.exceeded == (len(window) >= 5 and sum(window) > 0.5 * len(window))


def test_delays_double_up_to_their_limit() -> None:
    policy = Policy(backoff=0.5, backoff_max=3.0)

    assert [policy.delay(attempt) for attempt in (1, 2, 3, 4, 10**6)] == [0.5, 1.0, 2.0, 3.0, 3.0]


def test_a_policy_keeps_its_own_steps_below_the_poll_interval() -> None:
    policy = Policy(flush_budget=10.0, pass_budget=0.5).within(6_000)

    assert (policy.flush_budget, policy.pass_budget) == (1.2, 0.5)


@pytest.mark.parametrize("field", ["attempts", "batch", "commit_interval", "dead_letter_share", "max_value_bytes"])
def test_a_policy_refuses_what_makes_no_sense(field: str) -> None:
    with pytest.raises(ValueError, match=field):
        replace(Policy(), **{field: 0})


def test_a_policy_refuses_a_minimum_that_its_window_cannot_hold() -> None:
    with pytest.raises(ValueError, match="dead_letter_minimum"):
        Policy(dead_letter_window=10, dead_letter_minimum=11)


def test_a_guard_keeps_the_first_error_for_the_loop() -> None:
    guard = Guard()

    def fail(error: BaseException) -> None:
        raise error

    first = KeyboardInterrupt()
    guarded = guard.wrap(fail)
    guarded(first)
    guarded(ValueError())
    with pytest.raises(KeyboardInterrupt) as caught:
        guard.check()

    assert caught.value is first


def test_a_log_handler_that_fails_costs_a_line_and_no_record(monkeypatch: pytest.MonkeyPatch) -> None:
    log = ClientLog("eventpact.test")

    def fail(*args: object) -> None:
        raise OSError(args)

    monkeypatch.setattr(log._logger, "log", fail)

    log.log(30, "%s", "text")


def test_signals_set_the_flag_and_their_handlers_come_back() -> None:
    before = [signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)]
    flag = StopFlag()
    with signals_set(flag):
        signal.raise_signal(signal.SIGTERM)
        first = (flag.requested, flag.hurried)
        signal.raise_signal(signal.SIGINT)
        second = (flag.requested, flag.hurried)

    assert (first, second) == ((True, False), (True, True))
    assert [signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)] == before


def test_outside_of_the_main_thread_no_signal_handler_is_touched() -> None:
    before = signal.getsignal(signal.SIGTERM)
    inside: list[object] = []

    def run() -> None:
        with signals_set(StopFlag()):
            inside.append(signal.getsignal(signal.SIGTERM))

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()

    assert inside == [before]


def test_the_callers_event_stops_too() -> None:
    event = threading.Event()
    flag = StopFlag(event)
    event.set()

    assert flag.requested


def test_a_call_that_never_ends_is_left_behind() -> None:
    release = threading.Event()

    assert not call_bounded(release.wait, 0.01, "stuck")

    release.set()

    with pytest.raises(ZeroDivisionError):
        call_bounded(lambda: 1 / 0, 5.0, "failing")


@pytest.mark.parametrize(
    ("code", "fault"),
    [
        (KafkaError._PARTITION_EOF, RecordFault.IGNORE),
        (KafkaError._TRANSPORT, RecordFault.WAIT),
        (KafkaError._ALL_BROKERS_DOWN, RecordFault.WAIT),
        (KafkaError.UNKNOWN_TOPIC_OR_PART, RecordFault.GONE),
        (KafkaError.TOPIC_AUTHORIZATION_FAILED, RecordFault.STOP),
        (KafkaError._AUTHENTICATION, RecordFault.STOP),
        (KafkaError.FENCED_INSTANCE_ID, RecordFault.STOP),
        (KafkaError._AUTO_OFFSET_RESET, RecordFault.STOP),
        (KafkaError._BAD_MSG, RecordFault.STOP),
    ],
)
def test_errors_in_place_of_records(code: int, fault: RecordFault) -> None:
    assert RECORDS[code] is fault


@pytest.mark.parametrize(
    ("code", "fault"),
    [
        (KafkaError._NO_OFFSET, CommitFault.NORMAL),
        (KafkaError.COORDINATOR_LOAD_IN_PROGRESS, CommitFault.LATER),
        (KafkaError.ILLEGAL_GENERATION, CommitFault.FORGET),
        (KafkaError._STATE, CommitFault.FORGET),
        (KafkaError.GROUP_AUTHORIZATION_FAILED, CommitFault.STOP),
        (KafkaError.OFFSET_METADATA_TOO_LARGE, CommitFault.STOP),
    ],
)
def test_refused_commits(code: int, fault: CommitFault) -> None:
    assert COMMITS[code] is fault
