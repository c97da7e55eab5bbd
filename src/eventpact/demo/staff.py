"""The workers of a demo run: threads of this process, so that the run can be told in one place."""

import threading
from collections.abc import Callable
from types import TracebackType
from typing import Self

from eventpact.kafka import Policy, Record, Settings, Worker
from ingestion_events import IngestionEvent

__all__ = ["Staff"]

JOIN_SECONDS = 30.0


class Staff:
    """``names`` many workers of one group, between enter and exit. ``handle(name, event, record)`` does their work."""

    def __init__(
        self, names: tuple[str, ...], settings: Settings, handle: Callable[[str, IngestionEvent, Record], None]
    ) -> None:
        # A demo should not wait half a minute to show a failure.
        policy = Policy(attempts=3, backoff=0.1, commit_interval=0.5)
        self._errors: list[BaseException] = []
        self._workers = [
            Worker(IngestionEvent, _named(name, handle), settings, policy=policy, stop=threading.Event())
            for name in names
        ]
        self._threads = [
            threading.Thread(target=self._run, args=(worker,), name=name)
            for name, worker in zip(names, self._workers, strict=True)
        ]

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for worker in self._workers:
            worker.stop()
        for thread in self._threads:
            thread.join(JOIN_SECONDS)
        if error is None:
            self.check()

    def check(self) -> None:
        """Raise what ended a worker, if something did."""
        if self._errors:
            raise self._errors[0]

    @property
    def ready(self) -> bool:
        """Does every worker hold a share of the partitions?"""
        self.check()
        return all(worker.stats().partitions for worker in self._workers)

    @property
    def dead_lettered(self) -> int:
        """Acknowledged dead letters so far."""
        self.check()
        return sum(worker.stats().dead_lettered for worker in self._workers)

    def _run(self, worker: Worker[IngestionEvent]) -> None:
        try:
            worker.run()
        except BaseException as error:
            self._errors.append(error)


def _named(
    name: str, handle: Callable[[str, IngestionEvent, Record], None]
) -> Callable[[IngestionEvent, Record], None]:
    def handler(event: IngestionEvent, record: Record) -> None:
        handle(name, event, record)

    return handler
