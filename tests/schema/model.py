"""A schema as the generators see it: named types in a table, uses by number. `render` makes JSON of it."""

from __future__ import annotations

import copy
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

__all__ = ["Doc", "FieldModel", "Model", "NamedModel", "Shape", "branches", "inner", "key_of", "number_of"]

Doc: TypeAlias = "str | int | float | bool | list[Doc] | dict[str, Doc] | None"

Shape: TypeAlias = tuple[object, ...]
"""("prim", kind, annotations), ("array", shape), ("map", shape), ("union", shapes), ("named", number)."""


@dataclass
class FieldModel:
    name: str
    shape: Shape
    default: bool = False
    aliases: list[str] = field(default_factory=list[str])


@dataclass
class NamedModel:
    sort: Literal["record", "error", "enum", "fixed"]
    name: str
    fields: list[FieldModel] = field(default_factory=list[FieldModel])
    symbols: list[str] = field(default_factory=list[str])
    symbol: str | None = None
    size: int = 0
    logical: dict[str, Doc] = field(default_factory=dict[str, Doc])
    aliases: list[str] = field(default_factory=list[str])


@dataclass
class Model:
    root: Shape
    named: dict[int, NamedModel]
    spaces: tuple[str, ...] = ()

    def copy(self) -> Model:
        return Model(self.root, copy.deepcopy(self.named), self.spaces)


def key_of(shape: Shape, model: Model) -> str:
    """What must differ between the branches of a union."""
    if shape[0] == "named":
        return ":" + model.named[number_of(shape)].name
    return str(shape[1]) if shape[0] == "prim" else str(shape[0])


def number_of(shape: Shape) -> int:
    number = shape[1]
    assert isinstance(number, int)
    return number


def inner(shape: Shape) -> Shape:
    below = shape[1]
    assert isinstance(below, tuple)
    return below


def branches(shape: Shape) -> tuple[Shape, ...]:
    return inner(shape)  # type: ignore[return-value]
