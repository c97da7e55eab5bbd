"""Defaults that would build an event without end."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from eventpact.errors import ExpressionError
from eventpact.schema import Schema
from eventpact.schema.tree import Array, Json, Map, Named, NoDefault, Record, Ref, Type, Union
from eventpact_codegen.matching import matches

__all__ = ["refuse_endless_defaults"]


def refuse_endless_defaults(own: Mapping[str, Named], schema: Schema) -> None:
    """`ExpressionError` when making a record by its defaults makes the same record again."""
    needs = {
        name: [
            made
            for f in named.fields
            if not isinstance(f.default, NoDefault)
            for made in _made(f.type, f.default, schema)
        ]
        for name, named in schema.names.items()
        if isinstance(named, Record)
    }
    for name in own:
        if name in needs and _comes_back(name, needs):
            raise ExpressionError(
                f"the defaults of {name} contain another {name}, and so without end",
                source=schema.source,
                pointer=own[name].pointer,
                hint="make one of those fields nullable, with default null, or remove its default",
            )


def _comes_back(name: str, needs: Mapping[str, list[str]]) -> bool:
    todo, seen = list(needs[name]), set[str]()
    while todo:
        other = todo.pop()
        if other == name:
            return True
        if other not in seen:
            seen.add(other)
            todo += needs[other]
    return False


def _made(type_: Type, default: Json, schema: Schema) -> Iterator[str]:
    """The records whose *own* defaults are used when ``default`` is built."""
    match type_:
        case Union(branches):
            branch = next((b for b in branches if matches(b, default, schema.names)), branches[0])
            yield from _made(branch, default, schema)
        case Array(items) if isinstance(default, list):
            for item in default:
                yield from _made(items, item, schema)
        case Map(values) if isinstance(default, dict):
            for item in default.values():
                yield from _made(values, item, schema)
        case Ref(name) if isinstance(record := schema.names[name], Record) and isinstance(default, dict):
            filled = [f for f in record.fields if f.name not in default and not isinstance(f.default, NoDefault)]
            if filled:
                yield name
            for field in record.fields:
                if field.name in default:
                    yield from _made(field.type, default[field.name], schema)
        case _:
            return
