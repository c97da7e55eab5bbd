"""Who saw which record: written by delivery reports and handlers, read by the one who asks whether anything is lost."""

import threading
import time
from collections import Counter
from collections.abc import Callable
from typing import TypeAlias

__all__ = ["Ledger", "Place"]

Place: TypeAlias = tuple[int, int]
"""(partition, offset)."""


class Ledger:
    """Counts by place. Every method may be called from any thread."""

    def __init__(self) -> None:
        self._changed = threading.Condition()  # over a reentrant lock: `done` reads the properties
        self._acknowledged: set[Place] = set()
        self._handled: Counter[Place] = Counter()
        self._workers: Counter[str] = Counter()
        self._replays: set[str] = set()

    def acknowledge(self, place: Place) -> None:
        """The broker stored the record at ``place``."""
        with self._changed:
            self._acknowledged.add(place)
            self._changed.notify_all()

    def handle(self, worker: str, place: Place, replay_id: str | None) -> None:
        """``worker`` handled the record at ``place``, which is a replay of the dead letter ``replay_id``, if any."""
        with self._changed:
            if replay_id is not None:
                self._replays.add(replay_id)
            else:
                self._workers[worker] += place not in self._handled
                self._handled[place] += 1
            self._changed.notify_all()

    def wait(self, done: Callable[["Ledger"], bool], patience: float) -> bool:
        """True once ``done``; False when nothing moved for ``patience`` seconds."""
        with self._changed:
            moved, seen = time.monotonic(), -1
            while not done(self):
                count = len(self._acknowledged) + self._handled.total() + len(self._replays)
                if count != seen:
                    moved, seen = time.monotonic(), count
                if time.monotonic() - moved > patience:
                    return False
                self._changed.wait(0.1)
            return True

    @property
    def acknowledged(self) -> frozenset[Place]:
        """Places of all stored records of this run, replays left out."""
        with self._changed:
            return frozenset(self._acknowledged)

    @property
    def handled(self) -> frozenset[Place]:
        """Places that a handler was through with at least once."""
        with self._changed:
            return frozenset(self._handled)

    @property
    def duplicates(self) -> int:
        """Handler calls beyond the first, over all places."""
        with self._changed:
            return self._handled.total() - len(self._handled)

    @property
    def replays(self) -> frozenset[str]:
        """Dead letters whose replay was handled."""
        with self._changed:
            return frozenset(self._replays)

    @property
    def workers(self) -> dict[str, int]:
        """First completions by worker."""
        with self._changed:
            return dict(self._workers)
