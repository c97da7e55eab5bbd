"""JSON text -> nodes that lose nothing: order, repeated keys, the spelling of every string and number, and places.

`eventpact.schema.parse` is the only reader of what a schema *means*. This one reads how it is *written*, which the
formatter, the fixes and the places of findings need. Nothing here recurses: depth is no limit.
"""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final, TypeAlias

from eventpact.errors import SchemaError

__all__ = ["Array", "Document", "Node", "Object", "Scalar", "at", "read"]


@dataclass(frozen=True, slots=True)
class Scalar:
    """A string, number, ``true``, ``false`` or ``null``, as written. ``start`` is its offset in the text."""

    raw: str
    start: int = field(default=-1, compare=False)

    @property
    def width(self) -> int:
        return len(self.raw)

    @property
    def held(self) -> bool:
        return False

    @property
    def value(self) -> object:
        return json.loads(self.raw)

    @property
    def text(self) -> str | None:
        """The string that is written here, ``None`` for anything but a string."""
        value = self.value
        return value if isinstance(value, str) else None


@dataclass(frozen=True, slots=True, eq=False)
class Array:
    """``width`` is the length on one line; ``held`` says that it is never put on one line."""

    items: tuple[Node, ...]
    start: int = -1
    width: int = field(init=False)
    held: bool = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "width", _width(item.width for item in self.items))
        object.__setattr__(self, "held", any(item.held for item in self.items))


@dataclass(frozen=True, slots=True, eq=False)
class Object:
    """Members in the order of the text, repeated keys included."""

    members: tuple[tuple[Scalar, Node], ...]
    start: int = -1
    width: int = field(init=False)
    held: bool = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "width", _width(len(key.raw) + 2 + value.width for key, value in self.members))
        # A record keeps one field a line even when it is short: a new field is then a diff of one line.
        fields = any(_is(key, "fields") and isinstance(v, Array) and v.items for key, v in self.members)
        object.__setattr__(self, "held", fields or any(value.held for _, value in self.members))

    def get(self, name: str) -> Node | None:
        """The value of the first member of that name."""
        return next((value for key, value in self.members if _is(key, name)), None)

    def key(self, name: str) -> Scalar | None:
        return next((key for key, _ in self.members if _is(key, name)), None)

    def keys(self) -> tuple[str, ...]:
        return tuple(key.text or "" for key, _ in self.members)


Node: TypeAlias = Scalar | Array | Object


@dataclass(frozen=True, slots=True, eq=False)
class Document:
    """A text and what stands in it."""

    text: str
    root: Node
    _lines: tuple[int, ...] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_lines", (0, *(m.end() for m in re.finditer("\n", self.text))))

    def place(self, offset: int) -> tuple[int, int]:
        """1-based line and column of an offset."""
        return _place(self._lines, offset)

    def at(self, pointer: str) -> Node | None:
        """The node at an RFC 6901 pointer."""
        return at(self.root, pointer)


def at(node: Node | None, pointer: str) -> Node | None:
    """The node below ``node`` at an RFC 6901 pointer, ``None`` when it leads nowhere."""
    for part in pointer.split("/")[1:]:
        match node:
            case Object():
                node = node.get(part.replace("~1", "/").replace("~0", "~"))
            case Array(items) if part.isdecimal() and int(part) < len(items):
                node = items[int(part)]
            case _:
                return None
    return node


def read(text: str, source: str = "<schema>") -> Document:
    """The document that ``text`` holds.

    Raises:
        SchemaError: not JSON (RFC 8259, without comments, byte order mark, NaN or Infinity); it names line and column.
    """
    reader = _Reader(text, source)
    return Document(text, reader.document())


_SPACE: Final = re.compile(r"[ \t\n\r]*+")
_STRING: Final = re.compile(r'"[^"\\\x00-\x1f]*+(?:\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})[^"\\\x00-\x1f]*+)*+"')
_PLAIN: Final = re.compile(r"-?(?:0|[1-9][0-9]*+)(?:\.[0-9]++)?+(?:[eE][+-]?+[0-9]++)?+|true|false|null")


@dataclass(slots=True)
class _Open:
    """An array or object whose end has not been read."""

    start: int
    is_object: bool
    keys: list[Scalar] = field(default_factory=list)
    values: list[Node] = field(default_factory=list)

    def close(self) -> Node:
        if self.is_object:
            return Object(tuple(zip(self.keys, self.values, strict=True)), self.start)
        return Array(tuple(self.values), self.start)


class _Reader:
    def __init__(self, text: str, source: str) -> None:
        self._text = text
        self._source = source
        self._at = 0

    def document(self) -> Node:
        if self._text.startswith("\ufeff"):
            raise self._error("the text starts with a byte order mark; save it as UTF-8 without one")
        opened: list[_Open] = []
        while True:
            done = self._value(opened)
            while done is not None:
                if not opened:
                    if self._next():
                        raise self._error("text after the document; a schema file holds one JSON value")
                    return done
                opened[-1].values.append(done)
                done = self._after_value(opened)

    def _value(self, opened: list[_Open]) -> Node | None:
        """One scalar or empty container, or ``None`` when a container was opened."""
        match self._next():
            case "{" | "[" as bracket:
                opened.append(_Open(self._at, bracket == "{"))
                self._at += 1
                if self._next() == ("}" if bracket == "{" else "]"):
                    self._at += 1
                    return opened.pop().close()
                if bracket == "{":
                    self._key(opened[-1])
                return None
            case '"':
                return self._scalar(_STRING, "a string without an end, or with a bare control character or bad escape")
            case _:
                return self._scalar(_PLAIN, "expected a JSON value")

    def _after_value(self, opened: list[_Open]) -> Node | None:
        """The container that ends here, or ``None`` when another value follows."""
        last = opened[-1]
        end = "}" if last.is_object else "]"
        match self._next():
            case ",":
                self._at += 1
                if last.is_object:
                    self._key(last)
                return None
            case char if char == end:
                self._at += 1
                return opened.pop().close()
            case _:
                raise self._error(f"expected a comma or {end}")

    def _key(self, last: _Open) -> None:
        self._next()
        last.keys.append(self._scalar(_STRING, "expected a key in double quotes"))
        if self._next() != ":":
            raise self._error("expected a colon")
        self._at += 1

    def _scalar(self, pattern: re.Pattern[str], problem: str) -> Scalar:
        found = pattern.match(self._text, self._at)
        if found is None:
            raise self._error(problem)
        self._at = found.end()
        return Scalar(found[0], found.start())

    def _next(self) -> str:
        """The next character that is no white space, ``""`` at the end."""
        found = _SPACE.match(self._text, self._at)
        self._at = self._at if found is None else found.end()
        return self._text[self._at : self._at + 1]

    def _error(self, problem: str) -> SchemaError:
        line, column = _place((0, *(m.end() for m in re.finditer("\n", self._text))), self._at)
        return SchemaError(f"not JSON: {problem}", source=self._source, line=line, column=column)


def _place(lines: tuple[int, ...], offset: int) -> tuple[int, int]:
    line = bisect_right(lines, offset)
    return line, offset - lines[line - 1] + 1


def _width(widths: Iterator[int]) -> int:
    sizes = list(widths)
    return 2 + sum(sizes) + 2 * max(0, len(sizes) - 1)


def _is(key: Scalar, name: str) -> bool:
    # Nearly every key is written without escapes, so the raw text decides first.
    return key.raw == f'"{name}"' or ("\\" in key.raw and key.text == name)
