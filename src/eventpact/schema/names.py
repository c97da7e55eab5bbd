"""Avro names: the pattern, full names, namespaces (specification 1.12, "Names")."""

from __future__ import annotations

import re
from typing import Final

from eventpact.schema.tree import Kind

__all__ = ["CONFUSING", "PRIMITIVE_NAMES", "full_name", "is_name", "is_namespace", "namespace_of", "simple_name"]

# ASCII on purpose, and always matched as a whole: \w takes letters that look alike, $ takes a trailing newline.
_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")

PRIMITIVE_NAMES: Final = frozenset(kind.value for kind in Kind)

CONFUSING: Final = frozenset({"record", "error", "enum", "array", "map", "fixed", "union", "request", "error_union"})
"""Legal type names that a reader takes for something else."""


def is_name(text: str) -> bool:
    """Is it a simple name?"""
    return _NAME.fullmatch(text) is not None


def is_namespace(text: str) -> bool:
    """Are all its dotted parts names? The empty text is the null namespace."""
    return not text or all(map(is_name, text.split(".")))


def full_name(name: str, namespace: str) -> str:
    """``name`` as seen from ``namespace``; a dotted name is full already, a leading dot means the null namespace."""
    if "." in name:
        return name.removeprefix(".") if name.rfind(".") == 0 else name
    return f"{namespace}.{name}" if namespace else name


def namespace_of(full: str) -> str:
    return full.rpartition(".")[0]


def simple_name(full: str) -> str:
    return full.rpartition(".")[2]
