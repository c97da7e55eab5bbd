"""On which line does a key stand? tomllib does not say, so the text is read once more, statement by statement."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from typing import TypeAlias

__all__ = ["Path", "line_numbers"]

Path: TypeAlias = tuple[str, ...]
"""A key with its tables, outermost first."""


def line_numbers(text: str) -> dict[Path, int]:
    """Every key's path with its 1-based line. ``text`` is known to be valid TOML."""
    return dict(_lines(text))


def _lines(text: str) -> Iterator[tuple[Path, int]]:
    table: Path = ()
    seen: set[Path] = set()
    lines = text.split("\n")
    start = 0
    while start < len(lines):
        end, values = _statement(lines, start)
        header = lines[start].lstrip().startswith("[")
        for path in _paths(values):
            full = path if header else table + path
            if full not in seen:
                seen.add(full)
                yield full, start + 1
        if header:
            table = max(_paths(values), key=len, default=())
        start = end


def _statement(lines: list[str], start: int) -> tuple[int, dict[str, object]]:
    """The shortest run of lines that is TOML by itself: so tomllib stays the only one to read TOML."""
    for end in range(start + 1, len(lines) + 1):
        try:
            return end, tomllib.loads("\n".join(lines[start:end]))
        except tomllib.TOMLDecodeError:
            continue
    return start + 1, {}


def _paths(values: object, path: Path = ()) -> Iterator[Path]:
    if path:
        yield path
    if isinstance(values, dict):
        for key, value in values.items():
            yield from _paths(value, (*path, key))
