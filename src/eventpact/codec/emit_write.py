"""Writes the encoder of one event class: straight code for the event, small functions where a record recurs.

Each shape of the schema has one emitter. It adds the checks as lines and returns *pieces*: the insides of an f-string
whose text is the value on the wire, one character per byte (see `wire`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final, assert_never

from eventpact.codec import wire
from eventpact.codec.emit_write_leaf import refuse_if, write_leaf, write_length, write_text
from eventpact.codec.limits import MAX_DEPTH, MAX_EMPTY_ITEMS
from eventpact.codec.model import Model
from eventpact.codec.pieces import joined, literal
from eventpact.codec.source import Source
from eventpact.schema.tree import Array, EnumType, Field, Fixed, Map, Primitive, Record, Ref, Type, Union

__all__ = ["emit_encoder"]

# Python allows 20 nested loops and 100 levels of indentation in one function; deeper parts become functions.
_DEEPEST: Final = 6
# Pieces of one f-string: each is a value on the interpreter's stack.
_WIDEST: Final = 200


def as_dict(value: object) -> dict[Any, Any]:
    """A copy of a mapping of any kind, which might change its mind between ``len`` and ``items``."""
    if not isinstance(value, Mapping):
        raise wire.Refused
    return dict(value)


def emit_encoder(model: Model) -> Source:
    """The source of ``encode(event) -> bytes``.

    The caller binds ``PREFIX`` (text), ``explain`` (event -> error) and ``encode_long``: the same code with `AllHeads`
    in place of `HEADS`, for the rare event with a text or a container too long for that table.
    """
    root = model.schema.root
    src = Source(f"encode {model.schema.name}")
    src.bound["PREFIX"] = src.bound["explain"] = src.bound["encode_long"] = None
    src.bind("HEADS", wire.HEADS)
    emitter = _Emitter(model, src)
    with src.block("def encode(event)"):
        with src.block("try"):
            if model.survey.recursive:
                src.line("depth = 0")
            if model.survey.hollow:
                src.line("empty = [0]")
            pieces = emitter.value(root, _Spot("event", Field("$", root), False, 1))
            src.line(f'return {joined(["{PREFIX}", *pieces])}.encode("latin1")')
        # Errors are made outside of these blocks: they must not carry the first one, which may hold values.
        with src.block("except IndexError"):
            src.line("long = True")
        with src.block("except Exception"):
            src.line("long = False")
        with src.block("if long"):
            src.line("return encode_long(event)")
        src.line("raise explain(event)")
    emitter.rest()
    return src


@dataclass(frozen=True, slots=True)
class _Spot:
    """``var`` holds the value, which belongs to ``field`` (``direct``: is its own value); ``level`` counts blocks.

    ``lead`` is the piece of the union's branch, which the value of that branch takes in front of its own.
    """

    var: str
    field: Field
    direct: bool
    level: int
    lead: str = ""


class _Emitter:
    def __init__(self, model: Model, src: Source) -> None:
        self._model = model
        self._src = src
        self._tables: dict[str, str] = {}
        self._functions: dict[str, str] = {}
        self._waiting: list[tuple[str, Type, _Spot]] = []
        self._scope = (", depth" if model.survey.recursive else "") + (", empty" if model.survey.hollow else "")

    def value(self, type_: Type, spot: _Spot) -> list[str]:
        """Emit the checks of ``spot.var`` and give its pieces."""
        match type_:
            case Primitive():
                return write_leaf(self._src, type_, spot.var, self._model, spot.field, spot.direct)
            case Array() | Map() | Union():
                if spot.level > _DEEPEST:
                    return [self._call(self._later(type_, spot), spot.var)]
                return self._container(type_, spot)
            case Ref(name):
                named = self._model.names[name]
                match named:
                    case Record():
                        return self._record(type_, named, spot)
                    case EnumType():
                        return self._enum(name, spot)
                    case Fixed():
                        return write_leaf(self._src, named, spot.var, self._model, spot.field, spot.direct)
                    case _:
                        assert_never(named)
            case _:
                assert_never(type_)

    def rest(self) -> None:
        """Emit the functions that were called so far, and those that they call."""
        while self._waiting:
            name, type_, spot = self._waiting.pop()
            self._src.line("")
            self._src.line("")
            with self._src.block(f"def {name}(value{self._scope})"):
                inner = replace(spot, var="value", level=0)
                named = self._model.names[type_.name] if isinstance(type_, Ref) else None
                if isinstance(named, Record):
                    if named.name in self._model.survey.recursive:
                        self._deeper()
                    pieces = self._fields(named, inner)
                else:
                    pieces = self.value(type_, inner)
                self._src.line(f"return {joined(pieces)}")

    def _later(self, type_: Type, spot: _Spot) -> str:
        name = self._src.fresh("write")
        self._waiting.append((name, type_, spot))
        return name

    def _call(self, function: str, var: str) -> str:
        return f"{{{function}({var}{self._scope})}}"

    def _deeper(self) -> None:
        self._src.line("depth += 1")
        refuse_if(self._src, f"depth > {MAX_DEPTH}")

    def _container(self, type_: Array | Map | Union, spot: _Spot) -> list[str]:
        match type_:
            case Array():
                return self._array(type_, spot)
            case Map():
                return self._map(type_, spot)
            case Union():
                return self._union(type_, spot)
            case _:
                assert_never(type_)

    def _record(self, ref: Ref, record: Record, spot: _Spot) -> list[str]:
        recursive = record.name in self._model.survey.recursive
        if spot.var == "event" and recursive:
            self._deeper()
        once = self._model.survey.uses[record.name] <= 1 and not recursive
        if spot.var == "event" or (once and spot.level <= _DEEPEST):
            return self._fields(record, spot)
        name = self._functions.get(record.name)
        if name is None:
            name = self._functions[record.name] = self._later(ref, spot)
        return [self._call(name, spot.var)]

    def _fields(self, record: Record, spot: _Spot) -> list[str]:
        src = self._src
        cls = self._model.classes.records[record.name]
        refuse_if(src, f"type({spot.var}) is not {src.bind_class(cls.python)}")
        pieces: list[str] = []
        for field, attribute in zip(record.fields, cls.attributes, strict=True):
            var = src.fresh("v")
            src.describe(field)
            src.line(f"{var} = {spot.var}.{attribute}")
            pieces += self.value(field.type, _Spot(var, field, True, spot.level))
            if len(pieces) > _WIDEST:
                pieces = self._kept(pieces)
        return pieces

    def _kept(self, pieces: list[str]) -> list[str]:
        kept = self._src.fresh("out")
        self._src.line(f"{kept} = {joined(pieces)}")
        return [f"{{{kept}}}"]

    def _enum(self, name: str, spot: _Spot) -> list[str]:
        src = self._src
        enum = self._model.classes.enums[name]
        if name not in self._tables:
            self._tables[name] = src.bind(
                "symbols", {member: wire.write_head(index) for index, member in enumerate(enum.members)}
            )
        refuse_if(src, f"type({spot.var}) is not {src.bind_class(enum.python)}")
        return [f"{{{self._tables[name]}[{spot.var}]}}"]

    def _array(self, type_: Array, spot: _Spot) -> list[str]:
        src, one = self._src, self._src.fresh("item")
        refuse_if(src, f"type({spot.var}) is not tuple")
        if self._model.survey.takes_no_bytes(type_.items):
            src.line(f"empty[0] += len({spot.var})")
            refuse_if(src, f"empty[0] > {MAX_EMPTY_ITEMS}")
        inner = replace(spot, var=one, direct=False, level=spot.level + 2, lead="")
        return self._blocks(spot, f"for {one} in {spot.var}", lambda: self.value(type_.items, inner))

    def _map(self, type_: Map, spot: _Spot) -> list[str]:
        src, key, one = self._src, self._src.fresh("key"), self._src.fresh("item")
        with src.block(f"if type({spot.var}) is not dict"):
            src.line(f"{spot.var} = {src.bind('as_dict', as_dict)}({spot.var})")
        inner = replace(spot, var=one, direct=False, level=spot.level + 2, lead="")

        def entry() -> list[str]:
            refuse_if(src, f"type({key}) is not str")
            return write_text(src, key) + self.value(type_.values, inner)

        return self._blocks(spot, f"for {key}, {one} in {spot.var}.items()", entry)

    def _blocks(self, spot: _Spot, loop: str, body: Callable[[], list[str]]) -> list[str]:
        """One block with all items, then the empty block that ends arrays and maps."""
        src, out = self._src, self._src.fresh("out")
        with src.block(f"if {spot.var}"):
            src.line(f"{out} = {joined([spot.lead, *write_length(src, spot.var)])}")
            with src.block(loop):
                src.line(f"{out} += {joined(body())}")
            src.line(f"{out} += {joined([literal(0)])}")
        with src.block("else"):
            src.line(f"{out} = {joined([spot.lead, literal(0)])}")
        return [f"{{{out}}}"]

    def _union(self, type_: Union, spot: _Spot) -> list[str]:
        src, out = self._src, self._src.fresh("out")
        branches = self._model.branches(type_)
        word = "if"
        if type(None) in branches:
            with src.block(f"if {spot.var} is None"):
                src.line(f"{out} = {joined([literal(branches.pop(type(None)))])}")
            word = "elif"
        if len(branches) == 1 and len(type_.branches) == 2:
            # The one branch that is left checks the class itself.
            ((_, index),) = branches.items()
            with src.block("else"):
                self._branch(type_, index, out, spot)
            return [f"{{{out}}}"]
        for cls, index in branches.items():
            test = f"type({spot.var}) is {src.bind_class(cls)}"
            if cls is dict:
                test = f"isinstance({spot.var}, {src.bind('Mapping', Mapping)})"
            with src.block(f"{word} {test}"):
                self._branch(type_, index, out, spot)
            word = "elif"
        with src.block("else" if word == "elif" else "if True"):
            src.line(f"raise {src.bind('Refused', wire.Refused)}")
        return [f"{{{out}}}"]

    def _branch(self, type_: Union, index: int, out: str, spot: _Spot) -> None:
        """``out = ...`` for a value of one branch."""
        branch, lead = type_.branches[index], literal(index)
        level = spot.level + 1
        if isinstance(branch, Array | Map) and level <= _DEEPEST:
            pieces = self._container(branch, replace(spot, level=level, lead=lead))
        else:
            pieces = [lead, *self.value(branch, replace(spot, level=level, lead=""))]
        self._src.line(f"{out} = {joined(pieces)}")
