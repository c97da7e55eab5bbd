"""The client library: one consumer of one topic, as far as a worker calls it.

It does what `tests/kafka/test_client_library.py` and the real brokers of `tests/live` show. Callbacks
run inside of `consume`, a lost partition is gone before its callback, a commit takes only what is above the last known.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import Final, Literal, TypeAlias

from confluent_kafka import KafkaError, KafkaException, TopicPartition

from eventpact.kafka.client_errors import START_UNKNOWN
from tests.simulation.broker import Broker
from tests.simulation.death import Death

__all__ = ["TOPIC", "Change", "Received", "SimulatedConsumer"]

TOPIC: Final = "events"
Change: TypeAlias = Literal["assign", "revoke", "lost"]
Callback: TypeAlias = "Callable[[SimulatedConsumer, list[TopicPartition]], None]"
REFUSALS: Final = (
    (0.05, KafkaError.NOT_COORDINATOR),
    (0.08, KafkaError.REBALANCE_IN_PROGRESS),
    (0.11, KafkaError.REQUEST_TIMED_OUT),
)
"""How often commits are refused, summed up. One that timed out may have been done."""


class Received:
    """A record or, with an `error`, what comes in the place of one."""

    def __init__(
        self, partition: int, offset: int, key: bytes = b"", value: bytes = b"", error: KafkaError | None = None
    ) -> None:
        self._place = partition, offset
        self._key = key
        self._value = value
        self._error = error

    def topic(self) -> str:
        return TOPIC

    def partition(self) -> int:
        return self._place[0]

    def offset(self) -> int:
        return self._place[1]

    def key(self) -> bytes:
        return self._key

    def value(self) -> bytes:
        return self._value

    def error(self) -> KafkaError | None:
        return self._error

    def headers(self) -> list[tuple[str, bytes]]:
        return []

    def timestamp(self) -> tuple[int, int]:
        return 1, 0

    def __len__(self) -> int:
        return len(self._value)

    def __str__(self) -> str:
        return "{}@{}".format(*self._place) if self._error is None else f"{self._place[0]}: {self._error.name()}"


class SimulatedConsumer:
    """`changes` are the rebalances to come; the next `consume` serves them, or a later one."""

    def __init__(self, broker: Broker) -> None:
        self.changes: list[tuple[Change, list[int]]] = []
        self.owned: set[int] = set()
        self._broker = broker
        self._callbacks: dict[Change, Callback] = {}
        self._positions: dict[int, int] = {}
        """Those that are fetched. A partition whose place the broker did not tell is not among them."""
        self._paused: set[int] = set()
        self._stored: dict[int, int] = {}
        self._known: dict[int, int] = {}
        """What this client takes for committed."""
        self._errors: list[Received] = []

    def subscribe(self, topics: list[str], on_assign: Callback, on_revoke: Callback, on_lost: Callback) -> None:
        assert topics == [TOPIC]
        self._callbacks = {"assign": on_assign, "revoke": on_revoke, "lost": on_lost}

    @property
    def at_the_end(self) -> bool:
        """Is there nothing more to fetch and no rebalance to come?"""
        ends = dict(enumerate(log.end for log in self._broker.logs))
        return not self.changes and self._positions == ends

    def consume(self, limit: int, timeout: float) -> list[Received]:
        """Serve rebalances, then up to `limit` records; with torn batches, rebalances between them as well."""
        broker, dice = self._broker, self._broker.dice
        found, self._errors = self._errors[:limit], self._errors[limit:]
        while not found and self.changes and dice.random() < 0.8:
            self._serve()
        fetched = sorted(self._positions.keys() - self._paused)
        dice.shuffle(fetched)
        for partition in fetched:
            room = limit - len(found)
            most = room if broker.quiet else dice.randint(0, room)
            if partition in self._positions and most:
                found += self._fetch(partition, most)
            while broker.plan.torn and self.changes and 0 < len(found) < limit and dice.random() < 0.3:
                self._serve()
        if found:
            broker.tell("received " + ", ".join(map(str, found)))
        broker.sleep(0.001 if found else 0.001 + timeout)
        return found

    def _fetch(self, partition: int, most: int) -> list[Received]:
        broker, dice = self._broker, self._broker.dice
        log, position = broker.logs[partition], self._positions[partition]
        if position > log.end:
            position = 0  # out of range: auto.offset.reset=earliest
        else:
            log.unnoticed = False
        known = self._known[partition]
        if broker.plan.rewinds and known >= 0 and not log.cut and not self.changes and broker.chance(0.02):
            position = min(position, max(known, position - dice.randrange(5)))
        found: list[Received] = []
        while len(found) < most and position < log.end:
            record = log.records.get(position)
            if record is not None:
                key = b"key %d" % (record % broker.plan.keys)
                found.append(Received(partition, position, key, b"%d" % record))
                log.unnoticed = False
            position += 1
        self._positions[partition] = position
        return found

    def _serve(self) -> None:
        change, named = self.changes.pop(0)
        partitions = [number for number in named if (number in self.owned) != (change == "assign")]
        if not partitions and change != "assign":
            return
        self._broker.tell(f"{change} {partitions}")
        if change == "lost":
            self._forget(partitions)
        self._callbacks[change](self, [TopicPartition(TOPIC, number) for number in partitions])
        if change == "assign":
            self._start(partitions)
            return
        self._forget(partitions)
        for number in partitions:
            if self._broker.dice.random() < 0.5:
                self._broker.others_work(number)

    def _start(self, partitions: Collection[int]) -> None:
        """Read from where the group is; the coordinator may refuse to tell."""
        for number in partitions:
            committed = self._broker.start(number)
            self.owned.add(number)
            self._stored.pop(number, None)
            self._known[number] = committed
            if self._broker.chance(0.05):
                refusal = KafkaError(KafkaError.NOT_COORDINATOR, START_UNKNOWN)
                self._errors.append(Received(number, committed, error=refusal))
            else:
                self._positions[number] = max(0, committed)

    def _forget(self, partitions: Collection[int]) -> None:
        for number in partitions:
            self.owned.discard(number)
            self._positions.pop(number, None)

    def incremental_unassign(self, partitions: Sequence[TopicPartition]) -> None:
        self._forget([item.partition for item in partitions])

    def incremental_assign(self, partitions: Sequence[TopicPartition]) -> None:
        self._broker.tell(f"asked again where to start: {[item.partition for item in partitions]}")
        self._start([item.partition for item in partitions])

    def pause(self, partitions: Sequence[TopicPartition]) -> None:
        self._paused |= {item.partition for item in partitions}

    def resume(self, partitions: Sequence[TopicPartition]) -> None:
        self._paused -= {item.partition for item in partitions}

    def store_offsets(self, offsets: Sequence[TopicPartition]) -> None:
        """Refused when none of them is ours; silent about the others."""
        ours = {item.partition: item.offset for item in offsets if item.partition in self.owned}
        if not ours:
            raise KafkaException(KafkaError(KafkaError._STATE))
        self._stored |= ours

    def commit(self, offsets: Sequence[TopicPartition] | None = None, *, asynchronous: bool) -> list[TopicPartition]:
        """Of `offsets` or, without, of what is stored above the last known."""
        assert not asynchronous
        if self._broker.chance(0.01):
            raise Death("in a commit")
        if offsets is None:
            wanted = [
                TopicPartition(TOPIC, number, offset)
                for number, offset in sorted(self._stored.items())
                if number in self.owned and offset > self._known[number]
            ]
            if not wanted:
                raise KafkaException(KafkaError(KafkaError._NO_OFFSET))
        else:
            wanted = list(offsets)
            if not self.owned >= {item.partition for item in wanted}:
                raise KafkaException(KafkaError(KafkaError.ILLEGAL_GENERATION))
        refusal = self._refusal()
        answered = refusal is None
        if answered or (refusal == KafkaError.REQUEST_TIMED_OUT and self._broker.dice.random() < 0.5):
            for item in wanted:
                self._broker.commit(item.partition, item.offset, item.metadata or "", answered=answered)
        if refusal is not None:
            error = KafkaError(refusal)
            self._broker.tell(f"a commit is refused: {error.name()}")
            raise KafkaException(error)
        self._known |= {item.partition: item.offset for item in wanted}
        return []

    def _refusal(self) -> int | None:
        fate = 1.0 if self._broker.quiet else self._broker.dice.random()
        return next((code for limit, code in REFUSALS if fate < limit), None)

    def committed(self, partitions: Sequence[TopicPartition], timeout: float) -> list[TopicPartition]:
        del timeout
        if self._broker.chance(0.05) and not self._broker.plan.cuts:
            raise KafkaException(KafkaError(KafkaError._TIMED_OUT))
        found = [(item.partition, self._broker.logs[item.partition].committed) for item in partitions]
        return [TopicPartition(TOPIC, number, at.offset, metadata=at.metadata) for number, at in found]

    def get_watermark_offsets(self, partition: TopicPartition, timeout: float) -> tuple[int, int]:
        del timeout
        return 0, self._broker.logs[partition.partition].end

    def close(self) -> None:
        self._broker.tell("left the group")
