"""Looks at the broker when Prometheus asks: lag, age and dead letters, which no service can tell of itself."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from time import monotonic
from typing import TYPE_CHECKING, Final, TypeAlias

from prometheus_client.registry import Collector

from eventpact.errors import KafkaError
from eventpact.observe.families import families
from eventpact.observe.table import STATUS, Metric
from eventpact.status.figures import ContractReport, GroupReport, Report
from eventpact.status.reporting import report
from eventpact.status.watcher import Watcher

if TYPE_CHECKING:
    from prometheus_client.core import Metric as Family

__all__ = ["LookCollector", "values_of"]

FRESH: Final = 5.0
"""Seconds that a look is good for: two Prometheus servers do not ask the broker twice."""

Found: TypeAlias = dict[Metric, list[tuple[tuple[str, ...], float]]]
Put: TypeAlias = Callable[[str, tuple[str, ...], "float | None"], None]


class LookCollector(Collector):
    """A collector of what `watcher` sees. Thread-safe."""

    def __init__(self, watcher: Watcher) -> None:
        self._watcher = watcher
        self._lock = threading.Lock()
        self._last: tuple[float, Report | None] | None = None

    def unready(self) -> list[str]:
        """What does not answer, for /readyz."""
        return [] if self._look() is not None else ["the broker does not answer"]

    def describe(self) -> list[Family]:
        """Nothing beforehand: a registry would look at the broker to learn names."""
        return []

    def collect(self) -> Iterator[Family]:
        """A look, or the last one when it is fresh. When the broker does not answer only that is told."""
        seen = self._look()
        found: Found = {STATUS["up"]: [((), 1.0 if seen is not None else 0.0)]}
        yield from families({**found, **(values_of(seen) if seen is not None else {})})

    def _look(self) -> Report | None:
        with self._lock:
            if self._last is None or monotonic() - self._last[0] >= FRESH:
                try:
                    seen: Report | None = report(self._watcher.look())
                except KafkaError:
                    seen = None
                self._last = (monotonic(), seen)
            return self._last[1]


def values_of(seen: Report) -> Found:
    """The numbers of a report, by metric. What could not be found out is left out."""
    found: Found = {}

    def put(name: str, labels: tuple[str, ...], value: float | None) -> None:
        if value is not None:
            found.setdefault(STATUS[name], []).append((labels, value))

    for contract in seen.contracts:
        _topic(contract, put)
        for group in contract.groups:
            put("readable", (contract.topic, group.name), 1.0)
            _group(contract.topic, group, put)
        for name in contract.unread:
            put("readable", (contract.topic, name), 0.0)
        if (letters := contract.letters) is not None and letters.exists:
            put("letters", (contract.topic,), letters.stored)
            put("letters_open", (contract.topic,), None if letters.group is None else letters.group.lag)
            put("parked", (contract.topic,), letters.parked)
    return found


def _topic(contract: ContractReport, put: Put) -> None:
    for row in contract.partitions:
        put("stored", (contract.topic, str(row.partition)), row.stored)
        put("written", (contract.topic, str(row.partition)), row.end)


def _group(topic: str, group: GroupReport, put: Put) -> None:
    put("members", (topic, group.name), group.members)
    for row in group.rows:
        place = (topic, group.name, str(row.partition))
        put("lag", place, row.lag)
        put("oldest", place, row.oldest if row.lag else 0.0)
        put("committed", place, row.committed)
        put("missed", place, row.missed)
