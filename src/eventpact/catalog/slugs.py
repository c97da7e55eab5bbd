"""Names that may hold anything -> names that a file system, a link and a document's key can hold."""

from __future__ import annotations

from collections.abc import Iterable

__all__ = ["slugs"]

_LONGEST = 100


def slugs(names: Iterable[str]) -> dict[str, str]:
    """Each name's own: lower-case letters, digits and ``-_.`` only, and no two that a file system takes for one."""
    found: dict[str, str] = {}
    taken: set[str] = set()
    for name in names:
        plain = "".join(c if c.isascii() and (c.isalnum() or c in "-_.") else "-" for c in name.lower())
        plain = plain.strip(".")[:_LONGEST] or "-"
        number, slug = 1, plain
        while slug in taken:
            number += 1
            slug = f"{plain}-{number}"
        taken.add(slug)
        found[name] = slug
    return found
