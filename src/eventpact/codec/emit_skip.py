"""Steps over fields that the reader does not have, with the same care as if they were read."""

from __future__ import annotations

from typing import assert_never

from eventpact.codec.emit_read_wire import break_if, read_blocks, read_branch, read_index, skip_wire
from eventpact.codec.limits import MAX_DEPTH
from eventpact.codec.source import Source
from eventpact.codec.survey import Survey
from eventpact.schema import Schema
from eventpact.schema.tree import Array, EnumType, Fixed, Kind, Map, Primitive, Record, Ref, Type, Union

__all__ = ["SkipEmitter"]


class SkipEmitter:
    """Records are stepped over by functions ``skip0(data, pos, ...) -> pos``, emitted by `rest`; all else is inline."""

    def __init__(self, src: Source, writer: Schema, survey: Survey, scope: str, deepest: int) -> None:
        self._src = src
        self._writer = writer
        self._survey = survey
        self._scope = scope
        self._deepest = deepest
        self._functions: dict[str, str] = {}
        self._waiting: list[tuple[str, Type]] = []

    def skip(self, type_: Type, level: int) -> None:
        src = self._src
        match type_:
            case Primitive():
                skip_wire(src, type_.kind)
            case Array() | Map() | Union() if level > self._deepest:
                self._call(self._later(type_))
            case Array(items):
                empty = self._survey.takes_no_bytes(items)
                with src.block("while True"):
                    read_blocks(src, empty)
                    if not empty:
                        with src.block(f"for {src.fresh('_i')} in range(n)"):
                            self.skip(items, level + 2)
            case Map(values):
                with src.block("while True"):
                    read_blocks(src, empty=False)
                    with src.block(f"for {src.fresh('_i')} in range(n)"):
                        skip_wire(src, Kind.STRING)
                        self.skip(values, level + 2)
            case Union(branches):
                if not branches:
                    break_if(src, "True")
                    return
                read_branch(src, len(branches))
                for index, branch in enumerate(branches):
                    with src.block(f"{'el' if index else ''}if n == {2 * index}"):
                        self.skip(branch, level + 1)
            case Ref(name):
                self._named(name, type_)
            case _:
                assert_never(type_)

    def _named(self, name: str, ref: Ref) -> None:
        src = self._src
        named = self._writer.names[name]
        match named:
            case Record():
                if name not in self._functions:
                    self._functions[name] = self._later(ref)
                self._call(self._functions[name])
            case EnumType():
                read_index(src)
                break_if(src, f"n >= {len(named.symbols)}")
            case Fixed():
                src.line(f"pos += {named.size!r}")
            case _:
                assert_never(named)

    def rest(self) -> None:
        """Emit the functions that were called so far, and those that they call."""
        src = self._src
        while self._waiting:
            name, type_ = self._waiting.pop()
            src.line("")
            src.line("")
            with src.block(f"def {name}(data, pos{self._scope})"):
                named = self._writer.names[type_.name] if isinstance(type_, Ref) else None
                if isinstance(named, Record):
                    if named.name in self._survey.recursive:
                        src.line("depth += 1")
                        break_if(src, f"depth > {MAX_DEPTH}")
                    for field in named.fields:
                        src.describe(field)
                        self.skip(field.type, 0)
                else:
                    self.skip(type_, 0)
                src.line("return pos")

    def _later(self, type_: Type) -> str:
        name = self._src.fresh("skip")
        self._waiting.append((name, type_))
        return name

    def _call(self, function: str) -> None:
        self._src.line(f"pos = {function}(data, pos{self._scope})")
