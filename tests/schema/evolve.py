"""A new version of a schema: most of it stays, and each kind of change happens. Some changes break readers."""

from __future__ import annotations

from tests.schema.dice import Dice, chance, pick
from tests.schema.grow import FIELDS, PLAIN, SYMBOLS, Grower
from tests.schema.model import FieldModel, Model, NamedModel, Shape, branches, inner, key_of

__all__ = ["evolve"]

PROMOTED = {"int": ("long", "float", "double"), "long": ("float", "double"), "float": ("double",),
            "string": ("bytes",), "bytes": ("string",)}  # fmt: skip


def evolve(old: Model, dice: Dice) -> Model:
    """``old`` is left as it is. ``percent`` of the places change; it is itself drawn, so quiet pairs exist."""
    return _Evolution(old.copy(), dice, pick(dice, (4, 12, 30))).run()


class _Evolution:
    def __init__(self, model: Model, dice: Dice, percent: int) -> None:
        self.model = model
        self.dice = dice
        self.percent = percent

    def happens(self, percent: int = 100) -> bool:
        return chance(self.dice, self.percent) and chance(self.dice, percent)

    def run(self) -> Model:
        for named in list(self.model.named.values()):
            self.named(named)
        self.model.root = self.shape(self.model.root)
        self.repair()
        return self.model

    def named(self, named: NamedModel) -> None:
        if self.happens(40):
            self.rename(named)
        match named.sort:
            case "enum":
                self.enum(named)
            case "fixed":
                if self.happens(30):
                    named.size = pick(self.dice, (4, 8, 12))
                    named.logical = {}
            case _:
                self.record(named)

    def rename(self, named: NamedModel) -> None:
        old = named.name
        space, _, simple = old.rpartition(".")
        if chance(self.dice, 60) or not space:
            named.name = Grower(self.model, self.dice).name()
        else:
            taken = {other.name for other in self.model.named.values()}
            moved = f"moved.{simple}"
            named.name = old if moved in taken else moved
        if named.name == old:
            return
        if chance(self.dice, 60):
            alias = simple if named.name.rpartition(".")[0] == space and chance(self.dice, 50) else old
            named.aliases = [*named.aliases, alias]

    def enum(self, named: NamedModel) -> None:
        kept = [symbol for symbol in named.symbols if not self.happens(50)]
        kept += [symbol for symbol in SYMBOLS if symbol not in named.symbols and self.happens(30)]
        if self.happens(30):
            kept.reverse()
        named.symbols = kept or ["A"]
        if self.happens(30):
            named.symbol = pick(self.dice, named.symbols)
        if named.symbol not in named.symbols or self.happens(20):
            named.symbol = None

    def record(self, named: NamedModel) -> None:
        kept = [field for field in named.fields if not self.happens(40)]
        for field in kept:
            self.field(field, kept)
        if self.happens(60):
            free = [name for name in FIELDS if all(name != field.name for field in kept)]
            if free:
                added = FieldModel(pick(self.dice, free), self.fresh(), chance(self.dice, 70))
                kept.insert(self.dice.below(len(kept) + 1), added)
        if len(kept) > 1 and self.happens(50):
            field = kept.pop(self.dice.below(len(kept)))
            kept.insert(self.dice.below(len(kept) + 1), field)
        named.fields = kept

    def field(self, field: FieldModel, fields: list[FieldModel]) -> None:
        field.shape = self.shape(field.shape)
        if self.happens(20):
            field.default = not field.default
        if self.happens(30):
            taken = {other.name for other in fields}
            name = pick(self.dice, ("renamed", *FIELDS))
            if name not in taken:
                if chance(self.dice, 75):
                    field.aliases = [*field.aliases, field.name]
                field.name = name
        if self.happens(6):
            field.aliases = [*field.aliases, pick(self.dice, FIELDS)]

    def shape(self, shape: Shape) -> Shape:
        match shape[0]:
            case "prim":
                kind = str(shape[1])
                if kind in PROMOTED and self.happens(50):
                    return ("prim", pick(self.dice, PROMOTED[kind]), ())
                if self.happens(15):
                    return ("prim", pick(self.dice, PLAIN), ())
                return self.wrapped(shape)
            case "array" | "map":
                if self.happens(8):
                    return ("map" if shape[0] == "array" else "array", inner(shape))
                return self.wrapped((shape[0], self.shape(inner(shape))))
            case "union":
                return self.union(shape)
            case _:
                if self.happens(8):
                    return self.fresh()
                return self.wrapped(shape)

    def wrapped(self, shape: Shape) -> Shape:
        if shape[:2] != ("prim", "null") and self.happens(25):
            null: Shape = ("prim", "null", ())
            return ("union", (null, shape) if chance(self.dice, 50) else (shape, null))
        return shape

    def union(self, shape: Shape) -> Shape:
        found = [branch for branch in branches(shape) if not self.happens(30)]
        found = [changed for branch in found if (changed := self.shape(branch))[0] != "union"]
        if self.happens(40):
            added = self.fresh()
            if added[0] != "union":
                found.insert(self.dice.below(len(found) + 1), added)
        if len(found) > 1 and self.happens(30):
            found.reverse()
        if len(found) == 1 and self.happens(20):
            return found[0]
        return ("union", tuple(found)) if found else ("prim", "string", ())

    def fresh(self) -> Shape:
        return Grower(self.model, self.dice, size=8).shape(3)

    def repair(self) -> None:
        """Renaming and changing may have made branches alike: keep the first."""
        self.model.root = self.distinct(self.model.root)
        for named in self.model.named.values():
            for field in named.fields:
                field.shape = self.distinct(field.shape)

    def distinct(self, shape: Shape) -> Shape:
        match shape[0]:
            case "array" | "map":
                return (shape[0], self.distinct(inner(shape)))
            case "union":
                found: dict[str, Shape] = {}
                for branch in branches(shape):
                    found.setdefault(key_of(branch, self.model), self.distinct(branch))
                return ("union", tuple(found.values()))
            case _:
                return shape
