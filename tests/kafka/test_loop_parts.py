"""The pure parts of the loop: offsets, holdings, the gate, the ratio, patience, stopping."""

from __future__ import annotations

import signal
import threading
from dataclasses import replace
from types import SimpleNamespace
from typing import cast

import pytest
from confluent_kafka import KafkaError, Message
from hypothesis import given
from hypothesis import strategies as st

from eventpact.dead_letter import Stage
from eventpact.errors import BrokerUnavailableError
from eventpact.ids import SchemaId
from eventpact.kafka.caller import Caller
from eventpact.kafka.client_errors import COMMITS, RECORDS, CommitFault, RecordFault, record_fault
from eventpact.kafka.clock import SYSTEM_CLOCK
from eventpact.kafka.gate import Gate
from eventpact.kafka.guard import ClientLog, Guard
from eventpact.kafka.handler import Reject
from eventpact.kafka.holding import Holding
from eventpact.kafka.judge import Failure
from eventpact.kafka.lane import Lane
from eventpact.kafka.policy import Policy
from eventpact.kafka.progress import Progress
from eventpact.kafka.ratio import DeadLetterRatio
from eventpact.kafka.schedule import Schedule
from eventpact.kafka.settler import Settler
from eventpact.kafka.stats import WorkerStats
from eventpact.kafka.stopping import StopFlag, call_bounded, interrupt_held, signals_set, wait_in_slices
from eventpact.kafka.trial import Trial
from eventpact.kafka.trial_reader import TrialReader


class At:
    """A message that knows its offset."""

    def __init__(self, offset: int, key: bytes | None = None) -> None:
        self._offset = offset
        self._key = key

    def offset(self) -> int:
        return self._offset

    def key(self) -> bytes | None:
        return self._key

    def __len__(self) -> int:
        return 10


def at(offset: int, key: bytes | None = None) -> Message:
    return cast(Message, At(offset, key))


def offsets(lane: Lane) -> list[int | None]:
    return [message.offset() for message in lane.buffer]


@given(st.lists(st.sampled_from(["handled", "buried", "failed"]), max_size=30), st.randoms())
def test_no_offset_is_committed_ahead_of_its_record(fates: list[str], random: object) -> None:
    """Whatever the order of the delivery reports, everything below the committable offset is settled."""
    progress = Progress()
    settled: set[int] = set()
    reports: list[int] = []
    for offset, fate in enumerate(fates):
        progress.take(offset)
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


@given(st.permutations(range(12)), st.integers(min_value=0, max_value=12))
def test_records_may_be_settled_in_any_order(order: list[int], count: int) -> None:
    """With concurrency they are: what may be committed is the first that is open."""
    progress = Progress()
    for offset in range(12):
        progress.take(offset)
    settled = order[:count]
    for offset in settled:
        progress.settle(offset)
    first_open = next((offset for offset in range(12) if offset not in settled), 12)

    assert (progress.committable or 0) == first_open
    assert progress.span == 12 - first_open


@given(st.lists(st.tuples(st.booleans(), st.integers(min_value=0, max_value=9)), max_size=40))
def test_going_back_never_commits_what_is_open(moves: list[tuple[bool, int]]) -> None:
    """The client library hands out any offset at any time, handlers are through in any order."""
    progress = Progress()
    open_now: set[int] = set()
    taken_once: set[int] = set()
    settled_once: set[int] = set()
    for taken, offset in moves:
        if taken:
            progress.take(offset)
            taken_once.add(offset)
            open_now = {one for one in open_now if one < offset} | {offset}
        elif offset in taken_once:  # a handler that was at work when the client went back counts: it has handled it
            progress.settle(offset)
            settled_once.add(offset)
            open_now.discard(offset)

        assert all(progress.committable <= one for one in open_now - settled_once if progress.committable is not None)


def test_a_holding_goes_back_with_the_client_library() -> None:
    holding = Holding(0)
    jumps = [holding.take(at(offset), offset)[1] for offset in (5, 6, 9, 6, 7)]

    assert jumps == [0, 0, 2, -4, 0]
    assert offsets(holding.lanes[None]) == [5, 6, 7]
    assert (holding.held, holding.size) == (3, 30)


