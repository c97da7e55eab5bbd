"""The gate before the handler: shut while what it depends on is down, opened a crack to probe, open otherwise."""

from __future__ import annotations

from eventpact.kafka.policy import Policy, jittered

__all__ = ["Gate"]


class Gate:
    """Shut for all partitions at once. Times are monotonic seconds."""

    __slots__ = ("_due", "_probes", "shut_since")

    def __init__(self) -> None:
        self.shut_since: float | None = None
        self._due = 0.0
        self._probes = 0

    def shut(self, now: float, policy: Policy) -> float:
        """No record is handled for a time that grows with each probe; then one is, as a probe. The seconds.

        What handlers find that began before the gate was shut is no probe.
        """
        if self.shut_since is None:
            self.shut_since = now
        elif not self.lets_through(now):
            return self.remaining(now)
        self._probes += 1
        delay = jittered(policy.probe_delay(self._probes))
        self._due = now + delay
        return delay

    def open(self) -> None:
        """The dependency answered, whatever it said."""
        self.shut_since = None
        self._due = 0.0
        self._probes = 0

    def lets_through(self, now: float) -> bool:
        """May a record be handled now?"""
        return now >= self._due

    def remaining(self, now: float) -> float:
        """Seconds until the next probe, 0 when there is nothing to wait for."""
        return max(0.0, self._due - now)
