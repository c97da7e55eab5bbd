"""Processes that end at the worst moment: between a dead letter and its report, before its commit, inside the client
library, without anywhere to log to.
"""

from __future__ import annotations

import signal
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from eventpact.dev.broker import Api, EmbeddedBroker
from tests.chaos.audit import Evidence
from tests.chaos.orders import Orders
from tests.chaos.reading import Place
from tests.chaos.run import Run

EVENTS = 60
SWIFT = Orders(milliseconds=0.2, interval=0.01, budget=0.02, session_ms=1_500)
NEVER = 60.0
"""Seconds between commits of a worker that commits, after its first record, nothing while it lives."""


def written(evidence: Evidence) -> Counter[tuple[Place, str]]:
    """How often each record was dead-lettered, and under which id."""
    return Counter((letter.origin, letter.dlq_id) for letter in evidence.letters)


def test_a_kill_between_a_dead_letter_and_its_report_writes_it_twice(broker: EmbeddedBroker, run: Run) -> None:
    run.publisher.publish(EVENTS)
    broker.push_request_delays(Api.PRODUCE, (0, 5_000))
    member = run.crew.start(SWIFT)
    run.wait_letters(1)
    member.end(signal.SIGKILL)
    run.fault("kill", repeats=EVENTS)
    broker.clear_request_errors(Api.PRODUCE)
    before = run.evidence()
    run.excuse(member)
    last = run.crew.start(SWIFT)
    run.wait_committed()
    code, account = last.end(signal.SIGTERM), run.account()
    buried = written(before)

    assert code == 0
    assert account.breaches == ()
    assert all(before.samples[-1].committed[partition] <= offset for (partition, offset), _ in buried)
    assert all(written(run.evidence())[letter] == 2 for letter in buried)


def test_a_kill_between_a_report_and_its_commit_repeats_and_loses_nothing(run: Run) -> None:
    run.publisher.publish(4 * EVENTS)
    member = run.crew.start(replace(SWIFT, interval=NEVER))
    run.wait_letters(4 * EVENTS // 20)
    member.end(signal.SIGKILL)
    run.fault("kill", repeats=4 * EVENTS)
    before = run.evidence()
    committed = before.samples[-1].committed
    again = {letter for letter in written(before) if committed[letter[0][0]] <= letter[0][1]}
    last = run.crew.start(SWIFT)
    run.wait_committed()
    code, account = last.end(signal.SIGTERM), run.account()

    assert code == 0
    assert account.breaches == ()
    assert again, "some were stored and not committed"
    assert {letter for letter, times in written(run.evidence()).items() if times == 2} == again


def test_a_signal_handler_that_raises_inside_the_client_library_costs_nothing_but_the_process(run: Run) -> None:
    """The client library may have handed out a batch that nobody will ever see: nothing of it may be committed. Raised
    inside a handler it is the handler's failure; so the signal is sent until it hits elsewhere.
    """
    run.publisher.publish(1_000)
    for _ in range(3):
        member = run.crew.start(replace(SWIFT, milliseconds=1))
        run.wait_worked(member, further=30)
        code = member.pester(signal.SIGUSR1)
        run.fault("SIGUSR1", repeats=SWIFT.exposure())

        assert code != 0
        assert run.account(complete=False).breaches == ()

    last = run.crew.start(SWIFT)
    run.wait_committed()

    assert last.end(signal.SIGTERM) == 0
    assert run.account().breaches == ()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="/dev/full is a device of Linux")
def test_a_full_log_disk_stops_no_worker(run: Run) -> None:
    run.publisher.publish(EVENTS)
    member = run.crew.start(SWIFT, log=Path("/dev/full"))
    run.wait_committed()

    assert member.end(signal.SIGTERM) == 0
    assert run.account().breaches == ()