def test_commits_follow_a_log_that_was_cut_off() -> None:
    """Else a committed offset ahead of the log would skip what is written there later."""
    holding = Holding(0)
    for offset in (5, 6):
        holding.take(at(offset), offset)
        holding.progress.settle(offset)
    holding.stored = 7
    holding.take(at(7), 7)
    holding.take(at(7), 7)

    assert holding.stored == 7

    holding.take(at(2), 2)
    holding.progress.settle(2)

    assert (holding.progress.committable or 0, holding.stored) == (3, 0)


@pytest.mark.parametrize("lower", [3, 6])
def test_what_a_mark_says_is_forgotten_with_the_log_that_it_speaks_of(lower: int) -> None:
    """The first record is another one; and with concurrency that of a mark's offset may be tried before those below
    it, so a mark there would commit past them.
    """
    holding = Holding(0, by_key=True)
    for offset in (5, 6):
        holding.take(at(offset), offset)
    holding.checked = holding.survived = True
    holding.crashes, holding.stored = 2, 7 if lower == 6 else 0
    holding.marked = cast("int | None", 5)
    holding.take(at(lower), lower)

    assert (holding.first, holding.crashes, holding.marked) == (lower, 0, None)
    assert not holding.checked
    assert holding.wants_mark(at(lower))
    assert not holding.wants_mark(at(5))


def test_each_try_of_the_first_record_has_a_mark_of_its_own() -> None:
    """That of a try which is over is about to be cleared."""
    holding, message = Holding(0), at(5)
    holding.take(message, 5)
    holding.marked = 5

    assert not holding.wants_mark(message)

    holding.tried(message)

    assert holding.wants_mark(message)


def test_what_was_settled_of_a_log_that_was_cut_off_is_open_in_the_new_one() -> None:
    progress = Progress()
    for offset in (5, 6, 7):
        progress.take(offset)
    progress.settle(7)
    for offset in (5, 6, 7):
        progress.take(offset)
    progress.settle(5)
    progress.settle(6)

    assert progress.committable == 7


def test_a_report_settles_no_other_record_that_has_the_offset_now() -> None:
    """The log was cut off while a dead letter was on its way; what came of it since may be another record."""
    progress = Progress()
    for offset in (5, 6):
        progress.take(offset)
    progress.settle(5)
    progress.bury(6)
    progress.take(6)
    progress.confirm(6)

    assert (progress.committable, progress.unconfirmed) == (6, 0)

    progress.bury(6)
    progress.take(6)
    progress.bury(6)
    progress.confirm(6)

    assert (progress.committable, progress.unconfirmed) == (6, 1)

    progress.confirm(6)

    assert (progress.committable, progress.unconfirmed) == (7, 0)


def test_a_lane_that_lost_its_first_record_forgets_the_attempts() -> None:
    holding = Holding(0)
    lane, _ = holding.take(at(5), 5)
    lane.attempt, lane.due = 3, 99.0
    holding.take(at(4), 4)

    assert (offsets(lane), lane.attempt, lane.due) == ([4], 1, 0.0)


@given(st.lists(st.integers(min_value=0, max_value=20), min_size=1))
def test_a_holding_is_always_in_order_and_ends_with_the_newest(taken: list[int]) -> None:
    holding = Holding(0)
    for offset in taken:
        holding.take(at(offset), offset)
    held = [offset for offset in offsets(holding.lanes[None]) if offset is not None]

    assert held == sorted(set(held))
    assert held[-1] == taken[-1]
    assert holding.held == len(held)


def test_by_key_each_key_has_its_lane_and_an_empty_one_is_forgotten() -> None:
    holding = Holding(0, by_key=True)
    first, _ = holding.take(at(1, b"a"), 1)
    second, _ = holding.take(at(2, b"b"), 2)
    again, _ = holding.take(at(3, b"a"), 3)
    first.pop(tuple(first.buffer))
    holding.release(first)
    holding.release(second)

    assert first is again
    assert set(holding.lanes) == {b"b"}
    assert holding.held == 1


