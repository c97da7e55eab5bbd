"""The judgement table, row by row, and its promises over all rows."""

from __future__ import annotations

import asyncio

import pytest

from eventpact import errors
from eventpact.dead_letter import Reason, Stage
from eventpact.kafka.handler import Reject, Retry, Unavailable
from eventpact.kafka.judge import (
    RULES,
    Again,
    Bury,
    Crashed,
    Failure,
    Fate,
    HeadersUnreadable,
    NotYetKnown,
    Stop,
    TooLarge,
    Wait,
    WrongSubject,
    judge,
)
from eventpact.kafka.policy import Policy

POLICY = Policy(attempts=3, backoff=1.0)

BURIED = [
    (Stage.CRASH, Crashed(), Reason.CRASHED, "crashed"),
    (Stage.FRAMING, TooLarge(), Reason.TOO_LARGE, "size"),
    (Stage.FRAMING, errors.FrameError("x"), Reason.UNDECODABLE, "frame"),
    (Stage.FRAMING, HeadersUnreadable(), Reason.UNDECODABLE, "headers"),
    (Stage.SCHEMA, errors.NotRegisteredError("x"), Reason.UNKNOWN_SCHEMA, "unknown"),
    (Stage.SCHEMA, WrongSubject(), Reason.WRONG_SCHEMA, "subject"),
    (Stage.SCHEMA, errors.ResolutionError("x"), Reason.WRONG_SCHEMA, "resolution"),
    (Stage.SCHEMA, errors.SchemaError("x"), Reason.WRONG_SCHEMA, "schema"),
    (Stage.DECODE, errors.DecodeError("x"), Reason.UNDECODABLE, "decode"),
    (Stage.DECODE, RecursionError(), Reason.UNDECODABLE, "unexpected"),
    (Stage.HANDLER, Reject(), Reason.REJECTED, "rejected"),
]

# Tried `attempts` times, then buried for this reason.
TRIED = [
    (Retry(), Reason.TRANSIENT_EXHAUSTED),
    (ValueError(), Reason.HANDLER),
    (RecursionError(), Reason.HANDLER),
    (MemoryError(), Reason.HANDLER),
    # The handler may decode and look up things of its own: then it is the handler that failed.
    (errors.DecodeError("x"), Reason.HANDLER),
    (errors.FrameError("x"), Reason.HANDLER),
    (errors.EncodeError("x"), Reason.HANDLER),
    (errors.NotRegisteredError("x"), Reason.HANDLER),
    (errors.RegistryAccessError("x"), Reason.HANDLER),
    (errors.DeliveryError("x"), Reason.HANDLER),
]

WAITS = [
    (Stage.SCHEMA, NotYetKnown(), False),
    (Stage.SCHEMA, errors.UnavailableError("x"), False),
    (Stage.SCHEMA, errors.RegistryError("x", status=500), False),
    (Stage.HANDLER, Unavailable(), True),
    (Stage.HANDLER, errors.UnavailableError("x"), True),
    (Stage.HANDLER, errors.BrokerUnavailableError("x"), True),
    (Stage.HANDLER, errors.QueueFullError("x"), True),
    (Stage.HANDLER, errors.UnacknowledgedError("x"), True),
    (Stage.HANDLER, errors.TransactionAborted("x"), True),
]

STOPS = [
    (Stage.SCHEMA, errors.StaleLockError("x")),
    (Stage.SCHEMA, errors.RegistryAccessError("x")),
    (Stage.SCHEMA, RuntimeError()),
    (Stage.FRAMING, RuntimeError()),
    (Stage.DECODE, MemoryError()),
    *((stage, KeyboardInterrupt()) for stage in Stage),
    (Stage.HANDLER, SystemExit(0)),
    (Stage.HANDLER, asyncio.CancelledError()),
    (Stage.HANDLER, GeneratorExit()),
]


def name(value: object) -> str | None:
    return type(value).__name__ if isinstance(value, BaseException) else None


@pytest.mark.parametrize(("stage", "error", "reason", "code"), BURIED, ids=name)
def test_a_bad_record_is_dead_lettered_at_once(stage: Stage, error: Exception, reason: Reason, code: str) -> None:
    verdict = judge(Failure(stage, error), 1, POLICY)

    assert isinstance(verdict, Bury)
    assert (verdict.stage, verdict.reason, verdict.code) == (stage, reason, code)


@pytest.mark.parametrize(("error", "reason"), TRIED, ids=name)
def test_a_bad_handler_gets_a_few_tries(error: Exception, reason: Reason) -> None:
    verdicts = [judge(Failure(Stage.HANDLER, error), attempt, POLICY) for attempt in (1, 2, 3)]

    assert verdicts[:2] == [Again(1.0), Again(2.0)]
    assert isinstance(verdicts[2], Bury)
    assert verdicts[2].reason == reason


@pytest.mark.parametrize(("stage", "error", "everything"), WAITS, ids=name)
def test_a_bad_world_is_waited_out_however_long_it_takes(stage: Stage, error: Exception, everything: bool) -> None:
    verdict = judge(Failure(stage, error), 10**6, POLICY)

    assert isinstance(verdict, Wait)
    assert verdict.everything is everything


@pytest.mark.parametrize(("stage", "error"), STOPS, ids=name)
def test_what_nobody_understands_stops_the_worker(stage: Stage, error: BaseException) -> None:
    assert isinstance(judge(Failure(stage, error), 1, POLICY), Stop)


def test_every_row_of_the_table_decides_some_case() -> None:
    """A row that an earlier one hides, or that no case here reaches, is found."""
    cases = [(stage, error) for stage, error, *_ in [*BURIED, *WAITS, *STOPS]]
    cases += [(Stage.HANDLER, error) for error, _ in TRIED]
    first = {
        next((rule for rule in RULES if rule.stage is stage and isinstance(error, rule.error)), None)
        for stage, error in cases
    }

    assert first - {None} == set(RULES)


@pytest.mark.parametrize("error", [errors.UnavailableError, errors.BrokerUnavailableError, errors.QueueFullError])
def test_retriable_errors_of_ours_never_cost_a_handler_an_attempt(error: type[errors.EventpactError]) -> None:
    assert isinstance(judge(Failure(Stage.HANDLER, error("x")), 99, POLICY), Wait)


def test_the_table_knows_every_retriable_error_of_ours() -> None:
    retriable = {
        found
        for found in vars(errors).values()
        if isinstance(found, type) and issubclass(found, errors.EventpactError) and found.retriable
    }
    waited = {rule.error for rule in RULES if rule.stage is Stage.HANDLER and rule.fate is Fate.WAIT_ALL}

    assert retriable <= waited


def test_no_trouble_with_the_registry_is_blamed_on_the_record() -> None:
    """The one exception is a clear word: this id is unknown."""
    blamed = {
        rule.error
        for rule in RULES
        if issubclass(rule.error, errors.RegistryError) and rule.fate in {Fate.BURY, Fate.AGAIN}
    }

    assert blamed == {errors.NotRegisteredError}


def test_a_failure_shows_neither_the_error_nor_the_event() -> None:
    shown = repr(Failure(Stage.HANDLER, ValueError("secret"), None, "secret"))

    assert "secret" not in shown
