"""Redpanda's stored form of a schema text: what its registry returns, and what decides whether two texts are the same.

Compact JSON with everything that the text says, in an order of its own. It is not Parsing Canonical Form.
Read in Redpanda's source; see docs/registry.md.
"""

from __future__ import annotations

import json
from typing import Final

from eventpact.schema.trampoline import Task, run
from eventpact.schema.tree import Json

__all__ = ["stored_form"]

_ORDER: Final = (
    "type", "name", "namespace", "doc", "fields", "order", "symbols", "items", "values", "default", "size", "aliases",
)  # fmt: skip
_NAME_FIRST: Final = ("name", "type", *_ORDER[2:])
_NAMED: Final = frozenset({"record", "error", "enum", "fixed"})
_TYPE_KEYS: Final = frozenset({"type", "items", "values"})


def stored_form(document: Json) -> str:
    """The stored text of a schema document that parses."""
    out: list[str] = []
    run(_schema(document, "", out))
    return "".join(out)


def _schema(node: Json, namespace: str, out: list[str]) -> Task[None]:
    if isinstance(node, dict):
        yield _object(node, namespace, out)
    elif isinstance(node, list):
        out.append("[")
        for index, branch in enumerate(node):
            out.append("," if index else "")
            if isinstance(branch, str):
                # A branch that begins with its only dot loses it.
                branch = branch[1:] if branch.rfind(".") == 0 else branch
                out.append(_json(branch))
            else:
                yield _schema(branch, namespace, out)
        out.append("]")
    else:
        out.append(_json(node))


def _object(node: dict[str, Json], namespace: str, out: list[str]) -> Task[None]:
    kind = node.get("type")
    named = isinstance(kind, str) and kind in _NAMED
    if named:
        node, namespace = _split_name(node, namespace)
    first = _ORDER if isinstance(kind, str) and (named or kind in {"array", "map"}) else _NAME_FIRST
    keys = [key for key in first if key in node]
    keys += [key for key in node if key not in first]
    out.append("{")
    for index, key in enumerate(keys):
        value = node[key]
        out.append(f"{',' if index else ''}{_json(key)}:")
        if key in _TYPE_KEYS:
            yield _schema(value, namespace, out)
        elif key == "fields" and isinstance(value, list):
            out.append("[")
            for position, item in enumerate(value):
                out.append("," if position else "")
                yield _schema(item, namespace, out)
            out.append("]")
        else:
            out.append(_json(value))
    out.append("}")


def _split_name(node: dict[str, Json], enclosing: str) -> tuple[dict[str, Json], str]:
    """The definition with a simple name, and its namespace only where that differs from the enclosing one."""
    name, namespace = node.get("name"), node.get("namespace", enclosing)
    if not isinstance(name, str) or not isinstance(namespace, str):
        return node, enclosing
    if "." in name:
        namespace, _, name = name.rpartition(".")
    rest = {key: value for key, value in node.items() if key not in {"name", "namespace"}}
    own: dict[str, Json] = {"name": name} if namespace == enclosing else {"name": name, "namespace": namespace}
    return {**own, **rest}, namespace


def _json(value: Json) -> str:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)
