"""Random edits of a schema document, of the kind that people and generators make."""

from __future__ import annotations

import copy
from collections.abc import Iterator

from tests.schema.dice import Dice, chance, pick
from tests.schema.model import Doc

__all__ = ["mutate"]

_VALUES: tuple[Doc, ...] = (
    None, True, False, 0, 1, -1, 7, 2**31, 2**63, 1.0, 1.5, "", "a", "int", "null", "string", "bytes", "R", "n.R", ".R",
    "n..R", "9a", "a-b", "é", "A\n", "record", "enum", "union", "array", [], {}, [[]], ["null"], ["null", "int"], ["A"],
    ["int", "int"], {"type": "int"}, {"type": {"type": "int"}}, {"a": 1}, "\u0100", "ascending", "Descending",
)  # fmt: skip
_KEYS = (
    "type", "name", "namespace", "doc", "aliases", "fields", "symbols", "default", "size", "items", "values", "order",
    "logicalType", "precision", "scale", "x-extra",
)  # fmt: skip


def mutate(document: Doc, dice: Dice) -> Doc:
    """A changed copy."""
    found = copy.deepcopy(document)
    for _ in range(1 + dice.below(2)):
        places = [*_places(found)]
        if not places:
            return pick(dice, _VALUES)
        holder, key = pick(dice, places)
        _edit(holder, key, dice)
    return found


def _places(document: Doc) -> Iterator[tuple[list[Doc] | dict[str, Doc], int | str]]:
    if isinstance(document, dict):
        for key, value in document.items():
            yield document, key
            yield from _places(value)
    elif isinstance(document, list):
        for index, value in enumerate(document):
            yield document, index
            yield from _places(value)


def _edit(holder: list[Doc] | dict[str, Doc], key: int | str, dice: Dice) -> None:
    value = copy.deepcopy(pick(dice, _VALUES))
    roll = dice.below(10)
    if isinstance(holder, dict):
        assert isinstance(key, str)
        if roll < 5:
            holder[key] = value
        elif roll < 7:
            del holder[key]
        else:
            holder[pick(dice, _KEYS)] = value if chance(dice, 60) else copy.deepcopy(holder[key])
        return
    assert isinstance(key, int)
    if roll < 4:
        holder[key] = value
    elif roll < 6:
        del holder[key]
    elif roll < 8:
        holder.insert(key, copy.deepcopy(holder[key]))
    else:
        holder.reverse()
