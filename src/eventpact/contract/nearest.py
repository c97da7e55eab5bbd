"""A misspelled name and the one that was probably meant."""

from collections.abc import Iterable
from difflib import get_close_matches

__all__ = ["did_you_mean"]


def did_you_mean(word: str, words: Iterable[str]) -> str:
    """``; did you mean 'this'?``, or nothing when no word is near. Upper and lower case do not count."""
    lower = {w.lower(): w for w in words}
    close = get_close_matches(word.lower(), lower, 1)
    return f"; did you mean {lower[close[0]]!r}?" if close else ""
