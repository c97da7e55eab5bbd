"""How patient a worker is: attempts, back-off, budgets, limits. One frozen value, checked at birth."""

from __future__ import annotations

import random
from dataclasses import dataclass, fields, replace
from typing import Final

__all__ = ["Policy", "growing", "jittered"]

JITTER: Final = 0.25
"""Up to this share is added to a wait."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """Times are seconds, sizes are bytes. Raises ValueError for a value that makes no sense.

    Attributes:
        attempts: how often a handler is called with one record before it is dead-lettered.
        backoff, backoff_max: delay before the second attempt; it doubles up to the maximum.
        wait, wait_max: the same for the probes while something is unavailable; these are jittered and never end.
        recheck: a schema id that the registry does not know is asked for again after this time, once.
        batch: how many records are taken from the client library at a time, and may wait in the worker.
        batch_bytes: no more are taken while the values of those that wait have so many bytes.
        poll: how long an idle worker waits for a record before it looks at its flags again.
        pass_budget: how long records are handled before the client library gets its turn.
        commit_interval: between commits; a crash repeats at most what was handled since.
        commit_patience: the worker stops when no commit succeeds for this long.
        flush_budget: how long one wait for dead-letter acknowledgements may take.
        close_limit: how long the last commit and leaving the group may take together.
        topic_patience: the worker stops when its topic is gone for this long.
        unready_after: `ready` turns false when something is waited for longer than this.
        max_value_bytes: a larger value is dead-lettered unread.
        ahead: with concurrency, no further batch of a partition is taken while there are more records from the first
            that is not settled to the newest; so many and a `batch` at the most come again after a crash. They are
            shared out among the partitions, a `batch` for each at least: the records that may wait in the worker. The
            fewer keys there are, the more it takes to have one of each.
        drain: with concurrency, how long handlers at work may take to finish when partitions leave or the worker
            stops; what they finish later is handled again.
        handler_warning: a handler that works longer is told of, with the line that it is at.
        handler_limit: a handler that works longer ends the process with exit code 75, as nothing else would help;
            `math.inf` switches that off.
        crash_limit: a record with which so many processes in a row died is dead-lettered unread.
        dead_letter_share, dead_letter_window, dead_letter_minimum: the worker stops when more than this share of
            the last `window` records would be dead letters, once it has seen `minimum` records.
    """

    attempts: int = 3
    backoff: float = 0.5
    backoff_max: float = 30.0
    wait: float = 0.5
    wait_max: float = 30.0
    recheck: float = 1.0
    batch: int = 500
    batch_bytes: int = 67_108_864
    poll: float = 0.2
    pass_budget: float = 1.0
    commit_interval: float = 1.0
    commit_patience: float = 60.0
    flush_budget: float = 10.0
    close_limit: float = 20.0
    topic_patience: float = 60.0
    unready_after: float = 30.0
    max_value_bytes: int = 1_048_576
    ahead: int = 2_000
    drain: float = 10.0
    handler_warning: float = 150.0
    handler_limit: float = 600.0
    crash_limit: int = 3
    dead_letter_share: float = 0.5
    dead_letter_window: int = 200
    dead_letter_minimum: int = 100

    def __post_init__(self) -> None:
        for item in fields(self):
            if not getattr(self, item.name) > 0:
                raise ValueError(f"{item.name} must be more than 0")
        if self.dead_letter_share > 1:
            raise ValueError("dead_letter_share is a share: at most 1")
        if self.dead_letter_minimum > self.dead_letter_window:
            raise ValueError("dead_letter_minimum must be at most dead_letter_window")

    def delay(self, attempt: int) -> float:
        """Seconds between attempt number `attempt` and the next."""
        return growing(self.backoff, attempt, self.backoff_max)

    def probe_delay(self, probe: int) -> float:
        """Seconds between probe number `probe` and the next, without jitter."""
        return growing(self.wait, probe, self.wait_max)

    def within(self, max_poll_interval_ms: int) -> Policy:
        """The same patience, its own steps short enough that the group does not take the worker for dead."""
        most = 0.2 * max_poll_interval_ms / 1000
        return replace(
            self,
            flush_budget=min(self.flush_budget, most),
            pass_budget=min(self.pass_budget, most),
            drain=min(self.drain, most),
            handler_warning=min(self.handler_warning, 0.5 * max_poll_interval_ms / 1000),
        )


def jittered(delay: float) -> float:
    """A little more: what failed together must not come back together."""
    return delay * (1 + JITTER * random.random())  # noqa: S311


def growing(first: float, count: int, most: float) -> float:
    """`first` doubled `count - 1` times, at most `most`. The exponent is capped: 2.0**1024 is an OverflowError."""
    return min(most, first * 2.0 ** min(count - 1, 64))
