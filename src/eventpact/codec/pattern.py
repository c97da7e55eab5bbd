r"""The ``pattern`` keyword: a regular expression of ECMA-262, as JSON Schema says, run by Python's `re`.

The two dialects differ where it hurts: Python's ``$`` lets a trailing line break pass, its ``\d`` takes Arabic digits,
its ``.`` takes a carriage return. So a pattern is translated token by token, and what has no exact translation is
refused when the codec is built, not met at run time.
"""

from __future__ import annotations

import re
from typing import Final

__all__ = ["UnsupportedPatternError", "compile_pattern"]


class UnsupportedPatternError(ValueError):
    """The pattern has no exact Python form. The message says which part, not the whole pattern."""


# ECMA-262 "WhiteSpace" and "LineTerminator".
_SPACE: Final = r"\t\n\x0b\x0c\r \xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ufeff"
_OUTSIDE: Final = {".": r"[^\n\r\u2028\u2029]", "$": r"\Z"}
_GROUPS: Final = re.compile(r"\(\?(?::|=|!|<=|<!)")
_ESCAPE: Final = re.compile(r"\\(?:u\{([0-9A-Fa-f]{1,6})\}|u[0-9A-Fa-f]{4}|x[0-9A-Fa-f]{2}|(.))", re.DOTALL)
_QUANTIFIER: Final = re.compile(r"(?:[*+?]|\{[0-9]+(?:,[0-9]*)?\})")
_PLAIN_ESCAPES: Final = frozenset("dDwWtnrfv")


def compile_pattern(pattern: str) -> re.Pattern[str]:
    """The compiled pattern; match it with ``.search``: ECMA patterns are not anchored."""
    tokens = _tokens(pattern)
    try:
        # ASCII: ECMA's \\d, \\w and \\b know no other letters and digits.
        return re.compile("".join(tokens), re.ASCII)
    # A ValueError is a count of more digits than Python reads.
    except (re.error, ValueError, OverflowError, RecursionError) as error:
        raise UnsupportedPatternError(f"not a regular expression: {error}") from None


def _tokens(pattern: str) -> list[str]:
    out: list[str] = []
    pos = 0
    in_class = False
    while pos < len(pattern):
        char = pattern[pos]
        if char == "\\":
            token, pos = _escape(pattern, pos, in_class)
            out.append(token)
        elif in_class:
            # "[", "&&", "--" and the like are plain characters in ECMA and reserved in Python.
            out.append("\\" + char if char in "[&~|" else char)
            in_class = char != "]"
            pos += 1
        elif char == "[":
            if pattern[pos + 1 : pos + 2] == "]" or pattern[pos + 1 : pos + 3] == "^]":
                raise UnsupportedPatternError("an empty character class")
            in_class = True
            caret = "^" if pattern[pos + 1 : pos + 2] == "^" else ""
            out.append("[" + caret)
            pos += 1 + len(caret)
        elif char == "(" and pattern[pos + 1 : pos + 2] == "?":
            token, pos = _group(pattern, pos)
            out.append(token)
        elif char in "*+?{":
            token, pos = _quantifier(pattern, pos)
            out.append(token)
        else:
            out.append(_OUTSIDE.get(char, char))
            pos += 1
    return out


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


def _escape(pattern: str, pos: int, in_class: bool) -> tuple[str, int]:
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
    if char == "b" or (char == "B" and not in_class):
        return found.group(), end
    if char == "0" and not pattern[end : end + 1].isdigit():
        return r"\x00", end
    if char.isascii() and not char.isalnum():
        return found.group(), end
    raise UnsupportedPatternError(f"the escape \\{char}")
