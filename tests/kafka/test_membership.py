"""A worker's seat in its group, with a client library that only listens."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from time import monotonic
from typing import Any, cast

import pytest
from confluent_kafka import KafkaError, KafkaException, Message, TopicPartition

from eventpact.kafka import membership
from eventpact.kafka.client_errors import START_UNKNOWN
from eventpact.kafka.clock import SystemClock
from eventpact.kafka.config import Config
from eventpact.kafka.membership import Membership
from eventpact.kafka.stats import WorkerStats
from tests.kafka.test_loop_parts import at
from tests.kafka.world import LIMIT, SWIFT, TOPIC, World


class Listening:
    """A consumer that notes pauses. As the client library does, it remembers them from one ownership to the next."""

    def __init__(self, *_: object, **__: object) -> None:
        self.paused: set[int] = set()

    def pause(self, partitions: list[TopicPartition]) -> None:
        self.paused |= {item.partition for item in partitions}

    def resume(self, partitions: list[TopicPartition]) -> None:
        self.paused -= {item.partition for item in partitions}


def seat_of(config: Config, stats: WorkerStats | None = None) -> Membership:
    return Membership(
        config,
        TOPIC,
        SWIFT,
        SystemClock(),
        WorkerStats() if stats is None else stats,
        before_handover=lambda seat, leaving: None,
        arrived=lambda lane: None,
    )


@pytest.fixture
def seat(monkeypatch: pytest.MonkeyPatch) -> Membership:
    monkeypatch.setattr(membership, "Consumer", Listening)
    return seat_of({})


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
    seat = seat_of({"bootstrap.servers": "127.0.0.1:1", "group.id": "workers", "statistics.interval.ms": 50})

    def said() -> list[str]:
        return [one.getMessage() for one in caplog.records if one.name == "eventpact.kafka.statistics"]

    take_until(seat, lambda: bool(said()))
    seat.close(LIMIT)

    assert json.loads(said()[0])["type"] == "consumer"


@pytest.mark.parametrize("how", ["revoked", "lost", "revoked in vain"])
def test_a_partition_that_left_is_held_no_more(seat: Membership, how: str) -> None:
    """Whoever has it now handles its records: none of them is tried here, whatever went wrong at the handover."""

    def fail(*_: object) -> None:
        raise ValueError

    client = assign(seat)
    holding = seat.holdings[0]
    lane, _ = holding.take(at(4), 4)
    leaving = [TopicPartition(TOPIC, 0)]
    match how:
        case "lost":
            seat._on_lost(client, leaving)
        case "revoked":
            seat._on_revoke(client, leaving)
        case _:
            seat._before_handover = fail
            with pytest.raises(ValueError):
                seat._on_revoke(client, leaving)

    assert seat.holdings == {}
    assert (holding.gone, holding.held, list(lane.buffer)) == (True, 0, [])


def test_a_mark_is_taken_back_when_its_partition_leaves(seat: Membership, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its record is not through, and no process died: whoever gets it next must not count a death."""
    written: list[tuple[int, str]] = []

    def commit(*, offsets: list[TopicPartition], asynchronous: bool) -> list[TopicPartition]:
        written.extend((item.offset, item.metadata or "") for item in offsets)
        return []

    client = assign(seat)
    monkeypatch.setattr(client, "commit", commit, raising=False)
    seat.holdings[0].take(at(4), 4)
    seat.marks.write(seat.holdings[0])
    seat._on_revoke(client, [TopicPartition(TOPIC, 0)])

    assert [(offset, metadata.partition(" ")[0]) for offset, metadata in written] == [(4, "attempt=1"), (4, "")]


def test_a_place_that_was_refused_is_not_asked_for_when_the_partition_is_back(seat: Membership) -> None:
    """The client library asks by itself then; what is read already would come again."""
    client = assign(seat)
    seat.starts.refused(0, "NOT_COORDINATOR")
    waiting = seat.starts.refused_since
    seat._on_lost(client, [TopicPartition(TOPIC, 0)])
    assign(seat)
    seat.starts._due = 0.0
    seat.starts.ask(seat.holdings)  # would call what the consumer has not

    assert waiting is not None
    assert seat.starts.refused_since is None


class Returning(Listening):
    """A consumer that hands out a record of each partition, loses one and gets it back, and hands out the others."""

    def __init__(self, messages: list[Message]) -> None:
        super().__init__()
        self.assigned_anew: list[int] = []
        self._messages = messages
        self.between: Callable[[], object] = lambda: None

    def consume(self, most: int, timeout: float) -> list[Message]:
        if timeout == 0:
            self.between()
        found, self._messages = self._messages[:most], self._messages[most:]
        return found

    def incremental_unassign(self, partitions: list[TopicPartition]) -> None: ...

    def incremental_assign(self, partitions: list[TopicPartition]) -> None:
        self.assigned_anew += [item.partition for item in partitions]


