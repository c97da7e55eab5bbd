"""Event classes made on the spot from a schema, by the rules that generated ones follow.

Attributes are named ``a0``, ``a1``, ...: the codec pairs by position, never by name.
"""

from __future__ import annotations

import dataclasses
import itertools
import json
import sys
from collections.abc import Mapping
from enum import StrEnum
from types import ModuleType
from typing import Any

from eventpact.schema import Schema, parse
from eventpact.schema.tree import EnumType, Record

_numbers = itertools.count()


def made(schema: object, *, references: Mapping[str, str] | None = None) -> Any:
    """The class of the schema's root record; ``schema`` is JSON text or what `json.dumps` takes."""
    text = schema if isinstance(schema, str) else json.dumps(schema)
    parsed = parse(text, references=references or {})
    module = ModuleType(f"tests_codec_made_{next(_numbers)}")
    sys.modules[module.__name__] = module
    types = dict(_classes(parsed, module.__name__))
    module.AVRO_TYPES = types  # type: ignore[attr-defined]
    assert parsed.name is not None
    event: Any = types[parsed.name]
    event.SCHEMA_TEXT = text
    event.SCHEMA_REFERENCES = dict(references or {})
    return event


def _classes(schema: Schema, module: str) -> list[tuple[str, Any]]:
    found: list[tuple[str, Any]] = []
    for name, named in schema.names.items():
        simple = name.rpartition(".")[2]
        if isinstance(named, EnumType):
            members = [(f"S{index}", symbol) for index, symbol in enumerate(named.symbols)]
            found.append((name, StrEnum(simple, members, module=module)))
        elif isinstance(named, Record):
            found.append((name, _record(simple, named, module)))
    return found


def _record(simple: str, record: Record, module: str) -> type:
    fields: list[tuple[str, Any]] = [(f"a{index}", object) for index in range(len(record.fields))]
    tagged = frozenset(f"a{index}" for index, one in enumerate(record.fields) if "confluent:tags" in one.props)
    cls = dataclasses.make_dataclass(simple, fields, frozen=True, slots=True, kw_only=True)
    cls.__module__ = module
    cls.AVRO_NAME = record.name  # type: ignore[attr-defined]
    cls.PII_FIELDS = tagged  # type: ignore[attr-defined]
    return cls