def test_a_record_that_was_dropped_while_its_handler_worked_is_not_taken_for_its_repetition() -> None:
    holding = Holding(0, by_key=True)
    at_work = at(4, b"a")
    lane, _ = holding.take(at_work, 4)
    lane.busy = True
    holding.take(at(4, b"a"), 4)

    assert not lane.holds(at_work)
    assert lane.pop((at_work,)) == 0
    assert offsets(lane) == [4]
    assert holding.held == 1


def concluding(stats: WorkerStats) -> Settler[str]:
    """A settler that acts on trials; nothing else of it is asked for."""
    return Settler(
        reader=cast(TrialReader[str], None),
        caller=cast(Caller[str], SimpleNamespace(observed=False)),
        crew=None,
        letters=None,
        key_of=str,
        policy=Policy(),
        clock=SYSTEM_CLOCK,
        stats=stats,
    )


def test_what_became_of_a_record_that_was_dropped_meanwhile_is_not_held_against_its_repetition() -> None:
    """It may be another record: a log that was cut off gives offsets again."""
    holding, stats = Holding(0, by_key=True), WorkerStats()
    at_work = at(4, b"a")
    for message in (at_work, at(4, b"a")):
        lane, _ = holding.take(message, 4)
    for raised in (ValueError(), Reject()):  # a retry, and a dead letter, which there is no topic for
        failure: Failure[str] = Failure(Stage.HANDLER, raised, SchemaId(1), "four")
        concluding(stats)._conclude(Trial(lane, [at_work], ["four"], [SchemaId(1)], failure=failure))

    assert (offsets(lane), lane.attempt, lane.due, stats.retries) == ([4], 1, 0.0, 0)


def test_nor_is_what_a_handler_of_batches_named() -> None:
    holding, stats = Holding(0, by_key=True), WorkerStats()
    messages = [at(offset, b"a") for offset in (5, 6)]
    for message in (*messages, at(6, b"a")):
        lane, _ = holding.take(message, message.offset() or 0)
    failure: Failure[str] = Failure(Stage.HANDLER, ValueError(), SchemaId(1), "six")
    concluding(stats)._conclude(
        Trial(lane, messages, ["five", "six"], [SchemaId(1)] * 2, failure=failure, named=1),
    )

    assert (offsets(lane), holding.progress.committable) == ([6], 6)
    assert (lane.attempt, stats.retries, stats.handled) == (1, 0, 1)


def test_a_batch_settles_what_the_client_library_did_not_go_back_behind() -> None:
    """What came again may be another record, and is handled in any case."""
    holding = Holding(0, by_key=True)
    messages = [at(offset, b"a") for offset in (5, 6, 7)]
    for message in (*messages, at(6, b"a"), at(7, b"a")):
        lane, _ = holding.take(message, message.offset() or 0)
    settler = concluding(WorkerStats())
    settler._conclude(Trial(lane, messages, ["five", "six", "seven"], [SchemaId(1)] * 3))

    assert (offsets(lane), holding.progress.committable) == ([6, 7], 6)

    settler._conclude(Trial(lane, messages[1:], ["six", "seven"], [SchemaId(1)] * 2))

    assert (offsets(lane), holding.progress.committable) == ([6, 7], 6)


def test_turns_go_round_and_back_offs_come_when_they_are_due() -> None:
    schedule, holding = Schedule(), Holding(0, by_key=True)
    lanes = [holding.take(at(number, key), number)[0] for number, key in enumerate((b"a", b"b", b"c"))]
    lanes[1].due = 5.0
    for lane in lanes:
        schedule.queue(lane)
        schedule.queue(lane)  # each once
    turns = []
    while (turn := schedule.next(1.0)) is not None:
        turns.append(turn)

    assert turns == [lanes[0], lanes[2]]
    assert schedule.waits(1.0) == 4.0
    assert schedule.next(5.0) is lanes[1]
    assert schedule.waits(5.0) is None


