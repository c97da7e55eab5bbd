"""Constraint properties: which edits make fewer values legal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal, TypeAlias

from eventpact.schema.tree import Json, Props

__all__ = ["CONSTRAINTS", "Edit", "edits"]

Edit: TypeAlias = Literal["tightened", "loosened"]

_LOWER: Final = frozenset({"minLength", "minimum", "exclusiveMinimum", "minItems", "minProperties"})
_UPPER: Final = frozenset({"maxLength", "maximum", "exclusiveMaximum", "maxItems", "maxProperties"})
# More words of the same kinds, as other tools spell them.
_SPELLINGS: Final[Mapping[str, str]] = {
    "min": "minimum",
    "max": "maximum",
    "regex": "pattern",
    "min_length": "minLength",
    "max_length": "maxLength",
}
_EXACT: Final = frozenset({"pattern", "format", "multipleOf", "uniqueItems", "const"})
_LISTS: Final = frozenset({"allowed", "allowedValues", "allowed_values", "oneOf", "enum", "values"})

CONSTRAINTS: Final = frozenset((*_LOWER, *_UPPER, *_SPELLINGS, *_EXACT, *_LISTS))


def edits(old: Props, new: Props) -> dict[str, Edit]:
    """Property -> what was done to the constraint. What cannot be decided (two patterns) counts as tightened."""
    found: dict[str, Edit] = {}
    for key in dict.fromkeys((*old, *new)):
        if key in CONSTRAINTS and old.get(key) != new.get(key):
            found[key] = _edit(_SPELLINGS.get(key, key), old.get(key), new.get(key))
    return found


def _edit(key: str, old: Json, new: Json) -> Edit:
    if old is None:
        return "tightened"
    if new is None:
        return "loosened"
    if key in _LOWER or key in _UPPER:
        if not _is_number(old) or not _is_number(new):
            return "tightened"
        raised = float(str(new)) > float(str(old))
        return "tightened" if raised is (key in _LOWER) else "loosened"
    if key in _LISTS and isinstance(old, list) and isinstance(new, list):
        return "loosened" if all(value in new for value in old) else "tightened"
    return "tightened"


def _is_number(value: Json) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
