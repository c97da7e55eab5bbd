"""A worker in a process of its own, with a record that kills it. Arguments: servers, manner of death, concurrency.

One line per handled event goes to standard output.
"""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable
from dataclasses import replace
from typing import Final

from eventpact.dead_letter import DeadLetter
from eventpact.kafka.client_settings import ConsumerSettings, ProducerSettings
from eventpact.kafka.handler import Retry
from eventpact.kafka.record import Record
from eventpact.kafka.settings import Settings
from eventpact.kafka.worker import Worker
from eventpact.registry import MemoryRegistry, SchemaText
from ingestion_events import IngestionEvent
from tests.kafka.world import CONTRACT, DEAD_LETTERS, SWIFT, number_of

KILLER: Final = 13
"""The number of the event that kills."""
DIED: Final = 9


def die(attempt: int) -> None:
    """As a fault in a C library does: nothing of Python runs any more."""
    os._exit(DIED)


def die_later(attempt: int) -> None:
    """At the second attempt; the process has lived through the first."""
    if attempt == 1:
        raise Retry
    os._exit(DIED)


def hang(attempt: int) -> None:
    """For ever."""
    threading.Event().wait()


MANNERS: Final[dict[str, Callable[[int], None]]] = {"die": die, "die later": die_later, "hang": hang}


def main(servers: str, manner: str, concurrency: str) -> None:
    registry = MemoryRegistry()
    registry.register(CONTRACT.subject, SchemaText(IngestionEvent.SCHEMA_TEXT))
    registry.register(f"{DEAD_LETTERS}-value", SchemaText(DeadLetter.SCHEMA_TEXT))

    def handle(handled: IngestionEvent, record: Record) -> None:
        if number_of(handled) == KILLER:
            MANNERS[manner](record.attempt)
        os.write(1, b"%d\n" % number_of(handled))

    settings = Settings(
        bootstrap_servers=servers,
        consumer=ConsumerSettings(session_timeout_ms=1000, heartbeat_interval_ms=100),
        producer=ProducerSettings(message_timeout_ms=5_000, linger_ms=0),
    )
    policy = replace(SWIFT, handler_limit=0.3)
    Worker(IngestionEvent, handle, settings, registry=registry, policy=policy, concurrency=int(concurrency)).run()


if __name__ == "__main__":
    main(*sys.argv[1:])
