"""A topic, a group's offsets and the books: what was settled, and whether each commit keeps the promises."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from random import Random
from typing import Final

from tests.simulation.plan import Plan

__all__ = ["NO_OFFSET", "Broker", "Committed"]

NO_OFFSET: Final = -1001
"""What the client library says where a group has committed nothing."""


@dataclass(frozen=True, slots=True)
class Committed:
    """Of one partition; the metadata holds crash marks."""

    offset: int = NO_OFFSET
    metadata: str = ""
    told: int = NO_OFFSET
    """The last offset that anybody knows of: an answer may get lost after its commit was done. To come back from such
    a commit rewinds nobody, and costs repetition at the most.
    """


@dataclass(slots=True)
class Log:
    """One partition. `records` are numbers that no other record ever gets, by offset."""

    records: dict[int, int] = field(default_factory=dict)
    end: int = 0
    committed: Committed = Committed()
    cut: bool = False
    """Was it cut off, and did the group not go back since? Until then its offsets speak of records that are gone."""
    unnoticed: bool = False
    """Was it cut off, and did the client library hand out nothing since?"""


class Broker:
    """The world around a worker, and its clock. `problems` are broken promises, `trace` is what happened."""

    def __init__(self, plan: Plan, dice: Random) -> None:
        self.plan = plan
        self.dice = dice
        self.logs = [Log() for _ in range(plan.partitions)]
        self.quiet = False
        """Does nothing fail any more?"""
        self.processes = 0
        """So many have begun; the number of the last one is its name."""
        self.settled: set[int] = set()
        self.buried: set[int] = set()
        """Records that a dead letter was written for, be it in vain: what comes after them need not wait."""
        self._newest: dict[tuple[int, int], int] = {}
        """By partition and order: the offset of the newest record that was handled."""
        self._places: dict[int, tuple[int, int]] = {}
        self.problems: list[str] = []
        self.trace: list[str] = []
        self._now = 1000.0
        self._records = 0

    # The clock.

    def monotonic(self) -> float:
        return self._now

    def wall_ms(self) -> int:
        return int(self._now * 1000)

    def sleep(self, seconds: float) -> None:
        self._now += seconds

    # What others see and do.

    def chance(self, share: float) -> bool:
        """Does what happens so often go wrong now?"""
        return not self.quiet and self.dice.random() < share

    def tell(self, text: str) -> None:
        self.trace.append(f"{self._now:10.3f}  {text}")

    def broken(self, promise: str) -> None:
        self.problems.append(promise)
        self.tell(f"BROKEN: {promise}")

    def produce(self, partition: int, count: int) -> None:
        """Append records, with a gap here and there. A log that was cut off gets none that nobody could tell from those
        that are gone: a position that is no more out of range would skip them, whatever a worker does.
        """
        log = self.logs[partition]
        for _ in range(count):
            if log.unnoticed or (log.cut and log.end < log.committed.offset <= log.end + 2):
                return
            log.end += self.dice.random() < 0.05
            log.records[log.end] = self._records
            self._places[self._records] = partition, log.end
            self._records += 1
            log.end += 1

    def cut_off(self, partition: int) -> None:
        """The last records are gone, at least one stays."""
        log = self.logs[partition]
        if len(log.records) < 2:
            return
        log.end = self.dice.choice(sorted(log.records)[1:])
        log.records = {offset: record for offset, record in log.records.items() if offset < log.end}
        log.cut = log.unnoticed = True
        self.tell(f"partition {partition} is cut off at {log.end}")

    def others_work(self, partition: int) -> None:
        """Another worker has the partition for a while. It settles some records in their order, and commits."""
        log = self.logs[partition]
        if log.cut:
            return
        reached = log.committed.offset
        for offset in sorted(log.records):
            if offset >= reached:
                if self.dice.random() > 0.7:
                    break
                self.settled.add(log.records[offset])
                reached = offset + 1
        if reached > log.committed.offset:
            log.committed = Committed(reached, told=reached)
            self.tell(f"another worker commits {partition}@{reached}")

    # What a worker does.

    def start(self, partition: int) -> int:
        """Where the group is, or `NO_OFFSET`; from now on somebody relies on it."""
        log = self.logs[partition]
        log.committed = replace(log.committed, told=log.committed.offset)
        return log.committed.offset

    def commit(self, partition: int, offset: int, metadata: str = "", *, answered: bool) -> None:
        """Move the group's offset: never back, and never ahead of the work."""
        log = self.logs[partition]
        told = log.committed.told
        self.tell(f"commit {partition}@{offset} {metadata}".rstrip())
        if log.cut and offset < told:
            log.cut, told = log.unnoticed, offset
        if offset < told:
            self.broken(f"a commit goes back in partition {partition}: from {told} to {offset}")
        log.committed = Committed(offset, metadata, told=offset if answered else told)
        ahead = [place for place, record in log.records.items() if place < offset and record not in self.settled]
        if ahead and not log.cut:
            self.broken(f"a commit of {partition}@{offset} is ahead of the work: {min(ahead)} is not settled")

    def handled(self, record: int) -> None:
        """The first time in the order of its partition or, with concurrency, of its key; then as often as it comes."""
        partition, offset = self._places[record]
        self.tell(f"handled {partition}@{offset}")
        order = partition, record % self.plan.keys if self.plan.concurrent else 0
        if record not in self.settled and record not in self.buried and not self.plan.cuts:
            if offset < (newest := self._newest.get(order, -1)):
                self.broken(f"{partition}@{offset} is handled after {newest}")
            self._newest[order] = offset
        self.settled.add(record)

    def audit(self) -> None:
        """In the end nothing is lost, and everything is committed."""
        for partition, log in enumerate(self.logs):
            lost = [offset for offset, record in sorted(log.records.items()) if record not in self.settled]
            if lost:
                self.broken(f"records of partition {partition} are lost: {lost[:5]}")
            elif log.records and log.committed.offset != max(log.records) + 1:
                self.broken(
                    f"partition {partition} ends with {log.committed.offset} committed, its last record is at "
                    f"{max(log.records)}"
                )
