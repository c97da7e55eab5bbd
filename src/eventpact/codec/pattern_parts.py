r"""A pattern as parts: the tree from which texts are written that match by construction.

Only what `compile_pattern` takes is read, so the grammar is known to be whole. Of a class, ``ranges`` are the exact
set, and the members that are kept are shown ones: a range of a million characters keeps its first 256, and ``\\w`` the
small letters and digits. A negated class keeps what it allows of printable ASCII.
"""

from __future__ import annotations

import re
import string
from dataclasses import dataclass
from enum import Enum, auto
from typing import Final, TypeAlias

from eventpact.codec.pattern import PAIR, UnsupportedPatternError, compile_pattern, one_of_pair
from eventpact.codec.pattern_ranges import NAMED, NO_BREAK, Ranges, joined, negated

__all__ = ["Assertion", "Choice", "OneOf", "Part", "Repeat", "Row", "opened", "parts_of"]


class Assertion(Enum):
    """What writes nothing: ``^``, ``$``, and the others (look-around, word boundaries), which are not told apart."""

    START = auto()
    END = auto()
    OTHER = auto()


@dataclass(frozen=True, slots=True)
class OneOf:
    """One of ``members``, each of which is allowed; there may be none. ``plain``: it stands in the pattern as it is.

    ``ranges`` are all that is allowed.
    """

    members: str
    ranges: Ranges
    plain: bool = False


@dataclass(frozen=True, slots=True)
class Repeat:
    """``part``, from ``least`` to ``most`` times; ``None`` is without end.

    ``written`` is how the pattern says it: the part, and the sign behind it.
    """

    part: Part
    least: int
    most: int | None
    written: tuple[str, str]


@dataclass(frozen=True, slots=True)
class Row:
    """One part after the other."""

    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Choice:
    """One of ``rows``: a group, or the whole pattern."""

    rows: tuple[Row, ...]


Part: TypeAlias = Assertion | OneOf | Repeat | Row | Choice

_WORD: Final = string.ascii_lowercase + string.digits
_PRINTABLE: Final = _WORD + string.ascii_uppercase + "-_. " + string.punctuation
_SHOWN: Final = {"d": string.digits, "w": _WORD, "s": " ", "D": _WORD[:26], "W": "-", "S": _WORD}
_PLAIN: Final = {"t": "\t", "n": "\n", "r": "\r", "f": "\f", "v": "\v", "0": "\0", "b": "\b"}
_LETTER: Final = re.compile(r"\\([dDwWsS])")
_HEX: Final = re.compile(r"u\{([0-9A-Fa-f]{1,6})\}|u([0-9A-Fa-f]{4})|x([0-9A-Fa-f]{2})")
_REPEAT: Final = re.compile(r"(?:([*+?])|\{([0-9]+)(,([0-9]*))?\})\??")
_SIGNS: Final = {"*": (0, None), "+": (1, None), "?": (0, 1)}
_NAME: Final = re.compile(r"<[A-Za-z_]\w*>", re.ASCII)
_LOOKS: Final = ("=", "!", "<=", "<!")
_MOST_OF_RANGE: Final = 256


def parts_of(pattern: str) -> Choice:
    """The parts of ``pattern``. Raises UnsupportedPatternError: not one of ECMA-262, or groups nested too deep."""
    compile_pattern(pattern)
    try:
        return _Reader(pattern).choice()
    except RecursionError:
        raise UnsupportedPatternError("groups in groups, too many of them") from None


def opened(part: Part) -> Part:
    """``part`` without the groups and rows that hold nothing else."""
    while isinstance(part, Choice | Row):
        inner: tuple[Part, ...] = part.rows if isinstance(part, Choice) else part.parts
        if len(inner) != 1:
            break
        part = inner[0]
    return part


class _Reader:
    def __init__(self, pattern: str) -> None:
        self._text = pattern
        self._at = 0

    def choice(self) -> Choice:
        rows = [self._row()]
        while self._next("|"):
            rows.append(self._row())
        return Choice(tuple(rows))

    def _row(self) -> Row:
        parts: list[Part] = []
        while self._at < len(self._text) and self._text[self._at] not in "|)":
            start = self._at
            parts.append(self._counted(self._part(), start))
        return Row(tuple(parts))

    def _counted(self, part: Part, start: int) -> Part:
        found = _REPEAT.match(self._text, self._at)
        if found is None:
            return part
        written = (self._text[start : self._at], found[0])
        self._at = found.end()
        if found[1]:
            return Repeat(part, *_SIGNS[found[1]], written)
        least = int(found[2])
        return Repeat(part, least, least if found[3] is None else int(found[4]) if found[4] else None, written)

    def _part(self) -> Part:
        if self._next("^"):
            return Assertion.START
        if self._next("$"):
            return Assertion.END
        if self._next("("):
            return self._group()
        if self._next("["):
            return self._members()
        if self._next("."):
            return OneOf(_WORD, NO_BREAK)
        if self._next(r"\b") or self._next(r"\B"):
            return Assertion.OTHER
        if letter := self._letter():
            return OneOf(_SHOWN[letter], NAMED[letter])
        plain = self._text[self._at] != "\\"
        char = self._char()
        return OneOf(_writable(char), ((ord(char), ord(char)),), plain)

    def _group(self) -> Part:
        look = False
        if self._next("?"):
            if named := _NAME.match(self._text, self._at):
                self._at = named.end()
            elif not self._next(":"):
                look = any(self._next(sign) for sign in _LOOKS)
        found = self.choice()
        self._next(")")
        return Assertion.OTHER if look else found

    def _members(self) -> OneOf:
        """The members of a class that is not negated stand in the order of the pattern."""
        other = self._next("^")
        shown: list[str] = []
        ranges: list[tuple[int, int]] = []
        while not self._next("]"):
            if letter := self._letter():
                shown.append(_SHOWN[letter])
                ranges += NAMED[letter]
                continue
            first = last = self._char()
            if self._text[self._at] == "-" and self._text[self._at + 1] != "]":
                self._at += 1
                last = self._char()
            shown.append(_range(first, last))
            ranges.append((ord(first), ord(last)))
        if not other:
            return OneOf(_writable("".join(shown)), joined(ranges))
        allowed = negated(joined(ranges))
        return OneOf("".join(c for c in _PRINTABLE if any(a <= ord(c) <= b for a, b in allowed)), allowed)

    def _letter(self) -> str:
        r"""The letter of ``\d`` and its like, read over; empty where something else stands."""
        found = _LETTER.match(self._text, self._at)
        if found is None:
            return ""
        self._at = found.end()
        return found[1]

    def _char(self) -> str:
        """One character, escaped or not."""
        if pair := PAIR.match(self._text, self._at):
            self._at = pair.end()
            return one_of_pair(*pair.groups())
        if not self._next("\\"):
            self._at += 1
            return self._text[self._at - 1]
        if found := _HEX.match(self._text, self._at):
            self._at = found.end()
            return chr(int(found[1] or found[2] or found[3], 16))
        self._at += 1
        char = self._text[self._at - 1]
        return _PLAIN.get(char, char)

    def _next(self, text: str) -> bool:
        if self._text.startswith(text, self._at):
            self._at += len(text)
            return True
        return False


def _range(first: str, last: str) -> str:
    return "".join(map(chr, range(ord(first), min(ord(last), ord(first) + _MOST_OF_RANGE - 1) + 1)))


def _writable(members: str) -> str:
    """Without halves of UTF-16 pairs: no text in UTF-8 holds them."""
    return "".join(c for c in members if not "\ud800" <= c <= "\udfff")
