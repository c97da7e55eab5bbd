"""The dead-letter ratio: when most records fail, it is not the records."""

from __future__ import annotations

from collections import deque

from eventpact.kafka.policy import Policy

__all__ = ["DeadLetterRatio"]


class DeadLetterRatio:
    """Watches the fates of the last `Policy.dead_letter_window` records.

    A wrong registry, a broken deployment or a lost key turns every record into a dead letter; then the topic must not
    be drained into the dead-letter topic.
    """

    __slots__ = ("_buried", "_fates", "_minimum", "_share")

    def __init__(self, policy: Policy) -> None:
        self._share = policy.dead_letter_share
        self._minimum = policy.dead_letter_minimum
        self._fates: deque[bool] = deque(maxlen=policy.dead_letter_window)
        self._buried = 0

    def note(self, *, buried: bool) -> None:
        """One more record is settled."""
        if len(self._fates) == self._fates.maxlen:
            self._buried -= self._fates[0]
        self._fates.append(buried)
        self._buried += buried

    @property
    def exceeded(self) -> bool:
        """Were more than the allowed share of the last records dead letters?"""
        seen = len(self._fates)
        return seen >= self._minimum and self._buried > self._share * seen
