"""Short ways to write schemas in tests."""

from __future__ import annotations

import json
from collections.abc import Mapping

from eventpact.schema import Schema, parse
from tests.schema.model import Doc

__all__ = ["enum", "field", "memo_trap", "nested", "record", "schema"]


def schema(document: Doc, references: Mapping[str, str] | None = None) -> Schema:
    return parse(json.dumps(document), references=references)


def record(name: str, *fields: Doc, **more: Doc) -> dict[str, Doc]:
    return {"type": "record", "name": name, "fields": [*fields], **more}


def field(name: str, type_: Doc, **more: Doc) -> dict[str, Doc]:
    return {"name": name, "type": type_, **more}


def enum(name: str, *symbols: str, **more: Doc) -> dict[str, Doc]:
    return {"type": "enum", "name": name, "symbols": [*symbols], **more}


def nested(depth: int, leaf: str = '"int"') -> str:
    """Records inside each other, as text."""
    text = leaf
    for number in range(depth):
        text = f'{{"type":"record","name":"R{number}","fields":[{{"name":"f","type":["null",{text}]}}]}}'
    return text


def memo_trap() -> tuple[Doc, Doc]:
    """(reader, writer): incompatible, and compatible for a checker that keeps results of a failed trial."""
    fits = record("y.A")
    fails = record("x.A", field("b", record("x.B", field("a", ["null", "x.A"]))), field("y", "int"))
    reader = record("R", field("u", [fails, fits]), field("v", "x.B"))
    written = record("w.A", field("b", record("x.B", field("a", ["null", "w.A"]))), field("y", "string"))
    return reader, record("R", field("u", written), field("v", "x.B"))
