"""Patterns of the form ``^[0-9a-f]{64}$``: so many characters out of one ASCII set.

They are common for hashes and codes, and one table look-up per character says the same as a regular expression in half
the time.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

__all__ = ["Charset", "charset_of"]

_FORM: Final = re.compile(r"\^\[([^\[\]\\^&~|]+)\]\{([0-9]{1,4})\}\$")
_RANGE: Final = re.compile(r"(.)-(.)|([^-])", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Charset:
    """Text fits when its bytes, through ``table``, are ``uniform``: the set, and no more, maps to one byte."""

    table: bytes
    uniform: bytes

    def fits(self, text: str) -> bool:
        return text.encode().translate(self.table) == self.uniform


def charset_of(pattern: str) -> Charset | None:
    """The set and length that the pattern means, or ``None`` when it means more than that."""
    found = _FORM.fullmatch(pattern)
    if found is None or not pattern.isascii():
        return None
    members: set[int] = set()
    end = 0
    for part in _RANGE.finditer(found[1]):
        first, last = (part[1], part[2]) if part[3] is None else (part[3], part[3])
        if part.start() != end or first > last:
            return None
        members.update(range(ord(first), ord(last) + 1))
        end = part.end()
    if end != len(found[1]):
        return None
    # A member stands for all: bytes outside the set stay what they are, which is no member.
    one = bytes([min(members)])
    return Charset(bytes.maketrans(bytes(sorted(members)), one * len(members)), one * int(found[2]))