def test_what_is_busy_or_gone_or_empty_gets_no_turn() -> None:
    schedule = Schedule()
    busy, gone, empty = (Holding(number).take(at(0), 0)[0] for number in range(3))
    busy.busy = True
    empty.clear()
    schedule.queue(busy)
    schedule.queue(empty)
    schedule.queue(gone)
    gone.holding.clear()

    assert schedule.next(1.0) is None


def test_a_partition_is_tried_in_order_when_that_is_wanted() -> None:
    """Whatever the keys; the one that backs off, or is with a handler, holds its partition and no other."""
    schedule = Schedule()
    schedule.in_order = True
    one, two = Holding(0, by_key=True), Holding(1, by_key=True)
    for offset, key in enumerate((b"a", b"a", b"b", b"a", b"b")):
        schedule.queue(one.take(at(offset, key), offset)[0])
    schedule.queue(two.take(at(7, b"c"), 7)[0])
    turns: list[tuple[int, int | None]] = []
    while (lane := schedule.next(1.0)) is not None:
        turns.append((lane.holding.partition, lane.buffer[0].offset()))
        lane.pop((lane.buffer[0],))
        schedule.queue(lane)

    assert [offset for partition, offset in turns if partition == 0] == [0, 1, 2, 3, 4]
    assert (1, 7) in turns[:3]

    for offset, key in ((5, b"a"), (6, b"b")):
        lane, _ = one.take(at(offset, key), offset)
        lane.due = 9.0 if offset == 5 else 0.0
        schedule.queue(lane)

    assert (schedule.waits(1.0), schedule.next(1.0)) == (8.0, None)
    assert schedule.waits(9.0) == 0.0
    assert schedule.next(9.0) is one.lanes[b"a"]


def test_the_gate_lets_one_probe_through_when_its_time_comes() -> None:
    gate, policy = Gate(), Policy(wait=2.0, wait_max=30.0)

    assert gate.lets_through(0.0)

    due = 10.0 + gate.shut(10.0, policy)

    assert 12.0 <= due <= 12.5
    assert (gate.lets_through(due - 0.1), gate.lets_through(due)) == (False, True)
    assert (gate.remaining(due - 1.0), gate.shut_since) == (1.0, 10.0)

    gate.open()

    assert (gate.lets_through(0.0), gate.shut_since) == (True, None)


def test_probes_become_rarer_whoever_makes_them() -> None:
    """Each may be another key's record. What a handler reports that began before is no probe, and moves nothing."""
    gate, policy = Gate(), Policy(wait=1.0, wait_max=30.0)
    now, delays = 0.0, []
    for _ in range(7):
        delays.append(gate.shut(now, policy))
        late = gate.shut(now + 0.25, policy)
        now += delays[-1]

        assert late == pytest.approx(delays[-1] - 0.25)
        assert gate.lets_through(now)
    for delay, least in zip(delays, (1, 2, 4, 8, 16, 30, 30), strict=True):
        assert least <= delay <= 1.25 * least

    gate.open()

    assert gate.shut(now, policy) <= 1.25


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


@pytest.mark.usefixtures("ctrl_c")
def test_a_ctrl_c_counts_at_the_end_of_what_may_not_be_cut_in_two() -> None:
    done: list[str] = []

    def held() -> None:
        with interrupt_held():
            signal.raise_signal(signal.SIGINT)
            done.append("both halves")

    with pytest.raises(KeyboardInterrupt):
        held()
    with pytest.raises(KeyboardInterrupt):
        signal.raise_signal(signal.SIGINT)

    assert done == ["both halves"]


@pytest.mark.usefixtures("ctrl_c")
def test_a_ctrl_c_counts_even_where_what_held_it_has_failed() -> None:

    def failing() -> None:
        with interrupt_held():
            signal.raise_signal(signal.SIGINT)
            raise BrokerUnavailableError("nobody is there")

    with pytest.raises(KeyboardInterrupt):
        failing()


