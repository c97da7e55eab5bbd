"""A worker in a process of its own, to be killed. Arguments: servers, mutant, milliseconds of work per event.

One line per handled event goes to standard output before the worker hears that it is handled. A mutant is a worker
with one of the known flaws; the ledger has to catch it.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Final

from eventpact.dead_letter import DeadLetter
from eventpact.errors import WorkerStopped
from eventpact.kafka.client_settings import ConsumerSettings, ProducerSettings
from eventpact.kafka.handler import Retry
from eventpact.kafka.holding import Holding
from eventpact.kafka.progress import Progress
from eventpact.kafka.record import Record
from eventpact.kafka.settings import Settings
from eventpact.kafka.worker import Worker
from eventpact.registry import MemoryRegistry, SchemaText
from ingestion_events import IngestionEvent
from tests.kafka.world import CONTRACT, DEAD_LETTERS, SWIFT, number_of

STOPPED: Final = 70
"""Exit code of a worker that stopped by itself."""


POLICY: Final = replace(SWIFT, batch=200, pass_budget=0.02, commit_interval=0.01)
"""Commits with records in hand, as often as it goes."""


def commit_on_receipt() -> None:
    """The flaw: a record counts as settled as soon as the client library hands it out."""
    take = Holding.take

    def eager(self: Holding, message: object, offset: int) -> bool:
        rewound = take(self, message, offset)  # type: ignore[arg-type]
        self.progress.settle(offset)
        return rewound

    Holding.take = eager  # type: ignore[method-assign]


def swallow_dead_letter_errors() -> None:
    """The flaw: a dead letter counts as stored whatever its delivery report says."""
    confirm = Progress.confirm

    def careless(self: Progress, offset: int, error: str | None = None) -> None:
        del error
        confirm(self, offset)

    Progress.confirm = careless  # type: ignore[method-assign]


MUTANTS: Final[dict[str, Callable[[], None]]] = {
    "none": lambda: None,
    "commit-on-receipt": commit_on_receipt,
    "swallow-dead-letter-errors": swallow_dead_letter_errors,
}


def registry() -> MemoryRegistry:
    """The same ids as in the test's own registry: they are given in this order."""
    made = MemoryRegistry()
    made.register(CONTRACT.subject, SchemaText(IngestionEvent.SCHEMA_TEXT))
    made.register(f"{DEAD_LETTERS}-value", SchemaText(DeadLetter.SCHEMA_TEXT))
    return made


def main(servers: str, mutant: str, milliseconds: str) -> int:
    MUTANTS[mutant]()
    seconds = float(milliseconds) / 1000

    def handle(handled: IngestionEvent, record: Record) -> None:
        time.sleep(seconds)  # the work
        number = number_of(handled)
        if number % 50 == 7 and record.attempt == 1:
            raise Retry
        os.write(1, b"%d\n" % number)

    settings = Settings(
        bootstrap_servers=servers,
        consumer=ConsumerSettings(session_timeout_ms=2000, heartbeat_interval_ms=300),
        producer=ProducerSettings(message_timeout_ms=5_000, linger_ms=0),
    )
    worker = Worker(IngestionEvent, handle, settings, registry=registry(), policy=POLICY)
    try:
        worker.run()
    except WorkerStopped as error:
        sys.stderr.write(f"{error}\n")
        return STOPPED
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
