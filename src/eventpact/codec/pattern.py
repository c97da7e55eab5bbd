r"""The ``pattern`` keyword: a regular expression of ECMA-262, as JSON Schema says, run by Python's `re`.

The two dialects differ where it hurts: Python's ``$`` lets a trailing line break pass, its ``\d`` takes Arabic digits,
its ``.`` takes a carriage return. So a pattern is translated token by token, and what has no exact translation is
refused when the codec is built, not met at run time.
"""

from __future__ import annotations

import re
from typing import Final

from eventpact.codec.pattern_ranges import NAMED

__all__ = ["PAIR", "UnsupportedPatternError", "compile_pattern", "one_of_pair"]


class UnsupportedPatternError(ValueError):
    """The pattern has no exact Python form. The message says which part, not the whole pattern."""


# As a class of Python's holds them.
_SPACE: Final = "".join(f"\\u{first:04x}-\\u{last:04x}" for first, last in NAMED["s"])
_OUTSIDE: Final = {".": r"[^\n\r\u2028\u2029]", "$": r"\Z"}
_GROUPS: Final = re.compile(r"\(\?(?::|=|!|<=|<!)")
PAIR: Final = re.compile(r"\\u([Dd][89ABab][0-9A-Fa-f]{2})\\u([Dd][C-Fc-f][0-9A-Fa-f]{2})")
_ESCAPE: Final = re.compile(r"\\(?:u\{([0-9A-Fa-f]{1,6})\}|u[0-9A-Fa-f]{4}|x[0-9A-Fa-f]{2}|(.))", re.DOTALL)
_QUANTIFIER: Final = re.compile(r"(?:[*+?]|\{[0-9]+(?:,[0-9]*)?\})")
_PLAIN_ESCAPES: Final = frozenset("dDwWtnrfv")
# Class escapes, as a class of Python's holds them.
_SETS: Final = frozenset({r"\d", r"\D", r"\w", r"\W", _SPACE})


def compile_pattern(pattern: str) -> re.Pattern[str]:
    """The compiled pattern; match it with ``.search``: ECMA patterns are not anchored."""
    tokens = _tokens(pattern)
    try:
        # ASCII: ECMA's \\d, \\w and \\b know no other letters and digits.
        return re.compile("".join(tokens), re.ASCII)
    # A ValueError is a count of more digits than Python reads.
    except (re.error, ValueError, OverflowError, RecursionError) as error:
        raise UnsupportedPatternError(f"not a regular expression: {error}") from None


def one_of_pair(high: str, low: str) -> str:
    """The character that two halves of a UTF-16 pair, in hexadecimal digits, are."""
    return bytes.fromhex(high + low).decode("utf-16-be")


def _tokens(pattern: str) -> list[str]:
    out: list[str] = []
    pos = 0
    while pos < len(pattern):
        char = pattern[pos]
        if char == "\\":
            token, pos = _escape(pattern, pos)
        elif char == "[":
            token, pos = _class(pattern, pos)
        elif char == "(" and pattern[pos + 1 : pos + 2] == "?":
            token, pos = _group(pattern, pos)
        elif char in "*+?{":
            token, pos = _quantifier(pattern, pos)
        else:
            token, pos = _OUTSIDE.get(char, char), pos + 1
        out.append(token)
    return out


def _class(pattern: str, pos: int) -> tuple[str, int]:
    """A class is read as ECMA reads it, ranges and all: what ``-`` means depends on where it stands."""
    caret = "^" if pattern[pos + 1 : pos + 2] == "^" else ""
    pos += 1 + len(caret)
    if pattern[pos : pos + 1] == "]":
        raise UnsupportedPatternError("an empty character class")
    out = ["[" + caret]
    while pattern[pos : pos + 1] != "]":
        first, pos = _member(pattern, pos)
        if pattern[pos : pos + 1] != "-" or pattern[pos + 1 : pos + 2] == "]":
            out.append(first)
            continue
        last, pos = _member(pattern, pos + 1)
        for end in (first, last):
            if end in _SETS:
                raise UnsupportedPatternError("a range that starts or ends with a class escape; write \\- for a hyphen")
        out.append(f"{first}-{last}")
    return "".join(out) + "]", pos + 1


def _member(pattern: str, pos: int) -> tuple[str, int]:
    """One character of a class, or a class escape, as it stands in a class of Python's."""
    char = pattern[pos : pos + 1]
    if not char:
        raise UnsupportedPatternError("a character class without an end")
    if char == "\\":
        return _escape(pattern, pos, in_class=True)
    # "[", "&&", "--" and the like are plain characters in ECMA and reserved in Python.
    return "\\" + char if char in "[&~|-^" else char, pos + 1


def _group(pattern: str, pos: int) -> tuple[str, int]:
    plain = _GROUPS.match(pattern, pos)
    if plain:
        return plain.group(), plain.end()
    named = re.compile(r"\(\?<[A-Za-z_]\w*>", re.ASCII).match(pattern, pos)
    if named:
        return "(?P" + named.group()[2:], named.end()
    raise UnsupportedPatternError("a group of the form (?...) that ECMA-262 does not have")


def _quantifier(pattern: str, pos: int) -> tuple[str, int]:
    found = _QUANTIFIER.match(pattern, pos)
    if found is None:
        raise UnsupportedPatternError("a { that is no quantifier; write \\{")
    end = found.end()
    if pattern[end : end + 1] == "?":
        return found.group() + "?", end + 1
    if pattern[end : end + 1] in ("*", "+", "{"):
        # "a++" is possessive in Python and an error in ECMA.
        raise UnsupportedPatternError("two quantifiers in a row")
    return found.group(), end


def _escape(pattern: str, pos: int, in_class: bool = False) -> tuple[str, int]:
    if pair := PAIR.match(pattern, pos):
        return re.escape(one_of_pair(*pair.groups())), pair.end()
    found = _ESCAPE.match(pattern, pos)
    if found is None:
        raise UnsupportedPatternError("a backslash at the end")
    braced, char = found.groups()
    end = found.end()
    if braced is not None:
        if int(braced, 16) > 0x10FFFF:
            raise UnsupportedPatternError("a code point above 10FFFF")
        return re.escape(chr(int(braced, 16))), end
    if char is None:
        return found.group(), end
    if char in _PLAIN_ESCAPES:
        return found.group(), end
    if char == "s":
        return (_SPACE if in_class else f"[{_SPACE}]"), end
    if char == "S" and not in_class:
        return f"[^{_SPACE}]", end
    if char == "b":
        return found.group(), end
    if char == "B" and not in_class:
        # Before Python 3.14, \B does not hold in an empty text.
        return r"(?!\b)", end
    if char == "0" and not pattern[end : end + 1].isdigit():
        return r"\x00", end
    if char.isascii() and not char.isalnum():
        return found.group(), end
    raise UnsupportedPatternError(f"the escape \\{char}")
