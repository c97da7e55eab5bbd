"""What an observer counts while records are handled. It runs for every record, so it adds numbers and nothing else."""

from __future__ import annotations

import threading
from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Final

from eventpact.ids import SchemaId
from eventpact.kafka.observer import Settled
from eventpact.kafka.record import Record

__all__ = ["BUCKETS", "OTHER", "Counting"]

BUCKETS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0)
"""Upper limits of the handler's seconds; the last bucket has none."""
OTHER: Final = "other"
MOST: Final = 200
"""Sets of label values, whatever happens: what comes later is counted as `other`, or not by version."""
NOTHING: Final[AbstractContextManager[object]] = nullcontext()


class Counting:
    """The counts of one group. An Observer; thread-safe. `tenants` keys are counted by name, 0 counts none."""

    def __init__(self, tenants: int = 0) -> None:
        if tenants < 0:
            raise ValueError("tenants must be at least 0")
        self._most_tenants = tenants
        self._lock = threading.Lock()
        self.outcomes: Counter[tuple[str, str, str]] = Counter()
        """By topic, outcome and reason."""
        self.reads: Counter[tuple[str, SchemaId]] = Counter()
        """Events that were decoded, by topic and the writer's schema."""
        self.tenants: Counter[tuple[str, str]] = Counter()
        """By topic and key."""
        self.buckets: dict[str, list[int]] = {}
        """By topic: how often the handler took how long."""
        self.seconds: dict[str, float] = {}
        """By topic."""

    def handling(self, records: Sequence[Record]) -> AbstractContextManager[object]:
        """Count tenants, where asked for."""
        if self._most_tenants:
            with self._lock:
                for record in records:
                    self.tenants[record.topic, self._tenant(record)] += 1
        return NOTHING

    def settled(self, settled: Settled) -> None:
        """Count one try."""
        topic, outcome, seconds = settled.topic, settled.outcome, settled.seconds
        with self._lock:
            key = (topic, outcome, settled.reason)
            if key not in self.outcomes and len(self.outcomes) >= MOST:
                key = (topic, outcome, OTHER)
            self.outcomes[key] += 1
            # The handler is called with decoded events only.
            if outcome == "handled" or (outcome == "dead_lettered" and seconds):
                self._read(topic, settled.schema_id)
            if seconds:
                self.buckets.setdefault(topic, [0] * (len(BUCKETS) + 1))[bisect_left(BUCKETS, seconds)] += 1
                self.seconds[topic] = self.seconds.get(topic, 0.0) + seconds

    def copy(self) -> Counting:
        """The counts as they are now, for a reader in another thread."""
        found = Counting()
        with self._lock:
            found.outcomes, found.reads, found.tenants = self.outcomes.copy(), self.reads.copy(), self.tenants.copy()
            found.buckets = {topic: list(counts) for topic, counts in self.buckets.items()}
            found.seconds = dict(self.seconds)
        return found

    def _read(self, topic: str, schema_id: SchemaId | None) -> None:
        if schema_id is not None and ((topic, schema_id) in self.reads or len(self.reads) < MOST):
            self.reads[topic, schema_id] += 1

    def _tenant(self, record: Record) -> str:
        key = "" if record.key is None else record.key.decode("utf-8", "backslashreplace")
        known = (record.topic, key) in self.tenants
        if known or (len(self.tenants) < self._most_tenants and key.isprintable() and len(key) <= 64):
            return key
        return OTHER
