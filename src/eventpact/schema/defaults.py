"""Defaults against their types, all the way down (specification 1.12, table of field default values).

A union's default may fit any branch since Avro 1.12; the branch that counts is the first that fits. Values are at
most `MAX_VALUE_DEPTH` levels deep, so recursion is safe.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final, TypeAlias

from eventpact.schema.limits import MAX_DEFAULT_STEPS
from eventpact.schema.tree import (
    NO_DEFAULT,
    Array,
    EnumType,
    Fixed,
    Json,
    Kind,
    Map,
    Named,
    Primitive,
    Record,
    Ref,
    Type,
    Union,
)

__all__ = ["CLEAN", "Fit", "Judge", "Misfit", "TooManySteps", "fits"]

Path: TypeAlias = tuple[str | int, ...]
"""From the default to a value in it."""

_FLOAT_MAX: Final = (2 - 2**-24) * 2.0**127
"""The smallest double that rounds to a 32-bit infinity."""

_DOUBLE_END: Final = 2**1024 - 2**970
_NUMBER_TEXT: Final = re.compile(r"NaN|[-+]?Infinity|[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Misfit:
    """Why a value does not fit its type."""

    message: str
    path: Path = ()

    def below(self, key: str | int) -> Misfit:
        return Misfit(self.message, (key, *self.path))


@dataclass(frozen=True, slots=True)
class Fit:
    """A value fits. ``notes`` are broken rules, the first place of each; ``fills`` are the fields it leaves out."""

    notes: Mapping[str, Misfit]
    fills: frozenset[tuple[str, str]]

    def __or__(self, other: Fit) -> Fit:
        if other is CLEAN:
            return self
        return other if self is CLEAN else Fit({**other.notes, **self.notes}, self.fills | other.fills)

    def below(self, key: str | int) -> Fit:
        if not self.notes:
            return self
        return Fit({rule: note.below(key) for rule, note in self.notes.items()}, self.fills)

    def noting(self, rule: str, message: str) -> Fit:
        return self if rule in self.notes else Fit({**self.notes, rule: Misfit(message)}, self.fills)


CLEAN: Final = Fit({}, frozenset())

Verdict: TypeAlias = Fit | Misfit


class TooManySteps(Exception):  # noqa: N818  # a signal between this file and its only caller
    """The defaults of this schema cost more than they can be worth."""


def fits(node: Type, value: Json, names: Mapping[str, Named]) -> bool:
    """Is ``value``, as a schema spells defaults, one of ``node``? For types and defaults of a parsed schema."""
    return isinstance(Judge(names).value(value, node), Fit)


class Judge:
    """Judges the defaults of one schema, whose ``names`` are complete."""

    def __init__(self, names: Mapping[str, Named]) -> None:
        self._names = names
        self._symbols: dict[str, frozenset[str]] = {}
        # A value is tried against each type once: without this, nested unions of records would be exponential.
        self._known: dict[tuple[int, int | str], Verdict] = {}
        self._steps = 0

    def default(self, value: Json, node: Type) -> Verdict:
        """The verdict about a field's default. Text for a number is an extension that is noted, here only."""
        if isinstance(node, Primitive) and node.kind in {Kind.FLOAT, Kind.DOUBLE} and isinstance(value, str):
            if _NUMBER_TEXT.fullmatch(value):
                return CLEAN.noting("FLOAT_TEXT_DEFAULT", "write the number without quotes; only Java takes text")
            return Misfit("must be a number")
        return self.value(value, node)

    def value(self, value: Json, node: Type) -> Verdict:
        if isinstance(node, Primitive):
            return _primitive(value, node.kind)
        if not isinstance(value, dict | list):
            return self._complex(value, node)
        known = (id(value), node.name if isinstance(node, Ref) else id(node))
        if known not in self._known:
            self._known[known] = self._complex(value, node)
        return self._known[known]

    def _complex(self, value: Json, node: Array | Map | Union | Ref) -> Verdict:
        self._spend(1)
        match node:
            case Union():
                return self._union(value, node)
            case Array():
                if not isinstance(value, list):
                    return Misfit("must be a list")
                return self._each(enumerate(value), node.items)
            case Map():
                if not isinstance(value, dict):
                    return Misfit("must be an object")
                return self._each(value.items(), node.values)
            case Ref():
                return self._named(value, self._names[node.name])

    def _each(self, items: Iterable[tuple[str | int, Json]] | Iterator[tuple[int, Json]], node: Type) -> Verdict:
        found = CLEAN
        for key, item in items:
            self._spend(1)
            verdict = self.value(item, node)
            if isinstance(verdict, Misfit):
                return verdict.below(key)
            found |= verdict.below(key)
        return found

    def _union(self, value: Json, node: Union) -> Verdict:
        reasons: dict[str, None] = {}
        for index, branch in enumerate(node.branches):
            verdict = self.value(value, branch)
            if isinstance(verdict, Fit):
                message = "move the branch of the default to the front of the union"
                return verdict.noting("UNION_DEFAULT_NOT_FIRST", message) if index else verdict
            reasons[verdict.message] = None
        few = list(reasons)[:5]
        return Misfit("must fit a branch of the union" + (f" ({'; '.join(few)})" if few else ", and it has none"))

    def _named(self, value: Json, named: Named) -> Verdict:
        match named:
            case EnumType():
                symbols = self._symbols.setdefault(named.name, frozenset()) or frozenset(named.symbols)
                self._symbols[named.name] = symbols
                if isinstance(value, str) and value in symbols:
                    return CLEAN
                return Misfit(f"must be a symbol of {named.name}")
            case Fixed():
                if isinstance(value, str) and len(value) == named.size:
                    return _bytes(value)
                return Misfit(f"must be text of exactly {named.size} characters, one for each byte of {named.name}")
            case Record():
                return self._record(value, named)

    def _record(self, value: Json, record: Record) -> Verdict:
        if not isinstance(value, dict):
            return Misfit(f"must be an object with the fields of {record.name}")
        self._spend(len(record.fields))
        found = CLEAN
        left = len(value)
        fills: list[tuple[str, str]] = []
        for field in record.fields:
            if field.name in value:
                left -= 1
                verdict = self.value(value[field.name], field.type)
                if isinstance(verdict, Misfit):
                    return verdict.below(field.name)
                found |= verdict.below(field.name)
            elif field.default is NO_DEFAULT:
                return Misfit(f"must have {field.name!r}: that field of {record.name} has no default of its own")
            else:
                fills.append((record.name, field.name))
        if fills:
            note = {"DEFAULT_NOT_SPELLED_OUT": Misfit(f"spell out the fields of {record.name} that it leaves out")}
            found |= Fit(note, frozenset(fills))
        if left:
            found = found.noting("DEFAULT_UNKNOWN_KEY", f"it has keys that {record.name} does not have")
        return found

    def _spend(self, steps: int) -> None:
        self._steps += steps
        if self._steps > MAX_DEFAULT_STEPS:
            raise TooManySteps


