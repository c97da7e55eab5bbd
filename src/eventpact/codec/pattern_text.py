"""Texts that match a pattern by construction: nothing is searched, so no pattern takes long."""

from __future__ import annotations

from typing import Final, Protocol

from eventpact.codec.pattern_parts import Assertion, Choice, OneOf, Part, Repeat, Row

__all__ = ["Hand", "NoTextError", "text_of"]

_MOST_STEPS: Final = 5_000


class NoTextError(Exception):
    """This hand writes no text: an assertion in its way, a class without members, or more than 5000 steps."""


class Hand(Protocol):
    """Decides where a pattern leaves a choice. Any answer within the bounds is right."""

    def row(self, rows: int) -> int:
        """An index below ``rows``."""

    def times(self, least: int, most: int | None) -> int:
        """From ``least`` to ``most``; ``None`` is without end."""

    def member(self, members: str) -> str:
        """One of ``members``, of which there is at least one."""


def text_of(pattern: Choice, hand: Hand, *, trusting: bool = False) -> str:
    """A text that matches ``pattern`` as a whole, of at most 5000 characters. Raises NoTextError.

    ``^`` may only stand where nothing is written yet, ``$`` where nothing is written after it. Look-around and word
    boundaries are refused; ``trusting`` takes them for true, and then the text is a guess.
    """
    writing = _Writing(hand, trusting)
    try:
        writing.write(pattern)
    except RecursionError:
        raise NoTextError from None
    return "".join(writing.text)


class _Writing:
    def __init__(self, hand: Hand, trusting: bool) -> None:
        self._hand = hand
        self._trusting = trusting
        self._steps = 0
        self._ended = False
        self.text: list[str] = []

    def write(self, part: Part) -> None:
        # Counts what writes nothing as well: a group of nothing may be repeated a million times.
        self._steps += 1
        if self._steps > _MOST_STEPS:
            raise NoTextError
        match part:
            case OneOf(members, plain=plain):
                if self._ended or not members:
                    raise NoTextError
                self.text.append(members if plain else self._hand.member(members))
            case Repeat(inner, least, most):
                for _ in range(self._hand.times(least, most)):
                    self.write(inner)
            case Row(parts):
                for inner in parts:
                    self.write(inner)
            case Choice(rows):
                self.write(rows[self._hand.row(len(rows))])
            case Assertion.START:
                if self.text:
                    raise NoTextError
            case Assertion.END:
                self._ended = True
            case Assertion.OTHER:
                if not self._trusting:
                    raise NoTextError
