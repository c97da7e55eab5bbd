"""Schemas, evolutions of schemas and broken schemas: seeded for bulk, as hypothesis strategies for shrinking.

    @given(evolutions())
    def test_something(pair: tuple[str, str]) -> None: ...   # (old text, new text), both valid

Pairs are evolutions (keep, drop, add, reorder, rename with and without alias, promote, make nullable, change symbols
and branches): unrelated schemas hardly ever meet a skipped field before a shared one.
"""

from __future__ import annotations

import json
from collections.abc import Iterator

from hypothesis import strategies as st

from tests.schema.dice import Dice, DrawnDice, SeededDice, chance
from tests.schema.evolve import evolve
from tests.schema.grow import grow
from tests.schema.model import Doc
from tests.schema.mutate import mutate
from tests.schema.render import render

__all__ = ["broken", "evolutions", "schemas", "seeded_broken", "seeded_evolutions", "text_of"]


def text_of(document: Doc) -> str:
    """One line of ASCII."""
    return json.dumps(document)


@st.composite
def schemas(draw: st.DrawFn) -> str:
    """A valid schema's text."""
    return _schema(DrawnDice(draw))


@st.composite
def evolutions(draw: st.DrawFn) -> tuple[str, str]:
    """(old, new): two valid schema texts, one an evolution of the other. Either may be the reader."""
    return _evolution(DrawnDice(draw))


@st.composite
def broken(draw: st.DrawFn) -> str:
    """A valid schema with a few random edits: still JSON, and mostly no schema any more."""
    return _broken(DrawnDice(draw))


def seeded_evolutions(seed: int, count: int) -> Iterator[tuple[str, str]]:
    """The same pairs for the same seed: for oracles that are asked thousands of times at once."""
    dice = SeededDice(seed)
    return (_evolution(dice) for _ in range(count))


def seeded_broken(seed: int, count: int) -> Iterator[str]:
    dice = SeededDice(seed)
    return (_broken(dice) for _ in range(count))


def _schema(dice: Dice) -> str:
    return text_of(render(grow(dice), dice))


def _evolution(dice: Dice) -> tuple[str, str]:
    old = grow(dice)
    new = evolve(old, dice)
    if chance(dice, 20):
        new = evolve(new, dice)
    return text_of(render(old, dice)), text_of(render(new, dice))


def _broken(dice: Dice) -> str:
    return text_of(mutate(render(grow(dice), dice), dice))
