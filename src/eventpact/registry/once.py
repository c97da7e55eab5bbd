"""A cache that asks once: found answers stay for ever, "there is none" stays for a while, failures do not stay."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Generic, TypeVar

__all__ = ["OnceCache"]

Key = TypeVar("Key", bound=Hashable)
Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True)
class Absent:
    error: Exception
    until: float


class OnceCache(Generic[Key, Answer]):
    """Concurrent misses of one key make one call; all of them get its answer or its error.

    Args:
        absent: the errors that mean "there is none". They are remembered for ``ttl`` seconds of ``clock``.
        capacity: how many such errors are remembered; the oldest is dropped first. Keys may come from hostile bytes.
    """

    def __init__(
        self, *, absent: tuple[type[Exception], ...], ttl: float, capacity: int, clock: Callable[[], float]
    ) -> None:
        self._absent_errors = absent
        self._ttl = ttl
        self._capacity = capacity
        self._clock = clock
        self._lock = threading.Lock()
        self._found: dict[Key, Answer] = {}
        self._absent: OrderedDict[Key, Absent] = OrderedDict()
        self._asked: dict[Key, Future[Answer]] = {}

    def get(self, key: Key, ask: Callable[[], Answer]) -> Answer:
        """The answer to ``key``. ``ask`` is called where nothing is remembered and nobody asks yet; its errors rise."""
        with self._lock:
            if key in self._found:
                return self._found[key]
            absent = self._absent.get(key)
            if absent is not None and self._clock() < absent.until:
                # The traceback of the last raise would grow with every raise, and keep frames alive.
                raise absent.error.with_traceback(None)
            future = self._asked.get(key)
            mine = future is None
            if future is None:
                future = self._asked[key] = Future()
        if mine:
            self._ask(key, ask, future)
        return future.result()

    def forget_absent(self, key: Key) -> None:
        """After this a "there is none" about the key is forgotten."""
        with self._lock:
            self._absent.pop(key, None)

    def _ask(self, key: Key, ask: Callable[[], Answer], future: Future[Answer]) -> None:
        try:
            answer = ask()
        except BaseException as error:
            with self._lock:
                del self._asked[key]
                if isinstance(error, self._absent_errors):
                    self._absent[key] = Absent(error, self._clock() + self._ttl)
                    self._absent.move_to_end(key)
                    if len(self._absent) > self._capacity:
                        self._absent.popitem(last=False)
            future.set_exception(error)
        else:
            with self._lock:
                del self._asked[key]
                self._found[key] = answer
                self._absent.pop(key, None)
            future.set_result(answer)
