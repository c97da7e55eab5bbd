"""Texts that a pattern, a format and lengths allow."""

from __future__ import annotations

import string
from random import Random
from typing import Final
from uuid import UUID

from eventpact.codec.pattern import UnsupportedPatternError
from eventpact.codec.pattern_parts import parts_of
from eventpact.codec.pattern_text import NoTextError, text_of
from eventpact.schema.tree import Props

__all__ = ["text"]

_SPREADS: Final = (1, 4, 16, 100)


def text(props: Props, rng: Random) -> str:
    """A text that obeys ``props`` as a rule; whether it really does is the caller's question."""
    if props.get("format") == "uuid":
        return str(UUID(int=rng.getrandbits(128), version=4))
    pattern = props.get("pattern")
    if isinstance(pattern, str):
        try:
            return text_of(parts_of(pattern), _Drawing(rng), trusting=True)
        except (NoTextError, UnsupportedPatternError):
            # Most likely this draw ran into an anchor or grew too long; the next one may not.
            return ""
    least, most = props.get("minLength"), props.get("maxLength")
    low = least if isinstance(least, int) else 1
    high = most if isinstance(most, int) else max(low, 12)
    length = rng.randint(min(low, high), max(low, min(high, low + 12)))
    return "".join(rng.choices(string.ascii_lowercase, k=length))


class _Drawing:
    """Leaves every choice to ``rng``. One spread a text: some are short for a maxLength, some long for a minLength."""

    def __init__(self, rng: Random) -> None:
        self._rng = rng
        self._spread = rng.choice(_SPREADS)

    def row(self, rows: int) -> int:
        return self._rng.randrange(rows)

    def times(self, least: int, most: int | None) -> int:
        far = least + self._spread
        return self._rng.randint(least, far if most is None else min(far, most))

    def member(self, members: str) -> str:
        return self._rng.choice(members)
