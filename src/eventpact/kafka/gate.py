"""The gate before the handler: shut while what it depends on is down, opened a crack to probe, open otherwise."""

from __future__ import annotations

__all__ = ["Gate"]


class Gate:
    """Shut for all partitions at once. Times are monotonic seconds."""

    __slots__ = ("_due", "shut_since")

    def __init__(self) -> None:
        self.shut_since: float | None = None
        self._due = 0.0

    def shut(self, now: float, delay: float) -> None:
        """No record is handled until `now + delay`; then one is, as a probe."""
        if self.shut_since is None:
            self.shut_since = now
        self._due = now + delay

    def open(self) -> None:
        """The dependency answered, whatever it said."""
        self.shut_since = None
        self._due = 0.0

    def lets_through(self, now: float) -> bool:
        """May a record be handled now?"""
        return now >= self._due

    def remaining(self, now: float) -> float:
        """Seconds until the next probe, 0 when there is nothing to wait for."""
        return max(0.0, self._due - now)