@pytest.mark.usefixtures("ctrl_c")
def test_a_long_wait_ends_with_what_it_finds_or_with_a_ctrl_c() -> None:
    found: list[str] = []
    waits: list[float] = []

    def look(seconds: float) -> list[str]:
        waits.append(seconds)
        if len(waits) == 3:
            found.append("a record")
        if len(waits) == 5:
            signal.raise_signal(signal.SIGINT)
            found.append("and another")
        return found

    first = list(wait_in_slices(look, 60.0))
    found.clear()
    with pytest.raises(KeyboardInterrupt):
        wait_in_slices(look, 60.0)

    assert first == ["a record"]
    assert found == ["and another"]
    assert max(waits) <= 0.1
    assert wait_in_slices(lambda seconds: seconds, 0.0) == 0.0


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
        (KafkaError.UNKNOWN, RecordFault.WAIT),
        (KafkaError.NETWORK_EXCEPTION, RecordFault.WAIT),
        (KafkaError.REQUEST_TIMED_OUT, RecordFault.WAIT),
        (KafkaError.KAFKA_STORAGE_ERROR, RecordFault.WAIT),
        (KafkaError.NOT_LEADER_FOR_PARTITION, RecordFault.WAIT),
        (KafkaError.FENCED_LEADER_EPOCH, RecordFault.WAIT),
        (KafkaError.UNKNOWN_LEADER_EPOCH, RecordFault.WAIT),
        (KafkaError.UNKNOWN_MEMBER_ID, RecordFault.WAIT),
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
        (KafkaError._TRANSPORT, RecordFault.WAIT),
        (KafkaError.COORDINATOR_LOAD_IN_PROGRESS, RecordFault.WAIT),
        (KafkaError.REQUEST_TIMED_OUT, RecordFault.WAIT),
        (KafkaError.STALE_MEMBER_EPOCH, RecordFault.WAIT),
        (KafkaError.NOT_COORDINATOR, RecordFault.ASK_AGAIN),
        (KafkaError.COORDINATOR_NOT_AVAILABLE, RecordFault.ASK_AGAIN),
        (KafkaError.UNKNOWN, RecordFault.ASK_AGAIN),
        (KafkaError.NETWORK_EXCEPTION, RecordFault.ASK_AGAIN),
        (KafkaError.NOT_LEADER_FOR_PARTITION, RecordFault.ASK_AGAIN),
        (KafkaError.GROUP_AUTHORIZATION_FAILED, RecordFault.STOP),
        (KafkaError.UNKNOWN_TOPIC_OR_PART, RecordFault.STOP),
        (KafkaError.INVALID_GROUP_ID, RecordFault.STOP),
    ],
)
def test_a_place_to_start_from_that_the_client_asks_for_once(code: int, fault: RecordFault) -> None:
    said = KafkaError(code, 'Failed to fetch committed offsets for 1 partition(s) in group "g": some trouble')

    assert record_fault(said) is fault


@pytest.mark.parametrize(
    ("code", "fault"),
    [
        (KafkaError._NO_OFFSET, CommitFault.NORMAL),
        (KafkaError.COORDINATOR_LOAD_IN_PROGRESS, CommitFault.LATER),
        (KafkaError.UNKNOWN, CommitFault.LATER),
        (KafkaError.NETWORK_EXCEPTION, CommitFault.LATER),
        (KafkaError.REQUEST_TIMED_OUT, CommitFault.LATER),
        (KafkaError.UNKNOWN_TOPIC_OR_PART, CommitFault.LATER),
        (KafkaError.ILLEGAL_GENERATION, CommitFault.FORGET),
        (KafkaError.STALE_MEMBER_EPOCH, CommitFault.FORGET),
        (KafkaError.FENCED_MEMBER_EPOCH, CommitFault.FORGET),
        (KafkaError._STATE, CommitFault.FORGET),
        (KafkaError.GROUP_AUTHORIZATION_FAILED, CommitFault.STOP),
        (KafkaError.OFFSET_METADATA_TOO_LARGE, CommitFault.STOP),
    ],
)
def test_refused_commits(code: int, fault: CommitFault) -> None:
    assert COMMITS[code] is fault
