"""Valid schemas, drawn piece by piece."""

from __future__ import annotations

from tests.schema.dice import Dice, chance, pick
from tests.schema.model import FieldModel, Model, NamedModel, Shape, key_of

__all__ = ["Grower", "grow"]

PLAIN = ("string", "int", "long", "boolean", "null", "bytes", "float", "double")
LOGICAL: tuple[tuple[str, dict[str, str | int]], ...] = (
    ("long", {"logicalType": "timestamp-millis"}),
    ("long", {"logicalType": "timestamp-micros"}),
    ("long", {"logicalType": "local-timestamp-millis"}),
    ("long", {"logicalType": "time-micros"}),
    ("int", {"logicalType": "date"}),
    ("int", {"logicalType": "time-millis"}),
    ("string", {"logicalType": "uuid"}),
    ("bytes", {"logicalType": "decimal", "precision": 9, "scale": 2}),
    ("string", {"x-unit": "euro"}),
)
FIELDS = ("a", "b", "c", "d", "e", "f_1", "G", "_h", "id", "value")
TYPES = ("R", "S", "T", "U", "Item", "_N1")
SPACES = (("n", "n.m", "other"), ("",))
"""One schema draws from one row: inside a namespace no legal name leads to a type of the null one."""
SYMBOLS = ("A", "B", "C", "D", "UNKNOWN", "_e")


class Grower:
    """Grows shapes into ``model``. ``size`` bounds the named types."""

    def __init__(self, model: Model, dice: Dice, size: int = 6) -> None:
        self.model = model
        self.dice = dice
        self.size = size
        self.open: list[int] = []

    def shape(self, depth: int = 0, *, ends: bool = False) -> Shape:
        """``ends``: a value may be absent here (in an array, a map, or beside null), so an open record may recur."""
        roll = self.dice.below(100)
        if roll < 45 or depth > 4:
            return self.primitive()
        if roll < 54:
            return ("array", self.shape(depth + 1, ends=True))
        if roll < 60:
            return ("map", self.shape(depth + 1, ends=True))
        if roll < 75:
            return self.union(depth)
        if roll < 83 and (used := self.used(ends=ends)) is not None:
            return used
        return self.named(depth) if len(self.model.named) < self.size else self.primitive()

    def primitive(self) -> Shape:
        if chance(self.dice, 15):
            kind, annotations = pick(self.dice, LOGICAL)
            return ("prim", kind, tuple(annotations.items()))
        return ("prim", pick(self.dice, PLAIN), ())

    def union(self, depth: int) -> Shape:
        found: dict[str, Shape] = {}
        if chance(self.dice, 60):
            found["null"] = ("prim", "null", ())
        for _ in range(1 + self.dice.below(3)):
            branch = self.shape(depth + 1, ends="null" in found)
            if branch[0] != "union":
                found.setdefault(key_of(branch, self.model), branch)
        shapes = [*found.values()]
        if chance(self.dice, 20):
            shapes.reverse()
        return ("union", tuple(shapes)) if shapes else self.primitive()

    def used(self, *, ends: bool) -> Shape | None:
        options = [number for number in self.model.named if ends or number not in self.open]
        return ("named", pick(self.dice, options)) if options else None

    def named(self, depth: int) -> Shape:
        number = max(self.model.named, default=0) + 1
        named = NamedModel(
            pick(self.dice, ("record", "record", "record", "enum", "enum", "fixed", "error")), self.name()
        )
        self.model.named[number] = named
        match named.sort:
            case "enum":
                named.symbols = [s for s in SYMBOLS if chance(self.dice, 60)] or ["A"]
                named.symbol = pick(self.dice, named.symbols) if chance(self.dice, 40) else None
            case "fixed":
                named.size = pick(self.dice, (4, 1, 12, 16))
                if named.size == 16 and chance(self.dice, 50):
                    named.logical = {"logicalType": "decimal", "precision": 20, "scale": 3}
            case _:
                self.open.append(number)
                for name in FIELDS[: self.dice.below(6)]:
                    named.fields.append(self.field(name, depth + 1))
                self.open.pop()
        return ("named", number)

    def field(self, name: str, depth: int) -> FieldModel:
        return FieldModel(name, self.shape(depth), chance(self.dice, 45))

    def name(self) -> str:
        taken = {named.name for named in self.model.named.values()}
        if not self.model.spaces:
            self.model.spaces = SPACES[chance(self.dice, 40)]
        space = pick(self.dice, self.model.spaces)
        for simple in (pick(self.dice, TYPES), *(f"Type{i}" for i in range(100))):
            name = f"{space}.{simple}" if space else simple
            if name not in taken:
                return name
        raise AssertionError("more than a hundred types")


def grow(dice: Dice) -> Model:
    """A valid schema; mostly a record at the root."""
    model = Model(("prim", "null", ()), {})
    grower = Grower(model, dice)
    if chance(dice, 15):
        model.root = grower.shape()
        return model
    number = 1
    record = NamedModel("record", grower.name())
    model.named[number] = record
    grower.open.append(number)
    for name in FIELDS[: 1 + dice.below(len(FIELDS))]:
        record.fields.append(grower.field(name, 1))
    model.root = ("named", number)
    return model
