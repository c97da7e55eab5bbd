r"""Sets of characters, exactly: what ``.``, ``\w`` and its like, and classes allow, as ranges of code points."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, TypeAlias

__all__ = ["NAMED", "NO_BREAK", "Ranges", "joined", "negated"]

Ranges: TypeAlias = tuple[tuple[int, int], ...]
"""First and last code points, both within; sorted, with a gap between one and the next."""

_LAST: Final = 0x10FFFF


def joined(ranges: Iterable[tuple[int, int]]) -> Ranges:
    """All of them, in any order, as one set."""
    found: list[tuple[int, int]] = []
    for first, last in sorted(ranges):
        if found and first <= found[-1][1] + 1:
            found[-1] = (found[-1][0], max(last, found[-1][1]))
        else:
            found.append((first, last))
    return tuple(found)


def negated(ranges: Ranges) -> Ranges:
    """Every other code point."""
    firsts = [0, *(last + 1 for _, last in ranges)]
    lasts = [*(first - 1 for first, _ in ranges), _LAST]
    return tuple((first, last) for first, last in zip(firsts, lasts, strict=True) if first <= last)


def _of(text: str) -> Ranges:
    return joined((ord(char), ord(char)) for char in text)


_DIGIT: Final = ((ord("0"), ord("9")),)
_WORD: Final = joined([*_DIGIT, (ord("A"), ord("Z")), (ord("a"), ord("z")), *_of("_")])
# ECMA-262 "WhiteSpace" and "LineTerminator".
_SPACE: Final = joined([(0x09, 0x0D), (0x2000, 0x200A), *_of(" \xa0\u1680\u2028\u2029\u202f\u205f\u3000\ufeff")])

NAMED: Final = {
    "d": _DIGIT,
    "w": _WORD,
    "s": _SPACE,
    "D": negated(_DIGIT),
    "W": negated(_WORD),
    "S": negated(_SPACE),
}
"""By the letter of the escape."""

NO_BREAK: Final = negated(_of("\n\r\u2028\u2029"))
"""What ``.`` allows."""
