"""Choices, from a seeded generator (fast) or from hypothesis (shrinks). Generators below take either."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Protocol, TypeVar

from hypothesis import strategies as st

__all__ = ["Dice", "DrawnDice", "SeededDice", "chance", "pick"]

T = TypeVar("T")


class Dice(Protocol):
    def below(self, n: int) -> int:
        """A whole number from 0 to n - 1; 0 is the simplest."""
        ...


class SeededDice:
    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)

    def below(self, n: int) -> int:
        return int(self._random.random() * n)


class DrawnDice:
    def __init__(self, draw: st.DrawFn) -> None:
        self._draw = draw

    def below(self, n: int) -> int:
        return self._draw(st.integers(0, n - 1))


def pick(dice: Dice, options: Sequence[T]) -> T:
    """One of ``options``; the first is the simplest."""
    return options[dice.below(len(options))]


def chance(dice: Dice, percent: int) -> bool:
    """True in ``percent`` of 100 cases; false is the simplest."""
    return dice.below(100) >= 100 - percent
