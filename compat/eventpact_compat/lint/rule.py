"""A lint rule: its row, what it finds, and how to get rid of a finding."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from eventpact_compat.finding import Rule
from eventpact_compat.lint.sites import Problem, Subject

__all__ = ["LintRule"]


@dataclass(frozen=True, slots=True)
class LintRule:
    """``find`` yields every breach. ``how`` says how to mend one; ``fixed`` what ``--fix`` does, ``""`` for nothing."""

    row: Rule
    find: Callable[[Subject], Iterator[Problem]]
    how: str
    fixed: str = ""
