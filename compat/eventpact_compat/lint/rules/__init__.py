"""Every lint rule, grouped by what it is about. The rule list printed to users is this table."""

from typing import Final

from eventpact_compat.lint.rule import LintRule
from eventpact_compat.lint.rules import (
    attributes,
    contracts,
    docs,
    logical,
    meaning,
    names,
    nulls,
    patterns,
    privacy,
    remarks,
    shapes,
    unions,
)

__all__ = ["BY_ID", "RULES"]

RULES: Final[tuple[LintRule, ...]] = (
    *contracts.RULES,
    *logical.RULES,
    *meaning.RULES,
    *nulls.RULES,
    *unions.RULES,
    *shapes.RULES,
    *patterns.RULES,
    *attributes.RULES,
    *privacy.RULES,
    *names.RULES,
    *docs.RULES,
    *remarks.RULES,
)

BY_ID: Final = {rule.row.id: rule for rule in RULES}
