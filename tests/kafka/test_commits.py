"""How long refused commits are put up with."""

from __future__ import annotations

from typing import cast

import pytest
from confluent_kafka import Consumer, KafkaError, KafkaException, TopicPartition

from eventpact.errors import WorkerStopped
from eventpact.kafka.commits import Commits
from eventpact.kafka.holding import Holding
from eventpact.kafka.policy import Policy
from eventpact.kafka.stats import WorkerStats
from tests.kafka.test_watchdog import Hand


class Refusing:
    """A consumer whose commits are refused."""

    def store_offsets(self, offsets: list[TopicPartition]) -> None: ...

    def commit(self, *, asynchronous: bool) -> list[TopicPartition]:
        raise KafkaException(KafkaError(KafkaError.NOT_COORDINATOR))


def settled(partition: int) -> dict[int, Holding]:
    holding = Holding(partition)
    holding.progress.take(0)
    holding.progress.settle(0)
    return {partition: holding}


@pytest.mark.parametrize(("seconds", "refused"), [(61.0, True), (3600.0, False)])
def test_patience_begins_anew_after_a_quiet_night(seconds: float, refused: bool) -> None:
    """What was refused had left meanwhile, and nothing was to be committed."""
    clock = Hand()
    commits = Commits(cast(Consumer, Refusing()), "orders", Policy(commit_patience=60.0), clock, WorkerStats())
    first = commits.commit(settled(0))
    clock.now += seconds
    nothing = commits.commit({})

    assert (first, nothing) == (False, True)
    if refused:
        with pytest.raises(WorkerStopped):
            commits.commit(settled(1))
    else:
        assert not commits.commit(settled(1))
