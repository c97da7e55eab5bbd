"""Are two names, or two sentences, about the same thing? Guesses, used only where a guess can be waived."""

from __future__ import annotations

import re
from difflib import SequenceMatcher
from typing import Final

__all__ = ["alike_names", "alike_texts", "name_words", "text_words"]

_NAME: Final = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")
_WORD: Final = re.compile(r"[A-Za-z][A-Za-z0-9-]*|[%€$£]")
# Words that tell nothing apart.
_SMALL: Final = re.compile(
    r"an?|and|as|at|be|by|for|from|has|have|if|in|into|is|it|its|of|on|or|that|the|their|this|to|was|when|which|with"
)


def name_words(name: str) -> list[str]:
    """``totalAmount_EUR`` -> total, amount, eur."""
    return [word.lower() for word in _NAME.findall(name)]


def text_words(text: str) -> set[str]:
    """The words of a sentence that carry meaning, in lower case."""
    return {word.lower() for word in _WORD.findall(text) if not _SMALL.fullmatch(word.lower())}


def alike_names(one: str, other: str) -> bool:
    """One is a prefix or an abbreviation of the other, they share most words, or are spelled almost alike."""
    a, b = "".join(name_words(one)), "".join(name_words(other))
    if not a or not b:
        return False
    if min(len(a), len(b)) >= 3 and (a.startswith(b) or b.startswith(a)):
        return True
    if _abbreviates(*sorted((a, b), key=len)):
        return True
    words, others = set(name_words(one)), set(name_words(other))
    if 2 * len(words & others) > max(len(words), len(others)):
        return True
    return SequenceMatcher(None, a, b, autojunk=False).ratio() >= 0.75


def _abbreviates(short: str, long: str) -> bool:
    """``qty`` and quantity, ``msg`` and message: the letters are there, in their order, and the first is the first."""
    letters = iter(long[1:])
    return 2 <= len(short) <= 4 and short[0] == long[0] and all(letter in letters for letter in short[1:])


def alike_texts(one: str, other: str) -> bool:
    """At least half of the words that carry meaning are the same."""
    a, b = text_words(one), text_words(other)
    return not (a | b) or 2 * len(a & b) >= len(a | b)
