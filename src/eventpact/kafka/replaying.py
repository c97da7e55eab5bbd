"""Dead letters go back where they came from: the original bytes, to the topic that the configuration names.

Nothing in a record chooses the target, or a writer of dead letters could write anywhere that the replay may write.
"""

from __future__ import annotations

import logging
from collections import Counter, OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final, TypeAlias

from confluent_kafka import KafkaException, Producer

from eventpact.contract import Contract
from eventpact.dead_letter import DeadLetter, TimestampType
from eventpact.errors import DeliveryError, QueueFullError
from eventpact.kafka.caller_headers import REPLAY_ID
from eventpact.kafka.clock import SYSTEM_CLOCK, Clock
from eventpact.kafka.config import producer_config
from eventpact.kafka.envelope import original_headers
from eventpact.kafka.guard import ClientLog
from eventpact.kafka.leftovers import drain, purge
from eventpact.kafka.record import Headers
from eventpact.kafka.settings import Settings
from eventpact.kafka.stopping import wait_in_slices
from eventpact.kafka.stored_letters import dead_letter_contract, read_dead_letters
from eventpact.kafka.translate import MAYBE_STORED, client_error, translate
from eventpact.registry import Registry

if TYPE_CHECKING:
    from confluent_kafka import KafkaError as ClientError
    from confluent_kafka import Message

__all__ = ["REPLAY_ID", "Repair", "Replayed", "replay", "replay_headers"]

Repair: TypeAlias = Callable[[DeadLetter], bytes | None]
"""The value to replay instead of the original one; `None` leaves the dead letter where it is."""

REMEMBERED: Final = 100_000
"""Copies of one failure stand close together, so this many ids are enough to see them."""
GRACE: Final = 5.0
LOG: Final = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Replayed:
    """What a replay did.

    Attributes:
        read: records of the dead-letter topic.
        matched: those among them that are readable, of this topic, and wanted by the filter.
        replayed: acknowledged by the source topic; with `dry_run` those that would have been sent.
        skipped: matched, but copies of one failure, replayed too often already, without readable headers, or left
            alone by `repair`.
    """

    read: int
    matched: int
    replayed: int
    skipped: int
    dry_run: bool = False


def replay(
    event_class: type,
    settings: Settings,
    *,
    contract: Contract | None = None,
    registry: Registry | None = None,
    where: Callable[[DeadLetter], bool] | None = None,
    repair: Repair | None = None,
    max_replays: int = 3,
    dry_run: bool = False,
    clock: Clock = SYSTEM_CLOCK,
) -> Replayed:
    """Write dead letters to their source topic again: key, value and headers byte for byte, and three headers more.

    Every group that reads the topic sees them again. The dead letters stay where they are; a second replay sends them
    a second time, unless `where` says otherwise. A record that was replayed `max_replays` times is left alone, so a
    replay that is run in a loop ends.

    Raises:
        DeliveryError: not everything was acknowledged; `failed` counts what was not.
        ManifestError, TopicError, BrokerUnavailableError, UnavailableError: see `read_dead_letters`.
    """
    chosen = dead_letter_contract(event_class, settings, contract)
    sender = None if dry_run else Sender(settings, chosen.topic.name)
    counts: Counter[str] = Counter()
    guard = LoopGuard(max_replays)
    try:
        for stored in read_dead_letters(event_class, settings, contract=chosen, registry=registry, clock=clock):
            counts["read"] += 1
            letter = stored.letter
            if letter is None or letter.original_topic != chosen.topic.name or not (where is None or where(letter)):
                continue
            counts["matched"] += 1
            if not guard.lets_through(letter):
                counts["skipped"] += 1
                continue
            value = letter.original_value if repair is None else repair(letter)
            if repair is not None and value is None:
                counts["skipped"] += 1
                continue
            counts["replayed"] += 1
            if sender is not None:
                sender.send(value, letter.original_key, replay_headers(letter, clock.wall_ms()))
    finally:
        if sender is not None:
            sender.close()
    if sender is not None:
        sender.check()
    return Replayed(counts["read"], counts["matched"], counts["replayed"], counts["skipped"], dry_run)


def replay_headers(letter: DeadLetter, now_ms: int) -> Headers:
    """The original headers, unchanged and in their order, then what tells a replay from the original."""
    moment = datetime.fromtimestamp(now_ms / 1000, UTC).isoformat(timespec="milliseconds")
    ours: Headers = ((REPLAY_ID, letter.dlq_id.encode()), ("x-replayed-at", moment.encode()))
    if letter.timestamp_type is not TimestampType.NONE:
        ours += (("x-original-timestamp", str(letter.original_timestamp_ms).encode()),)
    return original_headers(letter) + ours


class LoopGuard:
    """Stops what would go round: copies of one failure, and records that come back again and again."""

    def __init__(self, max_replays: int) -> None:
        self._max_replays = max_replays
        self._seen: OrderedDict[str, None] = OrderedDict()

    def lets_through(self, letter: DeadLetter) -> bool:
        """May this one be replayed? One whose headers are lost may not: it would not be the original record."""
        replays = sum(header.name == REPLAY_ID for header in letter.original_headers)
        if letter.headers_unreadable or replays >= self._max_replays or letter.dlq_id in self._seen:
            return False
        self._seen[letter.dlq_id] = None
        if len(self._seen) > REMEMBERED:
            self._seen.popitem(last=False)
        return True


class Sender:
    """Writes records to one topic and counts what was not acknowledged."""

    def __init__(self, settings: Settings, topic: str) -> None:
        self._topic = topic
        self._patience = settings.producer.message_timeout_ms / 1000 + GRACE
        self._failures: Counter[str] = Counter()
        self._maybe = 0
        self._producer = Producer(producer_config(settings), logger=ClientLog("eventpact.kafka.client"))

    def send(self, value: bytes | None, key: bytes | None, headers: Headers) -> None:
        """Hand a record to the client library. Raises QueueFullError, TopicError or KafkaError if it is not taken."""
        left = self._patience
        while True:
            try:
                self._producer.produce(
                    self._topic, value=value, key=key, headers=list(headers), on_delivery=self._reported
                )
            except BufferError:
                if left <= 0:
                    raise QueueFullError(f"the producer's queue for {self._topic} stayed full") from None
                left -= 0.1
                wait_in_slices(self._serve, 0.1)
            except KafkaException as error:
                raise translate(client_error(error), f"cannot replay to topic {self._topic}") from None
            else:
                wait_in_slices(self._serve, 0)
                return

    def close(self) -> None:
        """Wait until the client library has given its word on every record; what is left then is given up."""
        drain(self._producer, self._serve, self._patience)
        purge(self._producer, self._serve)

    def check(self) -> None:
        """Raise DeliveryError if a record was not acknowledged."""
        failed = self._failures.total()
        if failed:
            codes = ", ".join(f"{count} x {name}" for name, count in sorted(self._failures.items()))
            raise DeliveryError(
                f"{failed} replayed records were not acknowledged by topic {self._topic}: {codes}",
                code=next(iter(self._failures)),
                failed=failed,
                maybe=self._maybe,
            )

    def _serve(self, timeout: float) -> None:
        """A fatal error is raised here once, then come the reports of what it cost."""
        try:
            self._producer.poll(timeout)
        except KafkaException as error:
            LOG.error("the replay's producer cannot go on: %s", client_error(error).name())

    def _reported(self, error: ClientError | None, message: Message) -> None:
        del message
        if error is not None:
            self._failures[error.name()] += 1
            self._maybe += error.code() in MAYBE_STORED
