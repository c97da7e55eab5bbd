"""Pairs of types that need no others: primitives, enums, fixeds, and everything that can never fit."""

from __future__ import annotations

from eventpact.schema.branches import PROMOTIONS, sort_of
from eventpact.schema.dialect import Dialect
from eventpact.schema.names import simple_name
from eventpact.schema.plan import Pair, ReadEnum, ReadFixed, ReadPrimitive, Step, Stuck
from eventpact.schema.tree import EnumType, Fixed, Named, Primitive

__all__ = ["Leaves"]

_FEW = 10
"""Symbols that a message lists."""


class Leaves:
    """The steps of such pairs, each made once."""

    def __init__(self, dialect: Dialect) -> None:
        self._dialect = dialect
        self._primitives: dict[tuple[int, int], Step] = {}
        self._named: dict[Pair, Step] = {}

    def primitive(self, reader: Primitive, writer: Primitive) -> Step:
        # By identity: both are kept alive by their schemas, and their properties are not part of a hash.
        pair = (id(reader), id(writer))
        step = self._primitives.get(pair)
        if step is None:
            fits = reader.kind is writer.kind or reader.kind in PROMOTIONS.get(writer.kind, ())
            step = ReadPrimitive(reader, writer) if fits else self.mismatch(reader.kind.value, writer.kind.value)
            self._primitives[pair] = step
        return step

    def named(self, reader: Named, writer: Named) -> Step:
        """A pair of named types that are not both records."""
        pair = (reader.name, writer.name)
        if pair not in self._named:
            self._named[pair] = self._new(reader, writer)
        return self._named[pair]

    def _new(self, reader: Named, writer: Named) -> Step:
        stuck = self.mismatch_of_names(reader, writer)
        match reader, writer:
            case EnumType(), EnumType():
                symbols = tuple(_symbols(reader, writer))
                if len(symbols) < len(writer.symbols):
                    missing = self._missing_symbols(reader, writer)
                    return _both(stuck, missing)
                return stuck or ReadEnum(reader, writer, symbols)
            case Fixed(), Fixed():
                if reader.size != writer.size:
                    message = f"{reader.name} has {reader.size} bytes, the writer's {writer.name} has {writer.size}"
                    hint = f"keep the size {writer.size}, or define a new fixed under another name"
                    return _both(stuck, Stuck("FIXED_SIZE_MISMATCH", message, hint, "/size"))
                return stuck or ReadFixed(reader, writer)
            case _:
                return self.mismatch(self.words(reader), self.words(writer))

    def mismatch_of_sorts(self, reader: Named, writer: Named) -> Stuck | None:
        if sort_of(reader) == sort_of(writer):
            return None
        return self.mismatch(self.words(reader), self.words(writer))

    def mismatch_of_names(self, reader: Named, writer: Named) -> Stuck | None:
        """``None`` when the names match, or when the types differ anyway."""
        if reader.name == writer.name or sort_of(reader) != sort_of(writer):
            return None
        if not self._dialect.full_names and simple_name(reader.name) == simple_name(writer.name):
            return None
        if self._dialect.type_aliases and writer.name in reader.aliases:
            return None
        hint = f"keep the name {writer.name}"
        if self._dialect.type_aliases:
            hint += f', or give {reader.name} the alias "{writer.name}"'
        return Stuck(
            "NAME_MISMATCH", f"the reader's {reader.name} does not match the writer's {writer.name}", hint, "/name"
        )

    def mismatch(self, reader: str, writer: str) -> Stuck:
        promoted = [kind.value for kind in PROMOTIONS.get(writer, ())] if writer in PROMOTIONS else []  # type: ignore[call-overload]
        hint = f"keep the type {writer}" + (f", or promote it to {' or '.join(sorted(promoted))}" if promoted else "")
        return Stuck("TYPE_MISMATCH", f"{reader} cannot read the writer's {writer}", hint)

    def words(self, named: Named) -> str:
        return f"{sort_of(named)} {named.name}"

    def _missing_symbols(self, reader: EnumType, writer: EnumType) -> Stuck:
        known = frozenset(reader.symbols)
        missing = [symbol for symbol in writer.symbols if symbol not in known]
        few = ", ".join(missing[:_FEW]) + (f" and {len(missing) - _FEW} more" if len(missing) > _FEW else "")
        return Stuck(
            "MISSING_ENUM_SYMBOLS",
            f"{reader.name} has no {few}, which the writer may write",
            'add what is missing, or give the enum a "default" that stands for unknown symbols',
            "/symbols",
        )


def _symbols(reader: EnumType, writer: EnumType) -> list[str]:
    known = frozenset(reader.symbols)
    found = (symbol if symbol in known else reader.default for symbol in writer.symbols)
    return [symbol for symbol in found if symbol is not None]


def _both(first: Stuck | None, second: Stuck) -> Stuck:
    if first is None:
        return second
    return Stuck(first.kind, first.message, first.hint, first.at, (second,))
