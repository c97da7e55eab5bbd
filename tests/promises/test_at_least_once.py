"""At least once, shown with processes that are killed: every record is handled or dead-lettered, and no commit is ahead
of the work. The same ledger catches workers that break the promise on purpose. Real brokers: tests/live/test_chaos.py.
"""

from __future__ import annotations

import signal
from dataclasses import replace

import pytest
from confluent_kafka import KafkaError

from eventpact.dev.broker import Api, EmbeddedBroker
from tests.chaos.audit import Breach
from tests.chaos.orders import STOPPED, Orders
from tests.chaos.run import Run

EVENTS = 1_000
SWIFT = Orders(milliseconds=0.2, interval=0.01, budget=0.02, session_ms=1_500)
"""Commits with records in hand, as often as it goes."""


def promises(breaches: tuple[Breach, ...]) -> set[str]:
    return {breach.promise for breach in breaches}


def killed(run: Run, count: int, orders: Orders) -> None:
    """So many workers die in the middle of a batch, all at once: nothing runs afterwards."""
    together = [run.crew.start(orders) for _ in range(count)]
    run.wait_worked(*together, further=60)
    for member in together:
        member.end(signal.SIGKILL)
        run.fault("kill", repeats=orders.exposure())


def test_kills_repeat_work_and_lose_none(run: Run) -> None:
    run.publisher.publish(EVENTS)
    for count in (2, 1):
        killed(run, count, SWIFT)

        assert run.account(complete=False).breaches == ()

    last = [run.crew.start(SWIFT), run.crew.start(SWIFT)]
    for member in last:
        run.excuse(member)  # one may be late
    run.wait_committed()
    codes = [member.end(signal.SIGTERM) for member in last]
    account = run.account()

    assert codes == [0, 0]
    assert account.breaches == ()
    assert (account.lost, account.completed + account.letters) == (0, EVENTS)


def test_the_ledger_catches_a_worker_that_commits_what_it_has_not_handled(run: Run) -> None:
    run.publisher.publish(EVENTS)
    killed(run, 1, replace(SWIFT, flaw="commit-on-receipt"))

    assert promises(run.account(complete=False).breaches) == {"no commit is ahead of the work"}


def refuse_dead_letters(broker: EmbeddedBroker, run: Run) -> None:
    """The next dead letters to two of the partitions are refused."""
    for partition in (0, 1):
        broker.push_partition_errors(run.site.letters, partition, Api.PRODUCE, KafkaError.INVALID_RECORD)


def test_a_worker_that_cannot_dead_letter_stops_until_it_can(broker: EmbeddedBroker, run: Run) -> None:
    """A supervisor starts it again and again; in the end everything is settled."""
    refuse_dead_letters(broker, run)
    run.publisher.publish(200)
    codes: list[int] = []
    while codes[-1:] in ([], [STOPPED]):
        member = run.crew.start(replace(SWIFT, milliseconds=0.01))
        run.book.wait(lambda: member.ended or run.sampler.committed == 200)  # noqa: B023
        codes.append(member.end(None if member.ended else signal.SIGTERM))
        run.fault("stop", repeats=200)

        assert run.account(complete=False).breaches == ()

    assert codes[-1] == 0
    assert STOPPED in codes
    assert run.account().breaches == ()


def test_the_ledger_catches_a_worker_that_swallows_dead_letter_errors(broker: EmbeddedBroker, run: Run) -> None:
    refuse_dead_letters(broker, run)
    run.publisher.publish(200)
    member = run.crew.start(replace(SWIFT, flaw="swallow-dead-letter-errors"))
    run.book.wait(lambda: member.ended or run.sampler.committed == 200)
    member.end(signal.SIGTERM)

    assert promises(run.account().breaches) == {"no commit is ahead of the work", "everything published is settled"}


def test_sigterm_hands_back_and_leaves_the_group(broker: EmbeddedBroker, run: Run) -> None:
    """In the middle of the work: the record in hand is finished, what is settled is committed, the exit is clean."""
    run.publisher.publish(EVENTS)
    broker.track_requests()
    member = run.crew.start(replace(SWIFT, milliseconds=1))
    run.wait_worked(member)
    code = member.end(signal.SIGTERM)
    left = [request for request in broker.requests() if request.api == Api.LEAVE_GROUP]
    account, evidence = run.account(complete=False), run.evidence()

    assert code == 0, member.log.read_text()
    assert 0 < account.completed < EVENTS
    assert len(left) == 1
    assert account.breaches == ()
    assert sum(evidence.samples[-1].committed.values()) == account.completed + account.letters


@pytest.mark.parametrize("signals", [[signal.SIGINT], [signal.SIGTERM, signal.SIGINT, signal.SIGTERM]])
def test_signals_never_raise_into_the_loop(run: Run, signals: list[int]) -> None:
    run.publisher.publish(300)
    member = run.crew.start(replace(SWIFT, milliseconds=1))
    run.wait_worked(member, further=20)
    for number in signals[:-1]:
        member.send(number)
    code = member.end(signals[-1])

    assert code == 0, member.log.read_text()
    assert "Traceback" not in member.log.read_text()
    assert run.account(complete=False).breaches == ()
