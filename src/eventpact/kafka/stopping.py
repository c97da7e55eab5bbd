"""Asking a worker to stop: by signal, by event, by call. Nothing here raises into anybody's code."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Final

__all__ = ["StopFlag", "call_bounded", "interrupt_held", "signals_set"]

SIGNALS: Final = (signal.SIGTERM, signal.SIGINT)


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
    """A Ctrl-C during the block counts at its end, where this is the main thread and Ctrl-C raises."""
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
