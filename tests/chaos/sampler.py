"""Looks at committed offsets while the workers run, and at what was settled by then."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import Final

from confluent_kafka import KafkaException

from tests.chaos.book import Book
from tests.chaos.reading import committed, ends, reader
from tests.chaos.site import Site

__all__ = ["Sample", "Sampler"]

INTERVAL: Final = 0.1


@dataclass(frozen=True, slots=True)
class Sample:
    """Committed offsets, and what was settled at that moment or a little later: `entries` of the book, and the dead
    letters below `letters`. The order of the looks makes that sound: commits first.
    """

    committed: dict[int, int]
    entries: int
    letters: dict[int, int]


class Sampler:
    """`samples` in their order; while the broker is away there are none."""

    def __init__(self, site: Site, book: Book) -> None:
        self.samples: list[Sample] = []
        self._site = site
        self._book = book
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._run, name="sampler", daemon=True)
        self._thread.start()

    def _run(self) -> None:
        with reader(self._site.servers, self._site.group) as consumer:
            while not self._end.wait(INTERVAL):
                try:
                    moved = committed(consumer, self._site.topic, self._site.partitions)
                    entries = self._book.mark()
                    letters = ends(consumer, self._site.letters, self._site.partitions)
                except KafkaException:  # the broker is away, which is what the run is about
                    continue
                self.samples.append(Sample(moved, entries, letters))
                self._book.changed()

    @property
    def committed(self) -> int:
        """How many records are committed, by the last look."""
        return sum(self.samples[-1].committed.values()) if self.samples else 0

    @property
    def letters(self) -> int:
        """How many dead letters are stored, by the last look."""
        return sum(self.samples[-1].letters.values()) if self.samples else 0

    def close(self) -> None:
        self._end.set()
        self._thread.join()
