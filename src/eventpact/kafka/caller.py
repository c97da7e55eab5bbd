"""Calling the handler: one event or many, watched, observed. May run in any thread."""

from __future__ import annotations

import operator
from collections.abc import Callable
from contextlib import AbstractContextManager
from functools import partial
from typing import TYPE_CHECKING, Generic, SupportsIndex, TypeVar

from eventpact.dead_letter import Stage
from eventpact.kafka.handler import BatchFailed, BatchHandler, Handler, wants_record
from eventpact.kafka.judge import Failure
from eventpact.kafka.observer import Observer, Settled
from eventpact.kafka.trial import Trial
from eventpact.kafka.watchdog import Watchdog

if TYPE_CHECKING:
    from confluent_kafka import Message

    from eventpact.kafka.record import Record

__all__ = ["Caller", "ObserverFailed"]

E = TypeVar("E")


class ObserverFailed(BaseException):
    """An observer raised. The worker stops: what should be seen would not be."""


class Caller(Generic[E]):
    """How one handler is called.

    Attributes:
        takes_records: the handler takes the records beside the events.
        with_records: the handler or the observer does.
        observed: is there an observer to `tell`?
        most: how many events one call may take.
    """

    def __init__(self, handler: Handler[E], watchdog: Watchdog, observer: Observer | None) -> None:
        self._watchdog = watchdog
        self._observer = observer
        self._function: Callable[..., object]
        if isinstance(handler, BatchHandler):
            self._function, self.most, self._batch = handler.function, handler.size, True
        else:
            self._function, self.most, self._batch = handler, 1, False
        self.takes_records = wants_record(handler)
        self.observed = observer is not None
        self.with_records = self.takes_records or self.observed

    def call(self, trial: Trial[E]) -> None:
        """Call the handler; what it raises is in `trial.failure` afterwards. Raises nothing."""
        self._watchdog.begin(trial.messages[0])
        try:
            if self._observer is None:
                self._run(trial)
            else:
                self._observed(trial, self._observer)
        except BaseException as error:
            blame(trial, error)
        finally:
            trial.seconds = self._watchdog.end()

    def tell(self, message: Message, settled: Settled) -> None:
        """Tell the observer, watched as the handler is. Raises ObserverFailed."""
        if self._observer is None:
            return
        self._watchdog.begin(message, "the observer")
        try:
            guarded(partial(self._observer.settled, settled))
        finally:
            self._watchdog.end()

    def _run(self, trial: Trial[E]) -> None:
        if self._batch:
            if self.takes_records:
                self._function(tuple(trial.events), tuple(trial.records))
            else:
                self._function(tuple(trial.events))
        elif self.takes_records:
            self._function(trial.events[0], trial.records[0])
        else:
            self._function(trial.events[0])

    def _observed(self, trial: Trial[E], observer: Observer) -> None:
        context = guarded(partial(enter, observer, tuple(trial.records)))
        try:
            self._run(trial)
        except BaseException as error:
            guarded(partial(leave, context, error))
            raise
        guarded(partial(leave, context, None))


def enter(observer: Observer, records: tuple[Record, ...]) -> AbstractContextManager[object]:
    """The observer's context, entered."""
    context = observer.handling(records)
    context.__enter__()
    return context


def leave(context: AbstractContextManager[object], error: BaseException | None) -> None:
    """It hears of the handler's error; what it answers does not count."""
    context.__exit__(None if error is None else type(error), error, None if error is None else error.__traceback__)


def blame(trial: Trial[E], error: BaseException) -> None:
    """The failure of the first event or, with its own cause, of the one that a handler of batches names. Raises
    nothing, whatever the handler calls an index: in a thread of the crew nobody would hear of it.
    """
    at = 0
    if isinstance(error, BatchFailed):
        named = getattr(error, "index", None)
        index = operator.index(named) if isinstance(named, SupportsIndex) else -1
        if 0 <= index < len(trial.events):
            trial.named = at = index
            error = error.__cause__ or error
    trial.failure = Failure(Stage.HANDLER, error, trial.schema_ids[at], trial.events[at])


T = TypeVar("T")


def guarded(call: Callable[[], T]) -> T:
    """What an observer says. Raises ObserverFailed for anything that it raises."""
    try:
        return call()
    except Exception as error:
        raise ObserverFailed(type(error).__name__) from error
