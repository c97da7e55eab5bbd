"""What the client library reports in place of records or by its error callback, and when it is too much."""

from __future__ import annotations

import logging
from typing import Final

from confluent_kafka import KafkaError as ClientError

from eventpact.errors import WorkerStopped
from eventpact.kafka.client_errors import RecordFault, record_fault
from eventpact.kafka.clock import Clock
from eventpact.kafka.policy import Policy
from eventpact.kafka.stats import WorkerStats

__all__ = ["Troubles"]

LOG: Final = logging.getLogger(__name__)
FENCED: Final = "; do two workers have the same KAFKA_CONSUMER_GROUP_INSTANCE_ID?"
"""What the client library calls fatal for a consumer; it keeps the broker's own word to itself."""
STRANGE_ERRORS: Final = 5
"""So many errors with a code that no table knows, without a record in between, stop the worker."""


class Troubles:
    """Remembers the troubles of one consumer until records come again."""

    def __init__(self, topic: str, policy: Policy, clock: Clock, stats: WorkerStats) -> None:
        self._topic = topic
        self._policy = policy
        self._clock = clock
        self._stats = stats
        self._said: set[str] = set()
        self._strange = 0
        self._gone_since: float | None = None

    def note(self, error: ClientError) -> RecordFault:
        """Take an error in, and say what it asks for. Raises WorkerStopped for one that a worker may not step over."""
        name = error.name()
        self._stats.client_errors += 1
        fault = record_fault(error)
        # Once per code until records come again: an outage must not fill the log.
        if fault is not RecordFault.IGNORE and name not in self._said:
            self._said.add(name)
            LOG.warning("the client library says %s for topic %s", name, self._topic)
        if fault is RecordFault.GONE and self._gone_since is None:
            self._gone_since = self._clock.monotonic()
        self._strange += fault is RecordFault.COUNT
        if fault is RecordFault.STOP or self._strange >= STRANGE_ERRORS:
            hint = FENCED if error.code() == ClientError._FATAL else ""
            raise WorkerStopped(f"the client library says {name} for topic {self._topic}{hint}", code=name)
        return fault

    def over(self) -> None:
        """Records or partitions came: all is well."""
        self._said.clear()
        self._strange = 0
        self._gone_since = None

    def check(self) -> None:
        """Raise WorkerStopped when the topic is gone for longer than the policy's patience."""
        if self._gone_since is not None and self._clock.monotonic() - self._gone_since > self._policy.topic_patience:
            raise WorkerStopped(f"topic {self._topic} is gone", code="UNKNOWN_TOPIC_OR_PART")