def _primitive(value: Json, kind: Kind) -> Verdict:
    match kind:
        case Kind.STRING:
            return CLEAN if isinstance(value, str) else Misfit("must be text")
        case Kind.NULL:
            return CLEAN if value is None else Misfit("must be null")
        case Kind.BOOLEAN:
            return CLEAN if isinstance(value, bool) else Misfit("must be true or false")
        case Kind.INT:
            if type(value) is int and -(2**31) <= value < 2**31:
                return CLEAN
            return Misfit("must be a whole number from -2^31 to 2^31-1, without fraction or exponent")
        case Kind.LONG:
            if type(value) is int and -(2**63) <= value < 2**63:
                return CLEAN
            return Misfit("must be a whole number from -2^63 to 2^63-1, without fraction or exponent")
        case Kind.FLOAT | Kind.DOUBLE:
            return _number(value, kind)
        case Kind.BYTES:
            return _bytes(value)


def _number(value: Json, kind: Kind) -> Verdict:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return Misfit("must be a number")
    if abs(value) >= _DOUBLE_END:
        return Misfit("must be a number that a double can hold")
    if kind is Kind.FLOAT and abs(value) >= _FLOAT_MAX:
        return CLEAN.noting("FLOAT_OVERFLOW", "a 32-bit float cannot hold it; it becomes infinite")
    return CLEAN


def _bytes(value: Json) -> Verdict:
    if not isinstance(value, str):
        return Misfit("must be text, one character for each byte")
    if value.isascii() or max(value) <= "\xff":
        return CLEAN
    return Misfit("must have characters up to \\u00ff only: each stands for one byte")
