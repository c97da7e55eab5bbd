"""A schema as one JSON document: types from other files are written out where they are first used."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Final

from eventpact.schema import Schema
from eventpact.schema.names import full_name, namespace_of, simple_name
from eventpact.schema.tree import Json

__all__ = ["self_contained"]

_NAMED: Final = frozenset({"record", "error", "enum", "fixed"})
_INSIDE: Final = {"record": "fields", "error": "fields", "array": "items", "map": "values"}


def self_contained(schema: Schema) -> Json:
    """The schema as its text has it, docs and properties included, with all that it borrows: it can be read alone."""
    foreign: dict[str, dict[str, Json]] = {}
    for text in schema.references.values():
        _collect(json.loads(text), "", foreign)
    return _Walk(foreign).write(json.loads(schema.text), "")


def _collect(node: Json, namespace: str, into: dict[str, dict[str, Json]]) -> None:
    """Every named definition in ``node`` by its full name, with the namespace spelled out."""
    match node:
        case list():
            for branch in node:
                _collect(branch, namespace, into)
        case dict():
            kind = node.get("type")
            if isinstance(kind, str) and kind in _NAMED:
                full = _full(node, namespace)
                namespace = namespace_of(full)
                into.setdefault(full, _named(node, full))
            inside = _INSIDE.get(kind) if isinstance(kind, str) else "type"
            if inside is not None:
                _collect(node.get(inside), namespace, into)
        case _:
            pass


class _Walk:
    """One walk through a document. ``foreign`` are definitions by full name; each is written out once."""

    def __init__(self, foreign: Mapping[str, dict[str, Json]]) -> None:
        self._foreign = foreign
        self._written: set[str] = set()

    def write(self, node: Json, namespace: str) -> Json:
        match node:
            case str():
                full = full_name(node, namespace)
                found = self._foreign.get(full)
                return node if found is None or full in self._written else self.write(found, "")
            case list():
                return [self.write(branch, namespace) for branch in node]
            case dict():
                return self._object(node, namespace)
            case _:
                return node

    def _object(self, node: dict[str, Json], namespace: str) -> Json:
        kind = node.get("type")
        if isinstance(kind, str) and kind in _NAMED:
            full = _full(node, namespace)
            self._written.add(full)
            namespace = namespace_of(full)
            # AsyncAPI's schema of Avro knows no dotted names.
            node = _named(node, full) if "." in str(node["name"]) else node
        inside = "type"
        if isinstance(kind, str) and (kind in _NAMED or kind in _INSIDE):
            inside = _INSIDE.get(kind, "")
        return {key: self.write(value, namespace) if key == inside else value for key, value in node.items()}


def _named(node: dict[str, Json], full: str) -> dict[str, Json]:
    """The definition with its namespace spelled out: it may be written anywhere."""
    return {**node, "name": simple_name(full), "namespace": namespace_of(full)}


def _full(node: Mapping[str, Json], namespace: str) -> str:
    own = node.get("namespace", namespace)
    return full_name(str(node["name"]), own if isinstance(own, str) else "")
