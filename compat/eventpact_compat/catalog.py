"""Every rule there is, by id. What `eventpact rule`, the docs and the case folders are checked against."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from eventpact_compat import gate, golden, history, reuse, semantic, structural, topics, waivers
from eventpact_compat.finding import Rule
from eventpact_compat.lint import RULES as LINT_RULES

__all__ = ["GATE_RULES", "GROUPS", "PAIR_RULES", "every_rule"]

PAIR_RULES: Final[tuple[Rule, ...]] = (
    *structural.RULES,
    *(row.rule for row in semantic.RULES),
    *reuse.RULES,
    *(row.rule for row in topics.RULES),
)
"""The rules that compare versions. Each has a folder of cases."""

GATE_RULES: Final[tuple[Rule, ...]] = (*history.RULES, *golden.RULES, *gate.RULES, *waivers.RULES)
"""The rules about what lies next to the schemas."""

GROUPS: Final[Mapping[str, tuple[Rule, ...]]] = {
    "Structure": structural.RULES,
    "Meaning": (*(row.rule for row in semantic.RULES), *reuse.RULES),
    "Topic": tuple(row.rule for row in topics.RULES),
    "Released versions and generated code": GATE_RULES,
}


def every_rule() -> tuple[Rule, ...]:
    """The rules of the gate, then those of lint."""
    return (*PAIR_RULES, *GATE_RULES, *(row.row for row in LINT_RULES))
