"""Callbacks of the client library must not raise: it would destroy the messages that `consume()` has already taken."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Final, ParamSpec
from weakref import WeakMethod

__all__ = ["ClientLog", "Guard", "say_statistics"]

P = ParamSpec("P")


class Guard:
    """Keeps the first error of the callbacks that it wraps, for the loop to raise."""

    def __init__(self) -> None:
        self._error: BaseException | None = None

    def wrap(self, callback: Callable[P, object]) -> Callable[P, None]:
        """The callback, unable to raise."""

        def guarded(*args: P.args, **kwargs: P.kwargs) -> None:
            try:
                callback(*args, **kwargs)
            except BaseException as error:
                self.record(error)

        return guarded

    def wrap_weakly(self, method: Callable[P, object]) -> Callable[P, None]:
        """The same for a method of whoever owns the client. Would the client hold its owner, both would live, threads
        and all, until the garbage collector comes by; if that is in a forked child, the child dies of it.
        """
        reference = WeakMethod(method)

        def call(*args: P.args, **kwargs: P.kwargs) -> None:
            found = reference()
            if found is not None:
                found(*args, **kwargs)

        return self.wrap(call)

    def record(self, error: BaseException) -> None:
        """Keep the error unless there is an earlier one."""
        if self._error is None:
            self._error = error

    def check(self) -> None:
        """Raise what a callback could not."""
        error, self._error = self._error, None
        if error is not None:
            try:
                raise error
            finally:
                del error  # its traceback holds this frame


REPEATED: Final = frozenset({"FAIL", "ERROR"})
"""Kinds of the client library's lines that say again what its error callback says, many times a second."""


class ClientLog:
    """What the client library takes for a logger. A log handler that fails costs its line and nothing else."""

    def __init__(self, name: str) -> None:
        self._logger = logging.getLogger(name)

    def log(self, level: int, text: str, *args: object) -> None:
        """As `logging.Logger.log`, but never raises."""
        try:
            self._logger.log(logging.DEBUG if args[:1] and args[0] in REPEATED else level, text, *args)
        except Exception:
            return


STATISTICS: Final = ClientLog("eventpact.kafka.statistics")


def say_statistics(document: str) -> None:
    """What the client library counts, as the JSON that its STATISTICS.md describes; a consumer's `stats_cb`. Without a
    callback it counts for nobody.
    """
    STATISTICS.log(logging.INFO, document)
