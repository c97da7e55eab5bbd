"""Parsing Canonical Form (specification 1.12, "Parsing Canonical Form for Schemas")."""

from __future__ import annotations

import json
from collections.abc import Mapping

from eventpact.schema.trampoline import Task, run
from eventpact.schema.tree import Array, EnumType, Fixed, Map, Named, Primitive, Record, Ref, Type, Union

__all__ = ["canonical_form"]


def canonical_form(root: Type, names: Mapping[str, Named]) -> str:
    """The text: full names only, a fixed order of attributes, a named type written out where it is met first."""
    out: list[str] = []
    run(_Writer(names, out).write(root))
    return "".join(out)


class _Writer:
    def __init__(self, names: Mapping[str, Named], out: list[str]) -> None:
        self._names = names
        self._out = out
        self._met: set[str] = set()

    def write(self, node: Type) -> Task[None]:
        put = self._out.append
        match node:
            case Primitive():
                put(f'"{node.kind}"')
            case Ref() if node.name in self._met:
                put(_text(node.name))
            case Ref():
                self._met.add(node.name)
                yield self.define(self._names[node.name])
            case Array():
                put('{"type":"array","items":')
                yield self.write(node.items)
                put("}")
            case Map():
                put('{"type":"map","values":')
                yield self.write(node.values)
                put("}")
            case Union():
                put("[")
                for index, branch in enumerate(node.branches):
                    put("," if index else "")
                    yield self.write(branch)
                put("]")

    def define(self, named: Named) -> Task[None]:
        put = self._out.append
        put(f'{{"name":{_text(named.name)},')
        match named:
            case Fixed():
                put(f'"type":"fixed","size":{named.size}}}')
            case EnumType():
                put(f'"type":"enum","symbols":[{",".join(map(_text, named.symbols))}]}}')
            case Record():
                put('"type":"record","fields":[')
                for index, field in enumerate(named.fields):
                    put(f'{"," if index else ""}{{"name":{_text(field.name)},"type":')
                    if isinstance(field.type, Primitive):
                        put(f'"{field.type.kind}"')
                    else:
                        yield self.write(field.type)
                    put("}")
                put("]}")


def _text(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
