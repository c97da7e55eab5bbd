"""Whose turn it is: lanes with a record to try, each in its turn, and those that back off when they are due."""

from __future__ import annotations

import heapq
from collections import deque
from itertools import count

from eventpact.kafka.lane import Lane

__all__ = ["Schedule"]


class Schedule:
    """Holds each lane once at the most. Times are monotonic seconds."""

    def __init__(self) -> None:
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
        while self._ready:
            lane = self._ready.popleft()
            lane.queued = False
            if lane.buffer and not lane.holding.gone:
                return lane
        return None

    def waits(self, now: float) -> float | None:
        """Seconds until a lane can be tried, `None` when there is none."""
        self._wake(now)
        if self._ready:
            return 0.0
        return self._backing_off[0][0] - now if self._backing_off else None

    def _wake(self, now: float) -> None:
        while self._backing_off and self._backing_off[0][0] <= now:
            self._ready.append(heapq.heappop(self._backing_off)[2])
