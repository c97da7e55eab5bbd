"""A schema and its Python side, as plain codec and emitters ask for it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, assert_never

from eventpact.codec.classes import Classes
from eventpact.codec.constraints import Constraint, constraints_of
from eventpact.codec.leaf import Leaf
from eventpact.codec.leaves import leaf_of
from eventpact.codec.survey import Survey, survey
from eventpact.errors import ExpressionError
from eventpact.schema import Schema
from eventpact.schema.tree import Array, EnumType, Field, Fixed, Map, Named, Primitive, Record, Ref, Type, Union

if TYPE_CHECKING:
    from eventpact.codec.defaults import Default

__all__ = ["Model"]


class Model:
    """Answers are worked out once. Building one checks every constraint and every union of the schema.

    Raises SchemaError for a constraint that cannot be enforced, ExpressionError for a union that Python cannot tell
    apart.
    """

    def __init__(self, schema: Schema, classes: Classes) -> None:
        self.schema = schema
        self.classes = classes
        self.survey: Survey = survey(schema.names)
        self.defaults: dict[int, Default] = {}
        """By the id of the field; `default_of` fills it."""
        self._leaves: dict[int, Leaf] = {}
        self._constraints: dict[tuple[int, int, bool], tuple[Constraint, ...]] = {}
        for record in schema.names.values():
            if isinstance(record, Record):
                for field in record.fields:
                    for part in _inside(field.type):
                        self._check(part, field, record)

    @property
    def names(self) -> Mapping[str, Named]:
        return self.schema.names

    def leaf(self, type_: Primitive | Fixed) -> Leaf:
        """The leaf of a type of this schema."""
        # The tree outlives this table, so an id stays its own.
        found = self._leaves.get(id(type_))
        if found is None:
            found = self._leaves[id(type_)] = leaf_of(type_)
        return found

    def constraints(self, field: Field, type_: Primitive | Fixed, direct: bool) -> tuple[Constraint, ...]:
        """What the schema asks of a value of ``type_`` inside ``field``.

        The type's own keywords always count; the field's count where the value is the field's own (``direct``, also as
        the branch of its union), not for items of an array in it.
        """
        key = (id(field), id(type_), direct)
        found = self._constraints.get(key)
        if found is None:
            python = self.leaf(type_).python
            found = constraints_of(type_.props, python, field)
            if direct:
                found += constraints_of(field.props, python, field)
            self._constraints[key] = found
        return found

    def python(self, type_: Type) -> type:
        """The class of the type's values."""
        match type_:
            case Primitive():
                return self.leaf(type_).python
            case Array():
                return tuple
            case Map():
                return dict
            case Union():
                return object
            case Ref(name):
                named = self.names[name]
                match named:
                    case Record():
                        return self.classes.records[name].python
                    case EnumType():
                        return self.classes.enums[name].python
                    case Fixed():
                        return self.leaf(named).python
                    case _:
                        assert_never(named)
            case _:
                assert_never(type_)

    def branches(self, union: Union) -> dict[type, int]:
        """Which branch a value of a class takes. An int goes to a float branch when there is no int branch."""
        found = {self.python(branch): index for index, branch in enumerate(union.branches)}
        if float in found and int not in found:
            found[int] = found[float]
        return found

    def _check(self, part: Type, field: Field, record: Record) -> None:
        if isinstance(part, Primitive):
            self.constraints(field, part, direct=True)
        elif isinstance(part, Union):
            classes = [self.python(branch) for branch in part.branches]
            for cls in classes:
                if classes.count(cls) > 1:
                    raise ExpressionError(
                        f"field {field.name!r} of {record.name!r}: two union branches are {cls.__name__} in Python",
                        source=self.schema.source,
                        pointer=field.pointer,
                        hint="wrap one of them in a record",
                    )


def _inside(type_: Type) -> Iterator[Type]:
    yield type_
    match type_:
        case Array(items=inner) | Map(values=inner):
            yield from _inside(inner)
        case Union(branches):
            for branch in branches:
                yield from _inside(branch)
        case _:
            pass
