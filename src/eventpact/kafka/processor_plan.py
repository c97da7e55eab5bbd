"""What is to be done with one dead letter: pure, decided by its envelope alone and by nothing a stranger can write."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, TypeAlias

from eventpact.dead_letter import DeadLetter, Reason
from eventpact.kafka.envelope import milliseconds_of
from eventpact.kafka.policy import growing
from eventpact.kafka.record import Headers

__all__ = ["RETRIED", "Later", "Park", "Plan", "RetryRules", "Skip", "Try", "plan"]

RETRIED: Final = frozenset({Reason.TRANSIENT_EXHAUSTED, Reason.HANDLER, Reason.UNKNOWN_SCHEMA})
"""Reasons that time can mend; the others are facts about the bytes."""

RETRY_COUNT: Final = "x-retry-count"


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryRules:
    """Which dead letters are retried, and when. Times in seconds. Raises ValueError.

    Attributes:
        topic: the source topic.
        group: the group whose failures are retried.
        others: further groups that have processors of their own.
        max_retries: how often, before a letter is parked.
        backoff, backoff_max: the time before the first retry; it doubles up to the maximum.
    """

    topic: str
    group: str
    others: frozenset[str] = frozenset()
    max_retries: int = 3
    backoff: float = 60.0
    backoff_max: float = 3600.0

    def __post_init__(self) -> None:
        if self.max_retries < 0 or not 0 < self.backoff <= self.backoff_max:
            raise ValueError("expected max_retries of at least 0 and 0 < backoff <= backoff_max")

    def delay_ms(self, retry: int) -> int:
        """Milliseconds before retry number `retry`, from 1."""
        return int(growing(self.backoff, retry, self.backoff_max) * 1000)


@dataclass(frozen=True, slots=True)
class Try:
    """Call the handler now."""


@dataclass(frozen=True, slots=True)
class Later:
    """Not before so many milliseconds have passed."""

    milliseconds: int


@dataclass(frozen=True, slots=True)
class Park:
    """Give up on it; `cause` is one of few words."""

    cause: str


@dataclass(frozen=True, slots=True)
class Skip:
    """Another group's: its own processor sees to it."""


Plan: TypeAlias = Try | Later | Park | Skip


def plan(letter: DeadLetter, headers: Headers, now_ms: int, rules: RetryRules) -> Plan:
    """The plan for a letter that came with these outer headers."""
    if letter.consumer_group in rules.others:
        return Skip()
    if forged(letter, headers, rules):
        return Park("forged")
    if letter.reason not in RETRIED or letter.headers_unreadable:
        return Park("hopeless")
    if letter.retry_count >= rules.max_retries:
        return Park("retries")
    due = letter.not_before_ms
    if due is None:
        # Written by a worker, which knows no retries: the wait counts from the failure.
        due = milliseconds_of(letter.failed_at) + rules.delay_ms(letter.retry_count + 1)
    # A due time or a clock of somebody else's must not hold the partition for longer than we would.
    wait = min(due - now_ms, rules.delay_ms(letter.retry_count + 1))
    return Later(wait) if wait > 0 else Try()


def forged(letter: DeadLetter, headers: Headers, rules: RetryRules) -> bool:
    """Does the letter contradict itself, or say what no worker of this contract writes?"""
    counts = [value for name, value in headers if name == RETRY_COUNT]
    place = f"{letter.consumer_group}/{letter.original_topic}/{letter.original_partition}/{letter.original_offset}"
    return (
        letter.consumer_group != rules.group
        or letter.original_topic != rules.topic
        or letter.dlq_id != place
        or not 0 <= letter.retry_count <= rules.max_retries
        or counts != [str(letter.retry_count).encode()]
    )
