"""Writes the decoder for one pair of schemas: carries out the steps of a plan as straight code.

Each kind of step has one emitter; it adds the lines that read the value into a variable. Records that are read at one
place only are read inline; the others, and recursive ones, are functions.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final, assert_never

from eventpact.codec.defaults import default_of
from eventpact.codec.emit_read_leaf import read_leaf
from eventpact.codec.emit_read_wire import break_if, read_blocks, read_branch, read_index, read_sized
from eventpact.codec.emit_skip import SkipEmitter
from eventpact.codec.limits import MAX_DEPTH
from eventpact.codec.reading import Reading
from eventpact.codec.source import Source
from eventpact.schema.plan import (
    FromUnion,
    IntoUnion,
    Pair,
    ReadArray,
    ReadEnum,
    ReadFixed,
    ReadMap,
    ReadPrimitive,
    ReadRecord,
    RecordPlan,
    Step,
    Stuck,
    Take,
)
from eventpact.schema.tree import Field

__all__ = ["emit_decoder"]

# Python allows 20 nested loops and 100 levels of indentation in one function; deeper parts become functions.
_DEEPEST: Final = 6


def emit_decoder(reading: Reading) -> Source:
    """The source of ``decode(data) -> event``. The caller binds ``explain`` (data -> error)."""
    src = Source(f"decode {reading.model.schema.name}")
    src.bound["explain"] = None
    emitter = _Emitter(reading, src)
    with src.block("def decode(data)"):
        with src.block("try"):
            break_if(src, "type(data) is not bytes")
            src.line("pos = 0")
            if reading.writer_survey.recursive:
                src.line("depth = 0")
            if reading.writer_survey.hollow:
                src.line("empty = [0]")
            root = Field("$", reading.model.schema.root)
            emitter.read(reading.plan.root, _Spot("event", root, False, 1, root=True))
            break_if(src, "pos != len(data)")
            src.line("return event")
        with src.block("except Exception"):
            # The error is made outside of this block: it must not carry the first one, which may hold values.
            src.line("pass")
        src.line("raise explain(data)")
    emitter.rest()
    return src


@dataclass(frozen=True, slots=True)
class _Spot:
    """The value goes into ``var``; it belongs to ``field`` (``direct``: is its own value)."""

    var: str
    field: Field
    direct: bool
    level: int
    root: bool = False


class _Emitter:
    def __init__(self, reading: Reading, src: Source) -> None:
        self._reading = reading
        self._src = src
        survey = reading.writer_survey
        self._scope = (", depth" if survey.recursive else "") + (", empty" if survey.hollow else "")
        self._skips = SkipEmitter(src, reading.writer, survey, self._scope, _DEEPEST)
        self._uses = _uses(reading)
        self._functions: dict[Pair, str] = {}
        self._tables: dict[tuple[str, tuple[str, ...]], str] = {}
        self._waiting: list[tuple[str, Step, _Spot]] = []

    def read(self, step: Step, spot: _Spot) -> None:
        """Emit the lines that read the next value into ``spot.var``."""
        match step:
            case ReadPrimitive() | ReadFixed():
                read_leaf(self._src, step, spot.var, self._reading, spot.field, spot.direct)
            case ReadEnum():
                self._enum(step, spot)
            case ReadArray() | ReadMap() | FromUnion():
                if spot.level > _DEEPEST:
                    self._call(self._later(step, spot), spot)
                else:
                    self._container(step, spot)
            case IntoUnion(step=inner):
                self.read(inner, spot)
            case ReadRecord(pair):
                self._record(step, self._reading.plan.records[pair], spot)
            case Stuck():
                break_if(self._src, "True")
            case _:
                assert_never(step)

    def rest(self) -> None:
        """Emit the functions that were called so far, and those that they call."""
        src = self._src
        while self._waiting:
            name, step, spot = self._waiting.pop()
            src.line("")
            src.line("")
            with src.block(f"def {name}(data, pos{self._scope})"):
                inner = replace(spot, var=src.fresh("v"), level=0, root=False)
                if isinstance(step, ReadRecord):
                    self._fields(self._reading.plan.records[step.pair], inner)
                else:
                    self.read(step, inner)
                src.line(f"return {inner.var}, pos")
        self._skips.rest()

    def _later(self, step: Step, spot: _Spot) -> str:
        name = self._src.fresh("read")
        self._waiting.append((name, step, spot))
        return name

    def _call(self, function: str, spot: _Spot) -> None:
        self._src.line(f"{spot.var}, pos = {function}(data, pos{self._scope})")

    def _container(self, step: ReadArray | ReadMap | FromUnion, spot: _Spot) -> None:
        match step:
            case ReadArray():
                self._array(step, spot)
            case ReadMap():
                self._map(step, spot)
            case FromUnion():
                self._union(step, spot)
            case _:
                assert_never(step)

    def _enum(self, step: ReadEnum, spot: _Spot) -> None:
        key = (step.reader.name, step.symbols)
        if key not in self._tables:
            enum = self._reading.model.classes.enums[step.reader.name]
            self._tables[key] = self._src.bind("symbols", tuple(enum.member(symbol) for symbol in step.symbols))
        read_index(self._src)
        self._src.line(f"{spot.var} = {self._tables[key]}[n]")

    def _array(self, step: ReadArray, spot: _Spot) -> None:
        src, out, one = self._src, self._src.fresh("items"), self._src.fresh("item")
        src.line(f"{out} = []")
        with src.block("while True"):
            read_blocks(src, self._reading.step_takes_no_bytes(step.items))
            with src.block(f"for {src.fresh('_i')} in range(n)"):
                self.read(step.items, replace(spot, var=one, direct=False, level=spot.level + 2, root=False))
                src.line(f"{out}.append({one})")
        src.line(f"{spot.var} = tuple({out})")

    def _map(self, step: ReadMap, spot: _Spot) -> None:
        src, out = self._src, self._src.fresh("entries")
        key, one, total = src.fresh("key"), src.fresh("item"), src.fresh("total")
        src.line(f"{out} = {{}}")
        src.line(f"{total} = 0")
        with src.block("while True"):
            read_blocks(src, empty=False)
            src.line(f"{total} += n")
            with src.block(f"for {src.fresh('_i')} in range(n)"):
                read_sized(src, key, ".decode()")
                self.read(step.values, replace(spot, var=one, direct=False, level=spot.level + 2, root=False))
                src.line(f"{out}[{key}] = {one}")
        # A key that stands there twice would drop a value without a word.
        break_if(src, f"len({out}) != {total}")
        src.line(f"{spot.var} = {out}")

    def _union(self, step: FromUnion, spot: _Spot) -> None:
        src = self._src
        inner = replace(spot, level=spot.level + 1, root=False)
        if not step.branches:
            break_if(src, "True")
            return
        read_branch(src, len(step.branches))
        last = len(step.branches) - 1
        for index, branch in enumerate(step.branches):
            word = "if" if index == 0 else "elif"
            with src.block("else" if 0 < index == last else f"{word} n == {2 * index}"):
                self.read(branch, inner)

    def _record(self, step: ReadRecord, plan: RecordPlan, spot: _Spot) -> None:
        recursive = plan.writer.name in self._reading.writer_survey.recursive
        once = self._uses[step.pair] <= 1 and not recursive
        if spot.root or (once and spot.level <= _DEEPEST):
            self._fields(plan, spot)
            return
        name = self._functions.get(step.pair)
        if name is None:
            name = self._functions[step.pair] = self._later(step, spot)
        self._call(name, spot)

    def _fields(self, plan: RecordPlan, spot: _Spot) -> None:
        src = self._src
        if plan.writer.name in self._reading.writer_survey.recursive:
            src.line("depth += 1")
            break_if(src, f"depth > {MAX_DEPTH}")
        cls = self._reading.model.classes.records[plan.reader.name]
        values: dict[int, str] = {}
        for step in plan.wire:
            src.describe(step.field)
            if isinstance(step, Take):
                var = values[step.index] = src.fresh("v")
                self.read(step.step, _Spot(var, step.field, True, spot.level))
            else:
                self._skips.skip(step.type, spot.level)
        for fill in plan.fills:
            default = default_of(self._reading.model, fill.field)
            values[fill.index] = (
                src.bind("default", default.make()) if default.shared else f"{src.bind('make', default.make)}()"
            )
        if plan.stuck:
            break_if(src, "True")
            return
        if cls.blank is None:
            given = ", ".join(f"{cls.attributes[index]}={values[index]}" for index in sorted(values))
            src.line(f"{spot.var} = {src.bind_class(cls.python)}({given})")
            return
        src.line(f"{spot.var} = {src.bind_class(cls.blank)}()")
        for index, attribute in enumerate(cls.attributes):
            src.line(f"{spot.var}.{attribute} = {values[index]}")
        src.line(f"{spot.var}.__class__ = {src.bind_class(cls.python)}")


def _uses(reading: Reading) -> dict[Pair, int]:
    uses = dict.fromkeys(reading.plan.records, 0)
    waiting: list[Step] = [reading.plan.root]
    waiting += [step.step for plan in reading.plan.records.values() for step in plan.wire if isinstance(step, Take)]
    while waiting:
        match waiting.pop():
            case ReadArray(inner) | ReadMap(inner) | IntoUnion(step=inner):
                waiting.append(inner)
            case FromUnion(branches):
                waiting += branches
            case ReadRecord(pair):
                uses[pair] += 1
            case _:
                pass
    return uses
