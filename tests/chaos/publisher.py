"""Publishes a run's records. What counts as published is what has a delivery report without an error."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Final

from confluent_kafka import KafkaError, Message, Producer

from eventpact.codec import Codec, prefix
from ingestion_events import IngestionEvent
from tests.chaos.poison import CANARY, HEADERS, is_poison, poison, sound
from tests.chaos.site import Site

__all__ = ["Publisher"]

LIMIT: Final = 60.0
CHUNK: Final = 100
LOOK_SECONDS: Final = 0.05


class Publisher:
    """Numbers the records from 0. `acknowledged` are stored, `sent` may be."""

    def __init__(self, site: Site, poison_every: int) -> None:
        self.acknowledged: set[int] = set()
        self.sent = 0
        self._site = site
        self._poison_every = poison_every
        self._schema_id = site.register()
        self._encode = Codec(IngestionEvent).encoder(prefix(self._schema_id))
        self._end = threading.Event()
        self._thread: threading.Thread | None = None
        self._producer = Producer(
            {
                "bootstrap.servers": site.servers,
                "enable.idempotence": True,
                "partitioner": "murmur2_random",
                "linger.ms": 2,
                "message.timeout.ms": 60_000,
                "reconnect.backoff.max.ms": 500,
                "allow.auto.create.topics": False,
                "log_level": 0,
            }
        )

    def publish(self, count: int) -> None:
        """So many further records are stored afterwards, or known not to be."""
        self._send(count)
        assert self._producer.flush(LIMIT) == 0

    def pour(self, ahead: int, done: Callable[[], int]) -> None:
        """Keep about so many records more on the topic than are `done`, until `dry`."""

        def run() -> None:
            while not self._end.wait(LOOK_SECONDS):
                while not self._end.is_set() and len(self.acknowledged) - done() < ahead:
                    self._send(CHUNK)
                    self._producer.poll(LOOK_SECONDS)

        self._thread = threading.Thread(target=run, name="publisher", daemon=True)
        self._thread.start()

    def dry(self) -> None:
        """No more records; those on their way are stored afterwards, or known not to be."""
        self._end.set()
        if self._thread is not None:
            self._thread.join(LIMIT)
        assert self._producer.flush(LIMIT) == 0

    def _send(self, count: int) -> None:
        for number in range(self.sent, self.sent + count):
            bad = is_poison(number, self._poison_every)
            event = sound(number)
            self._producer.produce(
                self._site.topic,
                poison(number, self._schema_id) if bad else self._encode(event),
                f"{CANARY}-{number}" if bad else event.tenant_id,
                headers=HEADERS,
                on_delivery=self._reporter(number),
            )
        self.sent += count
        self._producer.poll(0)

    def _reporter(self, number: int) -> Callable[[KafkaError | None, Message], None]:
        def reported(error: KafkaError | None, message: Message) -> None:
            del message
            if error is None:
                self.acknowledged.add(number)

        return reported
