"""Phrases in names: matched word by word, so that ``ip`` is not found in ``recipe``."""

from __future__ import annotations

from eventpact_compat.similar import name_words

__all__ = ["has_phrase", "word_set", "words"]


def words(name: str) -> tuple[str, ...]:
    """The lower-case words of a snake_case, camelCase or SCREAMING_CASE name; a number is a word."""
    return tuple(name_words(name))


def word_set(text: str) -> frozenset[str]:
    """The blank-separated words of ``text``."""
    return frozenset(text.split())


def has_phrase(parts: tuple[str, ...], phrase: str) -> bool:
    """True when the words of ``phrase``, with one blank between them, follow each other in ``parts``."""
    return f" {phrase} " in f" {' '.join(parts)} "
