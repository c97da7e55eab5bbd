"""Every lint rule, grouped by what it is about. The rule list printed to users is this table."""

from typing import Final

from eventpact_compat.lint.rule import LintRule
from eventpact_compat.lint.rules import (
    aliases,
    attributes,
    contracts,
    defaults,
    docs,
    logical,
    names,
    nulls,
    privacy,
    shapes,
    unions,
)

__all__ = ["BY_ID", "RULES"]

RULES: Final[tuple[LintRule, ...]] = (
    *contracts.RULES,
    *logical.RULES,
    *nulls.RULES,
    *defaults.RULES,
    *unions.RULES,
    *shapes.RULES,
    *aliases.RULES,
    *attributes.RULES,
    *privacy.RULES,
    *names.RULES,
    *docs.RULES,
    # Last: the parser's remarks yield to rules that say the same.
    contracts.UNWISE,
)

BY_ID: Final = {rule.row.id: rule for rule in RULES}
