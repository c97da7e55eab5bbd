"""Generated code before it is compiled: lines, and the objects that they name.

Nothing from a schema is ever an identifier here. Names are made by `Source.fresh` and `Source.bind`; whatever a schema
says arrives as a bound object or through ``repr()``.
"""

from __future__ import annotations

import builtins
import json
import keyword
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final, assert_never

from eventpact.schema.tree import Array, Field, Json, Map, Primitive, Ref, Type, Union

__all__ = ["Source", "brief"]

_INDENT: Final = "    "


class Source:
    """The text of one or more functions, under construction."""

    def __init__(self, title: str) -> None:
        self.title = title
        self.bound: dict[str, object] = {}
        self._names: dict[int, str] = {}
        self._counters: dict[str, int] = {}
        self._lines: list[str] = []
        self._depth = 0

    @property
    def text(self) -> str:
        return "\n".join(self._lines) + "\n"

    def line(self, text: str) -> None:
        self._lines.append(_INDENT * self._depth + text)

    def describe(self, field: Field) -> None:
        """A comment with the schema's line of a field, as JSON in ASCII: no line break in it can end the comment."""
        self.line("# " + json.dumps({"name": field.name, "type": brief(field.type), **field.props}))

    @contextmanager
    def block(self, header: str) -> Iterator[None]:
        self.line(header + ":")
        self._depth += 1
        yield
        self._depth -= 1

    def fresh(self, stem: str) -> str:
        """A name nobody has: the stem and a number."""
        number = self._counters.get(stem, 0)
        self._counters[stem] = number + 1
        return f"{stem}{number}"

    def bind(self, stem: str, value: object) -> str:
        """The global name of an object. One object has one name; a taken stem gets a number.

        Stems end in a letter and `fresh` names, which are locals, in a digit, so they never meet.
        """
        known = self._names.get(id(value))
        if known is not None:
            return known
        name = stem
        while name in self.bound:
            name = self.fresh(stem + "_")
        # The object stays alive in `bound`, so its id stays its own.
        self.bound[name] = value
        self._names[id(value)] = name
        return name

    def bind_class(self, cls: type) -> str:
        """The global name of a class: its own, where that is a plain name that hides nothing."""
        name = cls.__name__
        plain = re.fullmatch("[A-Za-z]+", name) and not hasattr(builtins, name) and not keyword.iskeyword(name)
        return self.bind(name if plain or getattr(builtins, name, None) is cls else "Record", cls)


def brief(type_: Type) -> Json:
    """A type as the schema spells it, with names for named types."""
    match type_:
        case Primitive():
            if type_.logical is None:
                return type_.kind.value
            numbers: dict[str, Json] = {}
            if type_.logical.precision:
                numbers = {"precision": type_.logical.precision, "scale": type_.logical.scale}
            return {"type": type_.kind.value, "logicalType": type_.logical.kind.value, **numbers}
        case Array(items):
            return {"type": "array", "items": brief(items)}
        case Map(values):
            return {"type": "map", "values": brief(values)}
        case Union(branches):
            return [brief(branch) for branch in branches]
        case Ref(name):
            return name
        case _:
            assert_never(type_)
