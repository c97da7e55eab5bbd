"""Rules about enums: symbols that a default swallows, symbols in another order."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from eventpact.schema.tree import EnumType
from eventpact_compat.finding import Rule, Severity
from eventpact_compat.pairs import Comparison, NamedPair, simple
from eventpact_compat.semantic.row import ANY, CONSUMERS_FIRST, NEVER, Note, SemanticRule
from eventpact_compat.show import show_list

__all__ = ["RULES"]


def _enums(comparison: Comparison) -> Iterator[tuple[EnumType, EnumType, NamedPair]]:
    for pair in comparison.named:
        if isinstance(pair.old, EnumType) and isinstance(pair.new, EnumType):
            yield pair.old, pair.new, pair


def _missing(here: EnumType, there: EnumType) -> list[str]:
    """The symbols that only ``here`` has, in its order."""
    others = set(there.symbols)
    return [symbol for symbol in here.symbols if symbol not in others]


def symbol_swallowed(comparison: Comparison) -> Iterator[Note]:
    for old, new, pair in _enums(comparison):
        gone = _missing(old, new)
        if gone and new.default is not None:
            message = f"{simple(new.name)}: {show_list(gone)} in old events is read as {new.default}, without an error"
            hint = f"keep {show_list(gone)} in the symbols, and let producers stop writing it"
            spot = pair.spot.below("/symbols")
            yield Note(spot, message, show_list(old.symbols), show_list(new.symbols), hint)


def symbol_added(comparison: Comparison) -> Iterator[Note]:
    for old, new, pair in _enums(comparison):
        fresh = _missing(new, old)
        if fresh and old.default is not None:
            message = f"{simple(new.name)}: consumers of the old version read {show_list(fresh)} as {old.default}"
            yield Note(pair.spot.below("/symbols"), message, show_list(old.symbols), show_list(new.symbols))


def reordered(comparison: Comparison) -> Iterator[Note]:
    for old, new, pair in _enums(comparison):
        shared = set(old.symbols) & set(new.symbols)
        before = [symbol for symbol in old.symbols if symbol in shared]
        after = [symbol for symbol in new.symbols if symbol in shared]
        if before != after:
            message = f"{simple(new.name)}: the symbols are in another order; stored ordinals and comparisons shift"
            yield Note(pair.spot.below("/symbols"), message, show_list(old.symbols), show_list(new.symbols))


def default_changed(comparison: Comparison) -> Iterator[Note]:
    for old, new, pair in _enums(comparison):
        if old.default is not None and old.default != new.default:
            now = "nothing stands" if new.default is None else f"{new.default} stands"
            message = f"{simple(new.name)}: {now} for unknown symbols, where {old.default} did"
            spot = pair.spot.below("/default") if new.default is not None else pair.spot
            yield Note(spot, message, old.default, new.default or "no default")


RULES: Final = (
    SemanticRule(
        Rule(
            "ENUM_SYMBOL_REMOVED",
            Severity.ERROR,
            "every symbol that was written can be told apart",
            "the enum's default swallows the removed symbol: distinct states collapse into one, without an error",
            "REFUNDED is removed from an enum with default UNKNOWN",
            "keep the symbol, and let producers stop writing it",
            NEVER,
        ),
        symbol_swallowed,
    ),
    SemanticRule(
        Rule(
            "ENUM_SYMBOL_ADDED",
            Severity.WARNING,
            "consumers know a symbol before it is written",
            "old consumers read the new symbol as their enum's default and act on that",
            "REFUNDED is added to an enum with default UNKNOWN",
            "deploy the consumers first; add the symbol at the end",
            CONSUMERS_FIRST,
        ),
        symbol_added,
    ),
    SemanticRule(
        Rule(
            "ENUM_REORDERED",
            Severity.WARNING,
            "symbols keep their order",
            "the wire is safe, but stored ordinals, comparisons and sort orders mean other symbols",
            "[LOW, HIGH] becomes [HIGH, LOW]",
            "restore the order; append new symbols",
            ANY,
        ),
        reordered,
    ),
    SemanticRule(
        Rule(
            "ENUM_DEFAULT_CHANGED",
            Severity.WARNING,
            "what stands for unknown symbols stays the same",
            "two versions of one consumer read the same event differently",
            "default UNKNOWN becomes OTHER",
            "keep the enum's default",
            ANY,
        ),
        default_changed,
    ),
)
