"""A text that a pattern allows: always the same one, made from the pattern alone."""

from __future__ import annotations

from typing import Final

from eventpact.codec.pattern import UnsupportedPatternError
from eventpact.codec.pattern_parts import parts_of
from eventpact.codec.pattern_text import NoTextError, text_of

__all__ = ["witness"]

# Where a pattern allows any number, this many say enough.
_SOME: Final = 4


def witness(pattern: str) -> str | None:
    """A text that matches, ``None`` where that is too hard: the pattern is then shown as it is."""
    try:
        return text_of(parts_of(pattern), _Steady())
    except (NoTextError, UnsupportedPatternError):
        return None


class _Steady:
    """Takes the first row, and a few of what may be repeated."""

    def __init__(self) -> None:
        self._taken = 0

    def row(self, rows: int) -> int:
        return 0

    def times(self, least: int, most: int | None) -> int:
        few = max(least, _SOME)
        return few if most is None else min(few, most)

    def member(self, members: str) -> str:
        """Another one each time, so that a hash looks like a hash."""
        self._taken += 1
        return members[(self._taken * 7) % len(members)]
