"""Data of a schema as fastavro takes it, with the branch of every union named."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from eventpact.schema import Schema
from eventpact.schema.tree import Array, EnumType, Fixed, Kind, Map, Named, Primitive, Record, Ref, Type, Union
from tests.schema.dice import Dice, chance, pick

__all__ = ["datum"]

_DEEP = 6
_VALUES: Mapping[Kind, tuple[Any, ...]] = {
    Kind.NULL: (None,),
    Kind.BOOLEAN: (False, True),
    Kind.INT: (0, -1, 2**31 - 1, -(2**31)),
    Kind.LONG: (0, 1, 2**40, -(2**63)),
    Kind.FLOAT: (0.0, 1.5),
    Kind.DOUBLE: (0.0, -2.25),
    Kind.BYTES: (b"", b"ab"),
    Kind.STRING: ("", "é"),
}


def datum(schema: Schema, dice: Dice) -> Any | None:
    """A value; `RecursionError` when the schema leads on and on."""
    return _value(schema.root, schema.names, dice, 0)


def _value(type_: Type, names: Mapping[str, Named], dice: Dice, depth: int) -> Any:
    if depth > 40:
        raise RecursionError
    match type_:
        case Primitive():
            return pick(dice, _VALUES[type_.kind])
        case Array():
            return [_value(type_.items, names, dice, depth + 1) for _ in range(_size(dice, depth))]
        case Map():
            return {f"k{i}": _value(type_.values, names, dice, depth + 1) for i in range(_size(dice, depth))}
        case Union():
            return _branch(type_, names, dice, depth)
        case Ref():
            named = names[type_.name]
            match named:
                case EnumType():
                    return pick(dice, named.symbols)
                case Fixed():
                    return b"\xff" * named.size
                case Record():
                    return {field.name: _value(field.type, names, dice, depth + 1) for field in named.fields}


def _size(dice: Dice, depth: int) -> int:
    return 0 if depth > _DEEP else dice.below(3)


def _branch(union: Union, names: Mapping[str, Named], dice: Dice, depth: int) -> Any:
    branches = union.branches
    if depth > _DEEP:
        # Towards the end: what holds no record.
        branches = (
            tuple(b for b in branches if not (isinstance(b, Ref) and isinstance(names[b.name], Record))) or branches
        )
    branch = branches[0] if chance(dice, 10) else pick(dice, branches)
    value = _value(branch, names, dice, depth + 1)
    match branch:
        case Primitive():
            return value if branch.kind is Kind.NULL else (branch.kind.value, value)
        case Array():
            return ("array", value)
        case Map():
            return ("map", value)
        case Ref():
            return (branch.name, value)
        case Union():
            raise AssertionError(union)
