"""How strict lint is: a severity per rule, and names that may break one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from fnmatch import fnmatchcase
from types import MappingProxyType
from typing import Final

from eventpact.contract import LintSettings
from eventpact.errors import ManifestError
from eventpact_compat.finding import Severity
from eventpact_compat.lint.rules import BY_ID

__all__ = ["DEFAULT", "FIRM", "LintConfig"]

FIRM: Final = frozenset({"INVALID_SCHEMA", "REFERENCE_CYCLE"})
"""Rules that stay errors: behind a breach of them nothing else can be said."""

_NONE: Final[Mapping[str, Severity | None]] = MappingProxyType({})
_NOBODY: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType({})
_NOWHERE: Final[Mapping[str, Mapping[str, Severity | None]]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class LintConfig:
    """``levels`` change a rule's own severity (``None`` is off), ``contracts`` do so for one contract and are stronger.

    ``allow`` maps a rule to full names of types or fields that may break it; ``*`` stands for any text.

    Raises:
        ValueError: there is no such rule, or it cannot be changed.
    """

    levels: Mapping[str, Severity | None] = field(default_factory=lambda: _NONE)
    allow: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: _NOBODY)
    contracts: Mapping[str, Mapping[str, Severity | None]] = field(default_factory=lambda: _NOWHERE)

    def __post_init__(self) -> None:
        for rule in (*self.levels, *self.allow, *(rule for own in self.contracts.values() for rule in own)):
            if (problem := _problem(rule)) is not None:
                raise ValueError(problem)

    @classmethod
    def of(cls, settings: LintSettings, source: str) -> LintConfig:
        """The configuration that a manifest says. `ManifestError` where it names no rule."""
        places = [(f"lint.{rule}", rule) for rule in settings.levels]
        places += [(f"lint.allow.{rule}", rule) for rule in settings.allow]
        places += [(f"contracts.{name}.lint.{rule}", rule) for name, own in settings.contracts.items() for rule in own]
        for key, rule in places:
            if (problem := _problem(rule)) is not None:
                raise ManifestError(problem, source=source, key=key)
        own = {name: _levels(levels) for name, levels in settings.contracts.items()}
        return cls(_levels(settings.levels), settings.allow, own)

    def severity(self, rule: str, contract: str = "") -> Severity | None:
        """How much a finding of the rule counts, ``None`` when it is off."""
        for levels in (self.contracts.get(contract, _NONE), self.levels):
            if rule in levels:
                return levels[rule]
        return BY_ID[rule].row.severity

    def allows(self, rule: str, subject: str) -> bool:
        return any(fnmatchcase(subject, pattern) for pattern in self.allow.get(rule, ()))


DEFAULT: Final = LintConfig()


def _levels(written: Mapping[str, str]) -> dict[str, Severity | None]:
    return {rule: None if level == "off" else Severity(level) for rule, level in written.items()}


def _problem(rule: str) -> str | None:
    if rule in FIRM:
        return f"{rule} is always an error"
    if rule in BY_ID:
        return None
    close = get_close_matches(rule.upper(), BY_ID, 1)
    return f"there is no lint rule {rule}" + (f"; did you mean {close[0]}?" if close else "")
