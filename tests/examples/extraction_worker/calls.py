"""How often a handler was called, and how that ended; tests wait on it instead of sleeping."""

from __future__ import annotations

import threading
from collections.abc import Callable

from ingestion_events import IngestionEvent
from tests.kafka.world import LIMIT


class Calls:
    """A handler that calls another and counts."""

    def __init__(self, handle: Callable[[IngestionEvent], None]) -> None:
        self._handle = handle
        self._changed = threading.Condition()
        self.returned = 0
        self.raised: list[BaseException] = []

    def __call__(self, event: IngestionEvent) -> None:
        try:
            self._handle(event)
        except BaseException as error:
            with self._changed:
                self.raised.append(error)
                self._changed.notify_all()
            raise
        with self._changed:
            self.returned += 1
            self._changed.notify_all()

    @property
    def count(self) -> int:
        return self.returned + len(self.raised)

    def wait(self, *, returned: int = 0, raised: int = 0) -> None:
        """Until so many calls have ended so."""
        with self._changed:
            reached = self._changed.wait_for(lambda: self.returned >= returned and len(self.raised) >= raised, LIMIT)
        assert reached, f"{self.returned} returned, raised: {self.raised}"
