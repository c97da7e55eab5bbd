"""How a handler treats its events: what it raises, how long it takes, whether it survives."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from typing import Final, TypeAlias

from eventpact.kafka.handler import Reject, Retry

__all__ = ["DEADLY", "SLOW_SECONDS", "TEMPERS", "Temper"]

Temper: TypeAlias = Callable[[int, int, int], None]
"""Called with the worker's generation, the event's number and the attempt, before the event is complete."""
SLOW_SECONDS: Final = 4.0
DEADLY: Final = 137
"""The event that a deadly handler does not survive."""


def even(generation: int, number: int, attempt: int) -> None:
    """Some events succeed at the second attempt only."""
    if number % 50 == 7 and attempt == 1:
        raise Retry


def rejecting(generation: int, number: int, attempt: int) -> None:
    """Some events are never taken, and some only after the dead-letter processor has tried them."""
    even(generation, number, attempt)
    if number % 29 == 5:
        raise Reject
    if number % 31 == 6:
        raise Retry


def mending(generation: int, number: int, attempt: int) -> None:
    """The handler of a dead-letter processor: it takes half of what the worker could not."""
    if number % 2:
        raise Retry


def slow(generation: int, number: int, attempt: int) -> None:
    """The first worker is too slow for its group, now and then."""
    if generation == 1 and number % 301 == 150:
        time.sleep(SLOW_SECONDS)  # the work


def deadly(generation: int, number: int, attempt: int) -> None:
    """One event kills the process, whoever tries it."""
    if number == DEADLY:
        os._exit(139)


def endless(generation: int, number: int, attempt: int) -> None:
    """One event never ends."""
    if number == DEADLY:
        threading.Event().wait()


TEMPERS: Final[dict[str, Temper]] = {made.__name__: made for made in (even, rejecting, mending, slow, deadly, endless)}
