"""At least once, shown with processes that are killed: every record is handled or dead-lettered, and no commit is ahead
of the work. The same ledger catches workers that break the promise on purpose.
"""

from __future__ import annotations

import signal
from collections.abc import Iterator

import pytest
from confluent_kafka import KafkaError

from eventpact.dev.broker import Api
from tests.kafka.world import DEAD_LETTERS, World
from tests.promises.ledger import Breach, Ledger
from tests.promises.worker_process import STOPPED

EVENTS = 1_000


@pytest.fixture
def world() -> Iterator[World]:
    with World() as made:
        yield made


@pytest.fixture
def ledger(world: World) -> Iterator[Ledger]:
    made = Ledger(world)
    yield made
    made.close()


def promises(breaches: list[Breach]) -> set[str]:
    return {breach.promise for breach in breaches}


def killed(ledger: Ledger, count: int, mutant: str = "none") -> None:
    """So many workers die in the middle of a batch, all at once: nothing runs afterwards."""
    together = [ledger.start(mutant) for _ in range(count)]
    for process in together:
        ledger.wait_handled(process, 60)
    for process in together:
        process.end(signal.SIGKILL)


def test_kills_repeat_work_and_lose_none(ledger: Ledger) -> None:
    ledger.publish(EVENTS, poison_every=25)
    for count in (2, 1):
        killed(ledger, count)

        assert ledger.breaches(complete=False) == []

    last = [ledger.start(), ledger.start()]
    ledger.wait_complete()
    codes = [process.end(signal.SIGTERM) for process in last]

    assert codes == [0, 0]
    assert ledger.breaches(complete=True) == []
    assert all(process.handled for process in ledger.processes[:3]), "each one worked, or the run proves little"


def test_the_ledger_catches_a_worker_that_commits_what_it_has_not_handled(ledger: Ledger) -> None:
    ledger.publish(EVENTS, poison_every=25)
    killed(ledger, 1, "commit-on-receipt")

    assert promises(ledger.breaches(complete=False)) == {"no commit is ahead of the work"}


def refuse_dead_letters(world: World) -> None:
    """The next dead letters to two of the partitions are refused."""
    for partition in (0, 1):
        world.broker.push_partition_errors(DEAD_LETTERS, partition, Api.PRODUCE, KafkaError.INVALID_RECORD)


def test_a_worker_that_cannot_dead_letter_stops_until_it_can(world: World, ledger: Ledger) -> None:
    """A supervisor starts it again and again; in the end everything is settled."""
    refuse_dead_letters(world)
    ledger.publish(200, poison_every=10)
    codes: list[int] = []
    while STOPPED in codes[-1:] or not codes:
        process = ledger.start(milliseconds=0)
        ledger.wait_events(process)
        codes.append(process.end(signal.SIGTERM))

        assert ledger.breaches(complete=False) == []

    assert codes[-1] == 0
    assert STOPPED in codes
    assert ledger.breaches(complete=True) == []


def test_the_ledger_catches_a_worker_that_swallows_dead_letter_errors(world: World, ledger: Ledger) -> None:
    refuse_dead_letters(world)
    ledger.publish(200, poison_every=10)
    process = ledger.start("swallow-dead-letter-errors", milliseconds=0)
    ledger.wait_events(process)
    process.end(signal.SIGTERM)

    assert promises(ledger.breaches(complete=True)) == {
        "no commit is ahead of the work",
        "everything published is settled",
    }


def test_sigterm_hands_back_and_leaves_the_group(world: World, ledger: Ledger) -> None:
    """In the middle of the work: the record in hand is finished, what is settled is committed, the exit is clean."""
    ledger.publish(EVENTS, poison_every=25)
    world.broker.track_requests()
    process = ledger.start(milliseconds=1)
    ledger.wait_handled(process, 50)
    code = process.end(signal.SIGTERM)
    left = [request for request in world.broker.requests() if request.api == Api.LEAVE_GROUP]

    assert code == 0, process.errors
    assert len(process.handled) < EVENTS
    assert len(left) == 1
    assert ledger.breaches(complete=False) == []
    assert sum(world.committed().values()) == len(ledger.settled())


@pytest.mark.parametrize("signals", [[signal.SIGINT], [signal.SIGTERM, signal.SIGINT, signal.SIGTERM]])
def test_signals_never_raise_into_the_loop(world: World, ledger: Ledger, signals: list[int]) -> None:
    ledger.publish(300, poison_every=25)
    process = ledger.start(milliseconds=1)
    ledger.wait_handled(process, 20)
    for number in signals[:-1]:
        process.send(number)
    code = process.end(signals[-1])

    assert code == 0, process.errors
    assert "Traceback" not in process.errors
    assert ledger.breaches(complete=False) == []
