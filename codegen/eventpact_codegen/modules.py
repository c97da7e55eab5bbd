"""A schema file -> the text of its module."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from typing import Final

from eventpact_codegen.expressions import Atom, Dict, Text
from eventpact_codegen.layout import assign, held_list
from eventpact_codegen.literals import WIDTH, comment, docstring, text
from eventpact_codegen.model import EnumClass, Module, Package, RecordClass
from eventpact_codegen.records import record_lines
from eventpact_codegen.scope import Scope
from eventpact_codegen.sorting import by_listing

__all__ = ["EDIT_WARNING", "NOQA", "header", "is_ours", "listing", "module_text", "types_lines"]

_ORIGIN: Final = "# Generated from "
EDIT_WARNING: Final = "# Do not edit: change the schema, then run `eventpact generate`."
"""The second line of every generated file."""

NOQA: Final = ("# Names and texts are the schema's, whatever linters say.", "# ruff: noqa")
"""Stands where a linter would object to what only the schema can change."""

_CLASS_STYLE: Final = re.compile(r"[A-Z][A-Za-z0-9]*")
_FIELD_STYLE: Final = re.compile(r"[a-z][a-z0-9_]*")


def module_text(module: Module, package: Package) -> str:
    """The module's text. Imports come last in making and first in reading."""
    scope = Scope(package, module)
    body = list(_body(module, scope))
    digest = hashlib.sha256(module.schema.text.encode("utf-8", "surrogatepass")).hexdigest()[:12]
    named = sorted((found.name for found in module.classes.values()), key=by_listing)
    lines = [
        *header(f"{module.file} (sha256 {digest})"),
        *docstring(f"Classes of {module.file}.", 0),
        "",
        *scope.imports.lines(),
        *listing(named),
        *body,
    ]
    if not _is_tasteful(module, scope) or any(len(line) > 120 for line in lines):
        lines[2:2] = NOQA
    return "\n".join(lines) + "\n"


def is_ours(made: str) -> bool:
    """True for the text of a generated file, whatever it was generated from."""
    first, _, rest = made.partition("\n")
    return first.startswith(_ORIGIN) and rest.startswith(EDIT_WARNING)


def header(origin: str) -> list[str]:
    return [f"{_ORIGIN}{comment(origin)}.", EDIT_WARNING]


def listing(names: list[str]) -> list[str]:
    line = f"__all__ = [{', '.join(map(text, names))}]"
    if not names:
        return ["__all__: list[str] = []"]
    return [line] if len(line) <= WIDTH else ["__all__ = [", *held_list(map(text, names)), "]"]


def _body(module: Module, scope: Scope) -> Iterator[str]:
    scope.imports.member("__future__", "annotations")
    yield ""
    final = scope.standard("Final")
    yield from assign("AVRO_SCHEMA", Atom(final), Text(module.schema.text), 0)
    for found in module.classes.values():
        if isinstance(found, EnumClass):
            yield from ("", "", *_enum_lines(found, scope))
    records = [
        line
        for found in module.classes.values()
        if isinstance(found, RecordClass)
        for line in ("", "", *record_lines(found, module, scope))
    ]
    if aliases := scope.aliases(enums=True):
        yield from ("", "", *aliases)
    yield from records
    yield from ("", "", *scope.aliases(enums=False))
    yield from types_lines(module, scope)


def _enum_lines(found: EnumClass, scope: Scope) -> Iterator[str]:
    head = f"class {found.name}({scope.standard('StrEnum')}):"
    yield from [head] if len(head) <= WIDTH else [f"class {found.name}(", f"    {scope.standard('StrEnum')},", "):"]
    if doc := docstring(found.enum.doc, 4):
        yield from ("    " + doc[0], *doc[1:], "")
    for member, symbol in found.members:
        yield from assign(member, None, Text(symbol), 4)


def types_lines(module: Module, scope: Scope) -> Iterator[str]:
    """Every class that the schema reaches, by Avro name."""
    known = sorted(name for name in module.known if name in scope.package.homes[name].classes)
    types = f"{scope.standard('Final')}[{scope.standard('Mapping')}[{scope.builtin('str')}, {scope.builtin('type')}]]"
    found = Dict(tuple((name, Atom(scope.outside(name))) for name in known))
    yield from assign("AVRO_TYPES", Atom(types), found, 0)


def _is_tasteful(module: Module, scope: Scope) -> bool:
    """False when a linter would object to what only the schema can change."""
    docs = [module.file]
    for found in module.classes.values():
        if not _CLASS_STYLE.fullmatch(found.name):
            return False
        if isinstance(found, EnumClass):
            docs.append(found.enum.doc or "")
            if not all(name == name.upper() or name == name.lower() for name, _ in found.members):
                return False
            continue
        docs.append(found.record.doc or "")
        docs += (a.field.doc or "" for a in found.attributes)
        if not all(_FIELD_STYLE.fullmatch(a.name) and a.name != "l" for a in found.attributes):
            return False
    return not scope.odd and all(doc.isascii() for doc in docs)
