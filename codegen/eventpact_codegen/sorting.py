"""The orders that import sorters and ``__all__`` sorters agree on."""

from __future__ import annotations

import re
from typing import Final, TypeAlias

__all__ = ["by_import", "by_listing", "by_nature"]

Natural: TypeAlias = tuple[tuple[int, int, str], ...]

_PARTS: Final = re.compile(r"[0-9]+|[^0-9]")


def by_nature(name: str) -> Natural:
    """``v2`` before ``v10``."""
    return tuple((0, int(part), part) if part[0].isdigit() else (1, ord(part), part) for part in _PARTS.findall(name))


def by_import(name: str) -> tuple[int, Natural, Natural]:
    """Members of ``from x import ...``: constants, classes, the rest; letter case counts last."""
    return _kind(name), by_nature(name.lower()), by_nature(name)


def by_listing(name: str) -> tuple[int, Natural]:
    """Members of ``__all__``: constants, classes, the rest."""
    return _kind(name), by_nature(name)


def _kind(name: str) -> int:
    if len(name) > 1 and name.isupper():
        return 0
    return 1 if name[0].isupper() else 2
