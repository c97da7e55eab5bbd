"""Small changes to a document, as new documents: what is not touched keeps its order and spelling."""

from __future__ import annotations

import json
from collections.abc import Iterable

from eventpact_compat.layout.document import Array, Node, Object, Scalar

__all__ = ["replaced", "string", "without"]


def string(text: str) -> Scalar:
    return Scalar(json.dumps(text, ensure_ascii=False))


def without(node: Object, keys: Iterable[str]) -> Object:
    """``node`` without the members of these names."""
    gone = frozenset(keys)
    return Object(tuple((key, value) for key, value in node.members if key.text not in gone), node.start)


def replaced(root: Node, pointer: str, new: Node) -> Node:
    """``root`` with ``new`` at an RFC 6901 pointer that leads somewhere."""
    parts = [part.replace("~1", "/").replace("~0", "~") for part in pointer.split("/")[1:]]
    holders: list[Array | Object] = []
    node = root
    for part in parts:
        if isinstance(node, Scalar):
            raise KeyError(pointer)
        holders.append(node)
        inner = node.get(part) if isinstance(node, Object) else node.items[int(part)]
        if inner is None:
            raise KeyError(pointer)
        node = inner
    for holder, part in zip(reversed(holders), reversed(parts), strict=True):
        new = _with(holder, part, new)
    return new


def _with(holder: Array | Object, part: str, new: Node) -> Node:
    if isinstance(holder, Array):
        at = int(part)
        return Array((*holder.items[:at], new, *holder.items[at + 1 :]), holder.start)
    return Object(tuple((key, new if key.text == part else value) for key, value in holder.members), holder.start)
