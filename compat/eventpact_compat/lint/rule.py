"""A lint rule: its row, what it finds, and what can be mended without asking."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from eventpact_compat.finding import Rule
from eventpact_compat.lint.sites import Problem, Subject

__all__ = ["LintRule"]


@dataclass(frozen=True, slots=True)
class LintRule:
    """``find`` yields every breach. ``fixed`` says what ``--fix`` does about one, ``""`` for nothing."""

    row: Rule
    find: Callable[[Subject], Iterator[Problem]]
    fixed: str = ""
