"""The same work for many items, on all cores where that pays."""

from __future__ import annotations

import multiprocessing
import os
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from typing import Final, TypeVar

__all__ = ["spread"]

Item = TypeVar("Item")
Result = TypeVar("Result")

# Below that, starting processes takes longer than the work.
_MANY: Final = 24
_work: Callable[[int], object] | None = None


def spread(work: Callable[[Item], Result], items: Sequence[Item]) -> list[Result]:
    """``[work(item) for item in items]``. ``work`` must depend on nothing but its item and what is there already."""
    cores = len(os.sched_getaffinity(0)) if sys.platform == "linux" else 1
    if len(items) < _MANY or cores < 2:
        return [work(item) for item in items]
    try:
        return _forked(work, items, min(cores, 8))
    except Exception:
        # Errors lose their attributes on the way between processes. Here they are raised whole, by the same work.
        return [work(item) for item in items]


def _forked(work: Callable[[Item], Result], items: Sequence[Item], cores: int) -> list[Result]:
    # A fork has all of the items already; only numbers go there, and only results come back.
    context = multiprocessing.get_context("fork")
    chunk = max(1, len(items) // (cores * 4))
    with ProcessPoolExecutor(cores, context, _start, (lambda number: work(items[number]),)) as pool:
        found: list[Result] = list(pool.map(_one, range(len(items)), chunksize=chunk))  # type: ignore[arg-type]
    return found


def _start(work: Callable[[int], object]) -> None:
    global _work
    _work = work


def _one(number: int) -> object:
    if _work is None:
        raise BrokenProcessPool("the process was not told what to do")
    return _work(number)
