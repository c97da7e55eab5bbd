"""Rules about defaults: the same old event must not mean two things."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from eventpact.schema.tree import NoDefault
from eventpact_compat.finding import Rule, Severity
from eventpact_compat.pairs import Comparison
from eventpact_compat.semantic.row import ANY, Note, SemanticRule
from eventpact_compat.show import show_default

__all__ = ["RULES"]


def changed(comparison: Comparison) -> Iterator[Note]:
    for pair in comparison.fields:
        old, new = pair.old.default, pair.new.default
        if isinstance(old, NoDefault) or isinstance(new, NoDefault) or old == new:
            continue
        # Where null was the default, the sentinel that replaces it looks like a value that somebody wrote.
        sentinel = " (a sentinel looks like a value that somebody wrote)" if old is None else ""
        message = f"{pair.spot.path}: an event without it means two things, depending on the reader's version{sentinel}"
        yield Note(pair.spot.below("/default"), message, show_default(old), show_default(new))


def removed(comparison: Comparison) -> Iterator[Note]:
    for pair in comparison.fields:
        if not isinstance(pair.old.default, NoDefault) and isinstance(pair.new.default, NoDefault):
            message = f"{pair.spot.path}: has no default any more; versions that lack the field can no longer be read"
            yield Note(pair.spot, message, show_default(pair.old.default), "no default")


RULES: Final = (
    SemanticRule(
        Rule(
            "DEFAULT_CHANGED",
            Severity.WARNING,
            "a default stays what it was",
            "only its presence is checked: the same old event is EUR for one reader and USD for the other",
            '"default": "EUR" becomes "default": "USD"',
            "keep the old default; let producers write the value",
            ANY,
        ),
        changed,
    ),
    SemanticRule(
        Rule(
            "DEFAULT_REMOVED",
            Severity.INFO,
            "a field that has a default keeps it",
            "a default is what lets this field be missing; without it the field can neither be dropped nor be old",
            '"default": null is removed',
            "keep the default",
        ),
        removed,
    ),
)
