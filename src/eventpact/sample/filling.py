"""A proposal and a schema -> an event that the codec takes.

What the proposal says is kept where it is of the right class and obeys the constraints; the rest is filled in here.
"""

from __future__ import annotations

from collections.abc import Mapping
from random import Random
from typing import Final

from eventpact.codec.leaf import Unfit
from eventpact.codec.model import Model
from eventpact.errors import SampleError
from eventpact.sample.leaf_values import CLOCKS, leaf_value
from eventpact.schema.tree import (
    NO_PROPS,
    Array,
    EnumType,
    Field,
    Fixed,
    Kind,
    Map,
    Primitive,
    Props,
    Record,
    Ref,
    Type,
    Union,
)

__all__ = ["Filling"]

_TRIES: Final = 200
_DEEP: Final = 4
"""From here on unions end in null, and containers stay empty: a schema may hold itself."""
_DEEPEST: Final = 60
_ABSENCE: Final = 0.25
_ABSENT: Final = object()


class Filling:
    """Fills events of one schema."""

    def __init__(self, model: Model, rng: Random) -> None:
        self._model = model
        self._rng = rng

    def event(self, proposal: object) -> object:
        """An event, as near to ``proposal`` (``None``: to nothing) as the schema allows. Raises SampleError."""
        assert isinstance(self._model.schema.root, Ref)  # noqa: S101  # an event is a record
        return self._record(self._model.schema.root.name, proposal, 0)

    def _record(self, name: str, proposal: object, depth: int) -> object:
        if depth > _DEEPEST:
            raise SampleError(f"{name} needs itself without end; no sample can be made")
        record, cls = self._model.names[name], self._model.classes.records[name]
        assert isinstance(record, Record)  # noqa: S101  # its class is a record's
        values = {
            attribute: self._value(field, field.type, getattr(proposal, field.name, _ABSENT), depth, direct=True)
            for field, attribute in zip(record.fields, cls.attributes, strict=True)
        }
        return cls.python(**values)

    def _value(self, field: Field, type_: Type, proposal: object, depth: int, *, direct: bool) -> object:
        match type_:
            case Primitive():
                return self._leaf(field, type_, proposal, direct=direct)
            case Array(items):
                proposed = list(proposal) if isinstance(proposal, tuple | list) else self._places(depth)
                return tuple(self._value(field, items, one, depth + 1, direct=False) for one in proposed)
            case Map(values):
                entries = proposal if isinstance(proposal, Mapping) else {f"key{i}": _ABSENT for i in self._keys(depth)}
                return {
                    str(key): self._value(field, values, one, depth + 1, direct=False) for key, one in entries.items()
                }
            case Union(branches):
                branch = self._branch(branches, proposal, depth)
                return self._value(field, branch, proposal, depth, direct=direct)
            case Ref(name):
                return self._named(field, name, proposal, depth, direct=direct)

    def _named(self, field: Field, name: str, proposal: object, depth: int, *, direct: bool) -> object:
        match self._model.names[name]:
            case Record():
                return self._record(name, proposal, depth + 1)
            case EnumType(symbols=symbols):
                # The library proposes symbols as texts.
                symbol = str(proposal) if proposal in symbols else self._rng.choice(symbols)
                return self._model.classes.enums[name].member(symbol)
            case Fixed() as fixed:
                return self._leaf(field, fixed, proposal, direct=direct)

    def _branch(self, branches: tuple[Type, ...], proposal: object, depth: int) -> Type:
        null = next((b for b in branches if isinstance(b, Primitive) and b.kind is Kind.NULL), None)
        if null is not None and (proposal is None or depth >= _DEEP):
            return null
        if null is not None and self._rng.random() < _ABSENCE:
            # The library never proposes null where that is the default.
            return null
        if proposal is not _ABSENT:
            # A schema with proposals has null and one other branch.
            return next(branch for branch in branches if branch is not null)
        return self._rng.choice(branches)

    def _leaf(self, field: Field, type_: Primitive | Fixed, proposal: object, *, direct: bool) -> object:
        python = self._model.leaf(type_).python
        props: Props = {**(field.props if direct else NO_PROPS), **type_.props}
        # The library knows no pattern. Its twenty letters would hardly match, and an ambiguous pattern may take hours
        # to say so; what is written from the pattern's parts matches.
        proposed = type(proposal) is python and python not in CLOCKS and not (python is str and "pattern" in props)
        if proposed and self._fits(field, type_, proposal, direct=direct):
            return proposal
        for _ in range(_TRIES):
            value = leaf_value(type_, python, props, self._rng)
            if self._fits(field, type_, value, direct=direct):
                return value
        raise SampleError(
            f"no value was found that obeys the constraints of the field {field.name}; its schema may allow none"
        )

    def _fits(self, field: Field, type_: Primitive | Fixed, value: object, *, direct: bool) -> bool:
        try:
            self._model.leaf(type_).write(value)
        except Unfit:
            return False
        return not any(found.violated(value) for found in self._model.constraints(field, type_, direct))

    def _places(self, depth: int) -> list[object]:
        return [_ABSENT] * len(self._keys(depth))

    def _keys(self, depth: int) -> range:
        return range(0 if depth >= _DEEP else self._rng.randint(1, 3))
