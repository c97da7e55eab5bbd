"""A place in a JSON document, as a linked tuple: free to extend on the way down, written out only when it is shown."""

from __future__ import annotations

from typing import TypeAlias

__all__ = ["Pointer", "escape", "parts", "render"]

Pointer: TypeAlias = "tuple[Pointer, str | int] | None"
"""(parent, last part); ``None`` is the whole document."""


def parts(pointer: Pointer) -> list[str | int]:
    """From the document down."""
    found: list[str | int] = []
    while pointer is not None:
        pointer, part = pointer
        found.append(part)
    found.reverse()
    return found


def render(pointer: Pointer) -> str:
    """RFC 6901; ``""`` is the whole document."""
    return "".join(f"/{escape(str(part))}" for part in parts(pointer))


def escape(part: str) -> str:
    """A key as one part of a pointer."""
    return part.replace("~", "~0").replace("/", "~1")
