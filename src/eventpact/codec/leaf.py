"""A leaf: a type without parts, as a Python class and two exact conversions.

The value a person sees and the value on the wire are two things: a `datetime.date` travels as an int. ``write`` goes
from the first to the second, ``read`` back, and either raises `Unfit` rather than round, shift or cut.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

__all__ = ["Leaf", "Unfit", "exactly"]

T = TypeVar("T")


class Unfit(Exception):  # noqa: N818 - a finding without a place; the plain codec adds the path
    """The value does not fit. The message never holds it; ``rule`` is that of `EncodeError`."""

    def __init__(self, message: str, rule: str = "type") -> None:
        self.message = message
        self.rule = rule
        super().__init__(message)


@dataclass(frozen=True, slots=True)
class Leaf:
    """``python`` is the exact class of the values; it also picks the branch of a union."""

    python: type
    write: Callable[[object], Any]
    read: Callable[[Any], Any]


def exactly(value: object, cls: type[T]) -> T:
    """The value, if its class is ``cls`` itself: bool is an int, datetime is a date, a subclass may hold more."""
    if type(value) is cls:
        return value
    raise Unfit(f"expected {cls.__name__}, got {type(value).__name__}")
