"""Schema texts as Python source: whatever they hold, it stays data.

Every string that comes from a schema passes through here, or is an identifier that `names` has checked.
"""

from __future__ import annotations

import re
import textwrap
import unicodedata
from collections.abc import Iterator
from typing import Final

__all__ = ["WIDTH", "columns", "comment", "data", "docstring", "pieces", "text"]

WIDTH: Final = 88
"""Columns of generated code: a formatter with a larger line length leaves it alone, too."""

_LINE_ENDS: Final = re.compile(r"\r\n?|[\n\v\f\x1c-\x1e\x85\u2028\u2029]")


def columns(code: str) -> int:
    """How wide the formatter takes it for: two columns for the letters of East Asia, none for marks on a letter.

    Unicode Standard Annex 11; the formatter knows some 500 rare characters more.
    """
    return len(code) if code.isascii() else sum(map(_width, code))


def text(value: str) -> str:
    """A string literal, quoted as the formatter would."""
    quote = _quote(value)
    return quote + "".join(_character(c, quote) for c in value) + quote


def data(value: bytes) -> str:
    """A bytes literal, quoted as the formatter would."""
    quote = _quote(value.decode("latin-1"))
    return "b" + quote + "".join(_character(chr(b), quote) if b < 128 else f"\\x{b:02x}" for b in value) + quote


def pieces(value: str, room: int) -> list[str]:
    """At least two string literals of at most ``room`` columns that make up ``value``, one per line of it at least."""
    parts = [part for line in value.splitlines(keepends=True) for part in _cut(line, room)]
    if len(parts) == 1:
        half = len(value) // 2
        parts = [value[:half], value[half:]]
    return [text(part) for part in parts]


def docstring(doc: str | None, indent: int) -> list[str]:
    """The lines of a docstring, the first without its indentation; none when there is nothing to say.

    Long lines are wrapped: the exact text is in the schema, this one is for people.
    """
    raw = textwrap.dedent("\n".join(_LINE_ENDS.split((doc or "").strip("\n")))).split("\n")
    lines = [part for line in raw for part in _wrapped(line.expandtabs(4).rstrip(), WIDTH - indent - 8)]
    while lines and not lines[0].strip():
        lines.pop(0)
    while lines and not lines[-1].strip():
        lines.pop()
    if not lines:
        return []
    lines[0] = lines[0].lstrip()
    shown = [_docstring_line(line, first=i == 0, last=i == len(lines) - 1) for i, line in enumerate(lines)]
    if len(shown) == 1:
        return [f'"""{shown[0]}"""']
    return [f'"""{shown[0]}', *(" " * indent + s if s else "" for s in shown[1:]), " " * indent + '"""']


def comment(value: str) -> str:
    """Text that cannot leave its comment line."""
    return "".join(c if c.isprintable() else "?" for c in value)


def _width(character: str) -> int:
    if unicodedata.category(character) in {"Mn", "Me"}:
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def _quote(value: str) -> str:
    return "'" if value.count('"') > value.count("'") else '"'


def _character(character: str, quote: str) -> str:
    if character == quote:
        return f"\\{quote}"
    if character == "\\":
        return "\\\\"
    return character if character.isprintable() else repr(character)[1:-1]


def _docstring_line(line: str, *, first: bool, last: bool) -> str:
    """Escaped: backslashes, what is invisible, and each quote that could be part of the closing three."""
    shown = ""
    for i, character in enumerate(line):
        edge = (first and i == 0) or (last and i == len(line) - 1) or line[i : i + 3] == '"""'
        shown += _character(character, '"' if edge else "")
    return shown


def _cut(line: str, room: int) -> Iterator[str]:
    start, width = 0, 2
    quote = _quote(line)
    # A part may prefer the other quote, so a quote of either kind counts as an escaped one.
    sizes = [2 if character in "'\"" else columns(_character(character, quote)) for character in line]
    for i, size in enumerate(sizes):
        if width + size > room and i > start:
            blank = line.rfind(" ", start, i) + 1
            end = blank if blank > start and not line[start:blank].isspace() else i
            yield line[start:end]
            start, width = end, 2 + sum(sizes[end:i])
        width += size
    yield line[start:]


def _wrapped(line: str, room: int) -> list[str]:
    if len(line) <= room:
        return [line]
    indent = line[: len(line) - len(line.lstrip())][: room // 2]
    return textwrap.wrap(
        line.strip(),
        room,
        initial_indent=indent,
        subsequent_indent=indent,
        break_long_words=False,
        break_on_hyphens=False,
    )
