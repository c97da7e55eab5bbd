"""A schema and findings as text, for people and for programs. Pure: nothing is printed here."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import assert_never

from eventpact.schema.findings import Incompatibility
from eventpact.schema.schema import Schema
from eventpact.schema.tree import (
    NO_DEFAULT,
    Array,
    EnumType,
    Field,
    Fixed,
    Logical,
    Map,
    Named,
    Primitive,
    Record,
    Ref,
    Type,
    Union,
)

__all__ = ["describe", "findings_json", "findings_text", "type_text"]


def describe(schema: Schema) -> str:
    """The types of a schema, one block each, then its identity and its warnings with their places."""
    lines = [f"{schema.source}: {type_text(schema.root)}"]
    for named in schema.names.values():
        lines += ["", *_named(named)]
    lines += ["", f"fingerprint  {schema.fingerprint:016x} (CRC-64-AVRO)", f"sha256       {schema.sha256}"]
    if schema.warnings:
        lines += ["", f"{len(schema.warnings)} warning{'s' * (len(schema.warnings) > 1)}"]
    for warning in schema.warnings:
        line, column = schema.place(warning.pointer)
        lines.append(f"  {schema.source}:{line}:{column}: {warning}")
    return "\n".join(lines) + "\n"


def findings_text(findings: Sequence[Incompatibility]) -> str:
    """A finding per line; says so when there is none."""
    if not findings:
        return "compatible: the reader reads everything that the writer may write\n"
    return "".join(f"{finding}\n" for finding in findings)


def findings_json(findings: Sequence[Incompatibility]) -> str:
    """``{"compatible": bool, "findings": [{"kind", "location", "message", "hint"}]}``."""
    listed = [
        {"kind": found.kind, "location": found.location, "message": found.message, "hint": found.hint}
        for found in findings
    ]
    return json.dumps({"compatible": not findings, "findings": listed}, indent=2, ensure_ascii=False) + "\n"


def type_text(type_: Type) -> str:
    """A type on one line, as in ``array<null | n.Item>``."""
    match type_:
        case Primitive():
            return _annotated(type_.kind.value, type_.logical)
        case Array():
            return f"array<{type_text(type_.items)}>"
        case Map():
            return f"map<{type_text(type_.values)}>"
        case Union():
            return " | ".join(map(type_text, type_.branches)) or "union without branches"
        case Ref():
            return type_.name
        case _:
            assert_never(type_)


def _annotated(text: str, logical: Logical | None) -> str:
    if logical is None:
        return text
    digits = f"({logical.precision}, {logical.scale})" if logical.precision else ""
    return f"{text} {logical.kind.value}{digits}"


def _named(named: Named) -> Iterator[str]:
    match named:
        case Record():
            yield f"{'error' if named.error else 'record'} {named.name}{_also(named.aliases)}"
            yield from map(_field, named.fields)
        case EnumType():
            yield f"enum {named.name}{_also(named.aliases)}"
            for symbol in named.symbols:
                yield f"  {symbol}" + (" (stands for unknown symbols)" if symbol == named.default else "")
        case Fixed():
            yield f"fixed {_annotated(f'{named.name}({named.size})', named.logical)}{_also(named.aliases)}"
        case _:
            assert_never(named)


def _field(field: Field) -> str:
    default = "" if field.default is NO_DEFAULT else f" = {json.dumps(field.default, ensure_ascii=False)}"
    return f"  {field.name}: {type_text(field.type)}{default}{_also(field.aliases)}"


def _also(aliases: Sequence[str]) -> str:
    return f" (also {', '.join(aliases)})" if aliases else ""
