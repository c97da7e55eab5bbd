"""What registries do not see: changes after which every byte is still read, and some are misunderstood."""

from typing import Final

from eventpact_compat.semantic import defaults, enums, keys, logical, names, properties, types
from eventpact_compat.semantic.row import Note, SemanticRule

__all__ = ["RULES", "Note", "SemanticRule"]

RULES: Final[tuple[SemanticRule, ...]] = (
    *logical.RULES,
    *types.RULES,
    *names.RULES,
    *enums.RULES,
    *defaults.RULES,
    *properties.RULES,
    *keys.RULES,
)
