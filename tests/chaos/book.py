"""What the workers completed, in the order in which they said so: one pipe for all of them, read by the ledger.

A line is written whole or not at all (it is shorter than PIPE_BUF), survives the writer's SIGKILL, and lies in the
pipe before the worker hears that its record is handled.
"""

from __future__ import annotations

import os
import threading
from collections import Counter
from collections.abc import Callable
from typing import Final

__all__ = ["PATIENCE", "Book", "note"]

PATIENCE: Final = 90.0
"""Seconds until a run that waits for something gives up. Nothing takes a third of it."""
MARK: Final = -1


def note(pipe: int, generation: int, *numbers: int) -> None:
    """Called by a handler: these events are complete."""
    os.write(pipe, b"".join(b"%d %d\n" % (generation, number) for number in numbers))


class Book:
    """`entries` are pairs of worker and event, the oldest first."""

    def __init__(self) -> None:
        self._read_end, self.pipe = os.pipe()
        self.entries: list[tuple[int, int]] = []
        self.by_generation: Counter[int] = Counter()
        self._marks: dict[int, int] = {}
        self._marked = 0
        self._changed = threading.Condition()
        self._reader = threading.Thread(target=self._read, name="book", daemon=True)
        self._reader.start()

    def _read(self) -> None:
        with os.fdopen(self._read_end, "rb") as lines:
            for line in lines:
                generation, number = map(int, line.split())
                with self._changed:
                    if generation == MARK:
                        self._marks[number] = len(self.entries)
                    else:
                        self.entries.append((generation, number))
                        self.by_generation[generation] += 1
                    self._changed.notify_all()

    def mark(self) -> int:
        """How many entries were written before now, as the pipe orders them."""
        with self._changed:
            self._marked += 1
            wanted = self._marked
        note(self.pipe, MARK, wanted)
        self.wait(lambda: wanted in self._marks)
        return self._marks[wanted]

    def wait(self, done: Callable[[], bool], patience: float = PATIENCE) -> None:
        """Until `done`, which is asked whenever something was completed or changed."""
        with self._changed:
            assert self._changed.wait_for(done, patience), f"nothing came of it in {patience} s"

    def changed(self) -> None:
        """Something else happened that somebody may wait for."""
        with self._changed:
            self._changed.notify_all()

    def close(self) -> None:
        os.close(self.pipe)
        self._reader.join(PATIENCE)
