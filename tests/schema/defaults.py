"""Default values (JSON) and data (as fastavro takes it) for a shape."""

from __future__ import annotations

from tests.schema.dice import Dice, chance, pick
from tests.schema.model import Doc, Model, Shape, branches, inner, number_of

__all__ = ["NoValueError", "default_for"]

_DEEP = 3

NUMBERS: dict[str, tuple[int, ...]] = {
    "int": (0, 1, -1, 2**31 - 1, -(2**31)),
    "long": (0, 1, -1, 2**31, 2**63 - 1, -(2**63)),
}
FRACTIONS = (0.0, 1.5, -2.25, 5)
TEXTS = ("", "a", "Ab 1", "ÿ", "\x00\x7f", 'quote " \\')


class NoValueError(Exception):
    """A shape without a value small enough."""


def default_for(shape: Shape, model: Model, dice: Dice, depth: int = 0) -> Doc:
    """A default that fits, spelled out in full; a union's fits its first branch, or sometimes another one."""
    match shape[0]:
        case "prim":
            return _primitive(str(shape[1]), dice)
        case "array":
            size = 0 if depth >= _DEEP else dice.below(3)
            return [default_for(inner(shape), model, dice, depth + 1) for _ in range(size)]
        case "map":
            size = 0 if depth >= _DEEP else dice.below(3)
            return {f"k{i}": default_for(inner(shape), model, dice, depth + 1) for i in range(size)}
        case "union":
            if not branches(shape):
                raise NoValueError
            # An object that is meant for one of several such branches may fit an earlier one: keep to the first.
            objects = sum(branch[0] in {"map", "named"} for branch in branches(shape))
            branch = branches(shape)[0] if objects > 1 or chance(dice, 90) else pick(dice, branches(shape))
            return default_for(branch, model, dice, depth)
        case _:
            named = model.named[number_of(shape)]
            match named.sort:
                case "enum":
                    if not named.symbols:
                        raise NoValueError
                    return pick(dice, named.symbols)
                case "fixed":
                    if named.size > 100:
                        raise NoValueError
                    return "".join(pick(dice, "ab\x00ÿ") for _ in range(named.size))
                case _:
                    if depth > _DEEP:
                        raise NoValueError
                    return {field.name: default_for(field.shape, model, dice, depth + 1) for field in named.fields}


def _primitive(kind: str, dice: Dice) -> Doc:
    match kind:
        case "null":
            return None
        case "boolean":
            return chance(dice, 50)
        case "int" | "long":
            return pick(dice, NUMBERS[kind])
        case "float" | "double":
            return pick(dice, FRACTIONS)
        case _:
            return pick(dice, TEXTS)
