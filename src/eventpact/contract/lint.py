"""What the manifest says about lint rules: ``[lint]``, ``[lint.allow]`` and a contract's ``lint``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

from eventpact.contract.table import Table

__all__ = ["LEVELS", "LintSettings", "lint_settings"]

LEVELS: Final = ("error", "warning", "info", "off")


@dataclass(frozen=True, slots=True)
class LintSettings:
    """Texts as written: which rule ids exist is known where the rules are.

    Attributes:
        levels: rule id -> one of `LEVELS`.
        allow: rule id -> full names of types or fields (``shop.Order.note``) that may break it; ``*`` is any text.
        contracts: contract -> rule id -> level, stronger than ``levels``.
    """

    levels: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}), hash=False)
    allow: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: MappingProxyType({}), hash=False)
    contracts: Mapping[str, Mapping[str, str]] = field(default_factory=lambda: MappingProxyType({}), hash=False)


def lint_settings(table: Table, contracts: Table) -> LintSettings:
    """The settings of the table ``[lint]`` and of the contracts' own. `ManifestError` where a value is no level."""
    allowed = table.table("allow", required=False)
    own = {name: contracts.table(name).table("lint", required=False) for name in contracts}
    return LintSettings(
        MappingProxyType(_levels(table)),
        MappingProxyType({rule: allowed.texts(rule) for rule in allowed}),
        MappingProxyType({name: MappingProxyType(_levels(levels)) for name, levels in own.items()}),
    )


def _levels(table: Table) -> dict[str, str]:
    return {rule: table.choice(rule, LEVELS) for rule in table if rule != "allow"}
