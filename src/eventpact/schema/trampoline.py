"""Recursion without a deep stack: generators that yield the work below them and are sent its result."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any, TypeAlias, TypeVar

__all__ = ["Task", "run"]

T = TypeVar("T")

Task: TypeAlias = Generator["Task[Any]", Any, T]
"""A piece of work: ``result = yield task`` runs another one first."""


def run(task: Task[T]) -> T:
    """The result of ``task``. Nesting costs memory, never stack."""
    stack: list[Task[Any]] = [task]
    value: Any = None
    while stack:
        try:
            below = stack[-1].send(value)
        except StopIteration as done:
            stack.pop()
            value = done.value
        else:
            stack.append(below)
            value = None
    result: T = value
    return result
