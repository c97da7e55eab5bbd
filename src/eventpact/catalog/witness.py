"""A text that a pattern allows: always the same one, made from the pattern alone."""

from __future__ import annotations

import re
import string
from typing import Final

from eventpact.codec.pattern import UnsupportedPatternError, compile_pattern

__all__ = ["witness"]

_DIGITS: Final = string.digits
_WORD: Final = string.ascii_lowercase + string.digits
_CLASSES: Final = {"d": _DIGITS, "w": _WORD, "s": " ", "D": _WORD[:26], "W": "-", "S": _WORD}
_PLAIN: Final = {"t": "\t", "n": "\n", "r": "\r", "f": "\f", "v": "\v", "0": "\0"}
_HEX: Final = re.compile(r"u\{([0-9A-Fa-f]{1,6})\}|u([0-9A-Fa-f]{4})|x([0-9A-Fa-f]{2})")
_REPEAT: Final = re.compile(r"(\*|\+|\?|\{(\d+)(,(\d*))?\})\??")
_PRINTABLE: Final = _WORD + string.ascii_uppercase + "-_. " + string.punctuation
# Where a pattern allows any number, this many say enough.
_SOME: Final = 4
_MOST_STEPS: Final = 5_000


class _TooHardError(Exception):
    """Look-around, a back reference, or a text too long for an example."""


def witness(pattern: str) -> str | None:
    """A text that matches, ``None`` where none was found: the pattern is then shown as it is."""
    try:
        compiled = compile_pattern(pattern)
        found = _Reader(pattern).alternatives()
        return found if compiled.search(found) else None
    except (_TooHardError, UnsupportedPatternError):
        return None


class _Reader:
    """Reads an ECMA-262 pattern and writes the text of its first alternatives."""

    def __init__(self, pattern: str) -> None:
        self._text = pattern
        self._at = 0
        self._taken = 0
        self._steps = 0

    def alternatives(self) -> str:
        """The text of the first alternative; the others are read over."""
        first = self._sequence()
        while self._next("|"):
            self._sequence()
        return first

    def _sequence(self) -> str:
        out: list[str] = []
        while self._at < len(self._text) and self._text[self._at] not in "|)":
            if self._next("^") or self._next("$"):
                continue
            start, taken = self._at, self._taken
            out.append(self._atom())
            count = self._count()
            if count != 1:
                out.pop()
                end = self._at
                self._taken = taken
                for _ in range(count):
                    self._at = start
                    out.append(self._atom())
                self._at = end
        return "".join(out)

    def _count(self) -> int:
        found = _REPEAT.match(self._text, self._at)
        if found is None:
            return 1
        self._at = found.end()
        if found[2] is None:
            return 1 if found[1] == "?" else _SOME
        least = int(found[2])
        most = least if found[3] is None else int(found[4]) if found[4] else least + _SOME
        return min(max(least, _SOME), most)

    def _atom(self) -> str:
        self._steps += 1
        if self._steps > _MOST_STEPS:
            raise _TooHardError
        if self._next("("):
            if self._next("?"):
                if named := re.compile(r"<[A-Za-z_]\w*>", re.ASCII).match(self._text, self._at):
                    self._at = named.end()
                elif not self._next(":"):
                    raise _TooHardError
            found = self.alternatives()
            self._next(")")
            return found
        if self._next("["):
            return self._pick(self._members())
        if self._next("."):
            return self._pick(_WORD)
        if self._next("\\"):
            return self._pick(self._escape())
        self._at += 1
        return self._text[self._at - 1]

    def _members(self) -> str:
        """The characters of a class, in the order of the pattern."""
        negated = self._next("^")
        found: list[str] = []
        while self._at < len(self._text) and not self._next("]"):
            one = self._member()
            if len(one) == 1 and self._text[self._at : self._at + 1] == "-" and self._text[self._at + 1] != "]":
                self._at += 1
                last = self._member()
                # A range may hold a million characters; some of them are enough.
                one = "".join(map(chr, range(ord(one), min(ord(last), ord(one) + 255) + 1)))
            found.append(one)
        members = "".join(found)
        return "".join(c for c in _PRINTABLE if c not in members) if negated else members

    def _member(self) -> str:
        if self._next("\\"):
            return self._escape()
        self._at += 1
        return self._text[self._at - 1]

    def _escape(self) -> str:
        if found := _HEX.match(self._text, self._at):
            self._at = found.end()
            return chr(int(found[1] or found[2] or found[3], 16))
        char = self._text[self._at]
        self._at += 1
        if char in "bB" or (char.isdigit() and char != "0"):
            raise _TooHardError
        return _CLASSES.get(char) or _PLAIN.get(char) or char

    def _pick(self, members: str) -> str:
        """A member; another one each time, so that a hash looks like a hash."""
        if not members:
            raise _TooHardError
        self._taken += 1
        return members[(self._taken * 7) % len(members)]

    def _next(self, text: str) -> bool:
        if self._text.startswith(text, self._at):
            self._at += len(text)
            return True
        return False