@pytest.mark.parametrize(("comes_back", "taken"), [(True, {0: 0, 1: 1}), (False, {1: 1})])
def test_a_partition_that_comes_back_within_one_call_is_read_from_where_the_group_is(
    seat: Membership, comes_back: bool, taken: object
) -> None:
    """A record that was handed out before is not the first of the new ownership: those before it would be skipped."""
    assign(seat)
    seat._on_assign(seat._consumer, [TopicPartition(TOPIC, 1)])
    with World(partitions=2) as world:
        for partition in (0, 1):
            world.put(b"value", partition=partition)
        client = Returning(sorted(world.records(TOPIC, 2), key=lambda message: message.partition() or 0))
        seat._consumer = seat.starts._consumer = client  # type: ignore[assignment]

        def leave() -> None:
            seat._on_lost(client, [TopicPartition(TOPIC, 0)])  # type: ignore[arg-type]
            if comes_back:
                seat._on_assign(client, [TopicPartition(TOPIC, 0)])  # type: ignore[arg-type]

        client.between = leave
        seat.take(10, 0.1)
        held = {number: holding.held for number, holding in seat.holdings.items()}
        for holding in seat.holdings.values():
            holding.clear()

    assert held == taken
    assert client.assigned_anew == ([0] if comes_back else [])


class Refused:
    """What comes of partition 0 when the coordinator does not tell its place."""

    def error(self) -> KafkaError:
        return KafkaError(KafkaError.NOT_COORDINATOR, START_UNKNOWN)

    def topic(self) -> str:
        return TOPIC

    def partition(self) -> int:
        return 0

    def offset(self) -> int:
        return -1


@pytest.mark.parametrize(("comes_back", "asked"), [(True, [0]), (False, [])])
def test_a_place_that_was_refused_before_the_partition_left_is_not_asked_for_later(
    seat: Membership, comes_back: bool, asked: object
) -> None:
    """When it is back it is read; asked for with records in hand, it would bring them again. Back within one call, it
    is asked for at once.
    """
    assign(seat)
    client = Returning([cast(Message, Refused())])

    def leave() -> None:
        seat._on_lost(client, [TopicPartition(TOPIC, 0)])  # type: ignore[arg-type]
        if comes_back:
            seat._on_assign(client, [TopicPartition(TOPIC, 0)])  # type: ignore[arg-type]

    seat._consumer = seat.starts._consumer = client  # type: ignore[assignment]
    client.between = leave
    seat.take(10, 0.1)

    assert client.assigned_anew == asked
    assert seat.starts.refused_since is None


def test_what_was_settled_of_a_log_that_was_made_anew_comes_back_with_no_other_commit() -> None:
    """With each commit the client library commits what it was told of any partition and takes for news. After a commit
    that went back, that is what it was told before.
    """
    config: Config = {
        "group.id": "workers",
        "auto.offset.reset": "earliest",
        "enable.auto.commit": False,
        "enable.auto.offset.store": False,
    }
    places = [TopicPartition(TOPIC, number) for number in (0, 1)]
    stats = WorkerStats()
    with World(partitions=2) as world:
        for _ in range(3):
            world.put(b"value", partition=0)
        world.put(b"value", partition=1)
        seat = seat_of(config | {"bootstrap.servers": world.broker.bootstrap_servers}, stats)
        seat.join()
        take_until(seat, lambda: stats.consumed == 4)
        for offset in range(3):
            seat.holdings[0].progress.settle(offset)
        seat.commit()
        seat._consumer.seek(TopicPartition(TOPIC, 0, 0))  # as it does when its place is out of range
        take_until(seat, lambda: stats.rewinds == 1)
        seat.look(seat.holdings[0])
        seat.holdings[1].progress.settle(0)
        seat.commit()
        committed = [item.offset for item in seat._consumer.committed(places, LIMIT)]
        seat.close(LIMIT)

    assert committed == [0, 1]


def test_commits_that_could_not_follow_a_log_that_was_made_anew_try_again(seat: Membership) -> None:
    """Until they do, the client library commits nothing below what it knows, and says nothing."""

    class Refusing(Listening):
        def __init__(self) -> None:
            super().__init__()
            self.asked: list[int] = []

        def committed(self, partitions: list[TopicPartition], timeout: float) -> list[TopicPartition]:
            return [TopicPartition(TOPIC, 0, 90)]

        def store_offsets(self, offsets: list[TopicPartition]) -> None: ...

        def commit(self, offsets: list[TopicPartition] | None = None, *, asynchronous: bool) -> list[TopicPartition]:
            if offsets is None:
                return []
            self.asked.append(offsets[0].offset)
            if len(self.asked) < 3:
                raise KafkaException(KafkaError(KafkaError.NOT_COORDINATOR))
            return []

    assign(seat)
    client = Refusing()
    seat.marks._consumer = seat._commits._consumer = client  # type: ignore[assignment]
    holding = seat.holdings[0]
    holding.take(at(4), 4)
    seat.look(holding)
    holding.progress.settle(4)
    tries = [(seat.commit(), seat.committed) for _ in range(3)]

    assert client.asked == [4, 4, 4]
    assert tries == [(False, False), (True, True), (True, True)]


def take_until(seat: Membership, done: Callable[[], bool]) -> None:
    deadline = monotonic() + LIMIT
    while not done():
        seat.take(10, 0.1)
        assert monotonic() < deadline
