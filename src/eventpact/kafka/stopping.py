"""Asking a worker to stop: by signal, by event, by call. Nothing here raises into anybody's code."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import monotonic
from types import FrameType
from typing import Final, TypeVar

__all__ = ["SLICE", "StopFlag", "call_bounded", "interrupt_held", "signals_set", "wait_in_slices"]

T = TypeVar("T")
SIGNALS: Final = (signal.SIGTERM, signal.SIGINT)
SLICE: Final = 0.1
"""Seconds of one wait for the client library; between two of them a Ctrl-C counts."""


class StopFlag:
    """Set once, never cleared. A signal handler sets a plain number, because an Event's lock may be held just then."""

    def __init__(self, event: threading.Event | None = None) -> None:
        self._event = threading.Event() if event is None else event
        self._signals = 0

    def set(self) -> None:
        """Ask for the stop, from any thread."""
        self._event.set()

    def signalled(self, number: int, frame: FrameType | None) -> None:
        """A signal handler."""
        del number, frame
        self._signals += 1

    @property
    def requested(self) -> bool:
        return self._signals > 0 or self._event.is_set()

    @property
    def hurried(self) -> bool:
        """A second signal: whoever sent it does not want to wait."""
        return self._signals > 1


@contextmanager
def signals_set(flag: StopFlag) -> Iterator[None]:
    """SIGTERM and SIGINT set the flag while the block runs, where this is the main thread; else nothing happens."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.signal(number, flag.signalled) for number in SIGNALS}
    try:
        yield
    finally:
        for number, handler in before.items():
            # None is a handler that was not installed from Python and that Python cannot put back.
            signal.signal(number, signal.SIG_DFL if handler is None else handler)


@contextmanager
def interrupt_held() -> Iterator[None]:
    """A Ctrl-C during the block counts at its end, whatever else it ends with, where this is the main thread and Ctrl-C
    raises.

    Whatever calls back from the client library has to be in such a block. A Ctrl-C that comes up in a callback costs
    what the callback was told, a delivery report for one; and before Python 3.12 it is lost as well: it has no
    exception object yet, so the library's binding keeps none, and its caller meets a SystemError.
    """
    main = threading.current_thread() is threading.main_thread()
    if not main or signal.getsignal(signal.SIGINT) is not signal.default_int_handler:
        yield
        return
    flag = StopFlag()
    signal.signal(signal.SIGINT, flag.signalled)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, signal.default_int_handler)
        if flag.requested:
            raise KeyboardInterrupt


def wait_in_slices(call: Callable[[float], T], seconds: float) -> T:
    """What `call` finds; it gets a number of seconds to wait, and is called until it finds something or `seconds` are
    over, once at least. A Ctrl-C counts between two calls.
    """
    deadline = monotonic() + seconds
    while True:
        left = deadline - monotonic()
        with interrupt_held():
            found = call(max(0.0, min(SLICE, left)))
        if found or left <= 0:
            return found


def call_bounded(call: Callable[[], object], limit: float, name: str) -> bool:
    """Run `call` in a daemon thread; False when it is not through after `limit` seconds. Raises what it raises."""
    raised: list[BaseException] = []

    def run() -> None:
        try:
            call()
        except BaseException as error:
            raised.append(error)

    thread = threading.Thread(target=run, name=name, daemon=True)
    thread.start()
    thread.join(limit)
    if raised:
        raise raised[0]
    return not thread.is_alive()
