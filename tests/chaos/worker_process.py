"""A worker, or a dead-letter processor, in a process of its own, to be killed. One argument: its orders.

Each completed event is noted in the ledger's book before the worker hears of it. Logs go to standard error, all of
them: no line may hold what the events hold.
"""

from __future__ import annotations

import logging
import signal
import sys
import time
from collections.abc import Sequence
from types import FrameType
from typing import Any

from eventpact.errors import WorkerStopped
from eventpact.kafka import DeadLetterProcessor, Worker
from eventpact.kafka.handler import Handler, handle_batch
from eventpact.kafka.record import Record
from ingestion_events import IngestionEvent
from tests.chaos.book import note
from tests.chaos.flaws import FLAWS
from tests.chaos.orders import STOPPED, Orders
from tests.chaos.tempers import TEMPERS
from tests.kafka.world import number_of


def startled(number: int, frame: FrameType | None) -> None:
    """A signal handler of the application's own, which does what none may do."""
    raise RuntimeError("the application's own handler")


def main(line: str) -> int:
    site, orders, generation, pipe = Orders.read(line)
    logging.basicConfig(level=logging.DEBUG, stream=sys.stderr, format="%(asctime)s %(name)s %(message)s")
    signal.signal(signal.SIGUSR1, startled)
    FLAWS[orders.flaw]()
    temper, seconds = TEMPERS[orders.temper], orders.milliseconds / 1000

    def handle(handled: IngestionEvent, record: Record) -> None:
        time.sleep(seconds)  # the work
        number = number_of(handled)
        temper(generation, number, record.attempt)
        note(pipe, generation, number)

    def handle_all(handled: Sequence[IngestionEvent], records: Sequence[Record]) -> None:
        time.sleep(seconds)
        for event, record in zip(handled, records, strict=True):
            temper(generation, number_of(event), record.attempt)
        note(pipe, generation, *map(number_of, handled))

    handler: Handler[IngestionEvent] = handle if orders.together == 1 else handle_batch(handle_all, orders.together)
    more: dict[str, float] = {"backoff": 0.05} if orders.processor else {"concurrency": orders.concurrency}
    kind: Any = DeadLetterProcessor if orders.processor else Worker
    made = kind(
        IngestionEvent,
        handler,
        orders.settings(site),
        contract=site.contract,
        registry=site.memory(),
        policy=orders.policy(),
        **more,
    )
    try:
        made.run()
    except WorkerStopped as error:
        logging.getLogger("chaos").error("stopped: %s", error)
        return STOPPED
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
