"""Time is a port: back-off, intervals and time stamps come from here, so that tests need no waiting."""

from __future__ import annotations

import time
from typing import Final, Protocol

__all__ = ["SYSTEM_CLOCK", "Clock", "SystemClock"]


class Clock(Protocol):
    """What the worker asks of time."""

    def monotonic(self) -> float:
        """Seconds from an arbitrary start; never goes back. For intervals."""
        ...

    def wall_ms(self) -> int:
        """Milliseconds since 1970 UTC. For time stamps only: it jumps when an operator sets the clock."""
        ...

    def sleep(self, seconds: float) -> None:
        """Return after `seconds`. Used before the first record only, never in the loop."""
        ...


class SystemClock:
    """This machine's clock."""

    def monotonic(self) -> float:
        return time.monotonic()

    def wall_ms(self) -> int:
        return time.time_ns() // 1_000_000

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds)


SYSTEM_CLOCK: Final[Clock] = SystemClock()
