"""Whose turn it is: lanes with a record to try, each in its turn, and those that back off when they are due."""

from __future__ import annotations

import heapq
from collections import deque
from itertools import chain, count
from operator import itemgetter
from typing import TYPE_CHECKING

from eventpact.kafka.lane import Lane

if TYPE_CHECKING:
    from eventpact.kafka.holding import Holding

__all__ = ["Schedule"]


class Schedule:
    """Holds each lane once at the most. Times are monotonic seconds.

    Attributes:
        in_order: take the records of a partition in the order of their offsets, whatever their keys; one that backs
            off then holds those behind it.
    """

    def __init__(self) -> None:
        self.in_order = False
        self._ready: deque[Lane] = deque()
        self._backing_off: list[tuple[float, int, Lane]] = []
        self._tie = count().__next__

    def queue(self, lane: Lane) -> None:
        """The lane gets a turn behind all others, if it has a record that nobody works on."""
        if lane.queued or lane.busy or not lane.buffer or lane.holding.gone:
            return
        lane.queued = True
        if lane.due:
            heapq.heappush(self._backing_off, (lane.due, self._tie(), lane))
        else:
            self._ready.append(lane)

    def next(self, now: float) -> Lane | None:
        """The lane whose turn it is; `queue` it again afterwards."""
        self._wake(now)
        if self.in_order:
            lane = self._first_in_order()[0]
            if lane is not None:
                self._ready.remove(lane)
                lane.queued = False
            return lane
        while self._ready:
            lane = self._ready.popleft()
            lane.queued = False
            if lane.buffer and not lane.holding.gone:
                return lane
        return None

    def waits(self, now: float) -> float | None:
        """Seconds until a lane can be tried, `None` when there is none."""
        self._wake(now)
        if self.in_order:
            lane, due = self._first_in_order()
            if lane is not None:
                return 0.0
            return None if due is None else due - now
        if self._ready:
            return 0.0
        return self._backing_off[0][0] - now if self._backing_off else None

    def _first_in_order(self) -> tuple[Lane | None, float | None]:
        """The lane to try, of those that hold the first record of their partition; else when one is due."""
        first: dict[Holding, tuple[int, Lane]] = {}
        for lane in chain(self._ready, (lane for _, _, lane in self._backing_off)):
            if lane.buffer and not lane.holding.gone:
                found = (lane.buffer[0].offset() or 0, lane)
                first[lane.holding] = min(first.get(lane.holding, found), found, key=itemgetter(0))
        firsts = {lane for _, lane in first.values()}
        for lane in self._ready:
            if lane in firsts:
                return lane, None
        return None, min((due for due, _, lane in self._backing_off if lane in firsts), default=None)

    def _wake(self, now: float) -> None:
        while self._backing_off and self._backing_off[0][0] <= now:
            self._ready.append(heapq.heappop(self._backing_off)[2])
