"""The truth about JSON text: one pass without recursion that knows where every value stands.

Strict RFC 8259, and then: no duplicate keys, no lone surrogates, numbers that a double or an exact integer can hold,
a limit to the nesting. `document.read` uses it whenever the fast path of the standard library is not sure.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final

from eventpact.schema.limits import MAX_DEPTH, MAX_NUMBER
from eventpact.schema.tree import Json

__all__ = ["JsonError", "Scan", "number", "scan"]

_SPACE: Final = re.compile(r"[ \t\n\r]+")
_PLAIN: Final = re.compile(r'"([^"\\\x00-\x1f\ud800-\udfff]*)"')
_CHUNK: Final = re.compile(r'[^"\\\x00-\x1f\ud800-\udfff]+')
_NUMBER: Final = re.compile(r"-?(?:0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?")
_HEX: Final = re.compile(r"u([0-9a-fA-F]{4})")
_WORD: Final = re.compile(r"[A-Za-z0-9_.+-]+")
_WORDS: Final[dict[str, Json]] = {"true": True, "false": False, "null": None}
_ESCAPES: Final = {
    '"': '"',
    "\\": "\\",
    "/": "/",
    "b": "\b",
    "f": "\f",
    "n": "\n",
    "r": "\r",
    "t": "\t",
}


class JsonError(ValueError):
    """Not JSON as we take it. ``offset`` counts characters, ``parts`` lead to the value in question."""

    def __init__(self, message: str, offset: int, parts: tuple[str | int, ...] = ()) -> None:
        self.message = message
        self.offset = offset
        self.parts = parts
        super().__init__(message)


@dataclass(slots=True)
class _Open:
    """A container that is not closed yet. ``starts`` are the offsets of its values, by key or index."""

    value: dict[str, Json] | list[Json]
    starts: dict[str | int, int] = field(default_factory=dict[str | int, int])
    key: str | None = None

    @property
    def part(self) -> str | int:
        return len(self.value) if self.key is None else self.key


@dataclass(frozen=True, slots=True)
class Scan:
    """The document, where it starts, and where the values of each container start (by the container's identity)."""

    value: Json
    start: int
    starts: dict[int, dict[str | int, int]]

    def offset(self, parts: list[str | int]) -> int:
        """Where the value at ``parts`` starts; for a part that is not there, where its container starts."""
        here, at = self.value, self.start
        for part in parts:
            found = self.starts.get(id(here), {}).get(part)
            if found is None:
                break
            at = found
            here = here[part]  # type: ignore[index]
        return at


def number(text: str, *, whole: bool) -> int | float:
    """A JSON number as an exact int, or as a finite float when it has a fraction or an exponent.

    Raises:
        ValueError: too long, or too large for a double.
    """
    if len(text) > MAX_NUMBER:
        raise ValueError(f"a number of more than {MAX_NUMBER} characters")
    if whole:
        return int(text)
    value = float(text)
    if value in (float("inf"), float("-inf")):
        raise ValueError("a number that no double can hold")
    return value


def scan(text: str) -> Scan:
    """Read ``text``.

    Raises:
        JsonError: it is not JSON as we take it.
    """
    return _Scanner(text).document()


class _Scanner:
    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.open: list[_Open] = []
        self.starts: dict[int, dict[str | int, int]] = {}

    def document(self) -> Scan:
        self.space()
        start = self.at
        value = self.value()
        while self.open:
            inner = self.open[-1]
            if self.enter(inner):
                # A container that was just opened has nothing to store yet.
                before = len(self.open)
                inner.starts[inner.part] = self.at
                value = self.value()
                if len(self.open) == before:
                    self.store(inner, value)
            else:
                self.open.pop()
                value = inner.value
                self.starts[id(value)] = inner.starts
                if self.open:
                    self.store(self.open[-1], value)
        self.space()
        if self.at < len(self.text):
            raise self.fault("text after the end of the document")
        return Scan(value, start, self.starts)

    def store(self, container: _Open, value: Json) -> None:
        if isinstance(container.value, dict):
            container.value[str(container.key)] = value
            container.key = None
        else:
            container.value.append(value)

    def enter(self, container: _Open) -> bool:
        """Stand before the container's next value, or behind its end."""
        self.space()
        here = self.peek()
        close = "}" if isinstance(container.value, dict) else "]"
        if here == close:
            self.at += 1
            return False
        if container.value:
            if here != ",":
                raise self.fault(f"expected ',' or '{close}'")
            self.at += 1
            self.space()
            if self.peek() == close:
                raise self.fault(f"a comma before '{close}'")
        if isinstance(container.value, dict):
            self.key(container, container.value)
        return True

    def key(self, container: _Open, value: dict[str, Json]) -> None:
        start = self.at
        if self.peek() != '"':
            raise self.fault("expected a key in double quotes")
        key = self.string()
        if key in value:
            self.at = start
            container.key = key
            raise self.fault(f"the key {key!r} stands twice in this object")
        self.space()
        if self.peek() != ":":
            raise self.fault("expected ':' after the key")
        self.at += 1
        self.space()
        container.key = key

    def value(self) -> Json:
        """Read a plain value, or open a container."""
        here = self.peek()
        if here in {"{", "["}:
            if len(self.open) >= MAX_DEPTH:
                raise JsonError(f"nested deeper than {MAX_DEPTH} levels", self.at)
            container: dict[str, Json] | list[Json] = {} if here == "{" else []
            self.open.append(_Open(container))
            self.at += 1
            return container
        if here == '"':
            return self.string()
        if (found := _NUMBER.match(self.text, self.at)) is not None:
            return self.number(found)
        return self.word()

    def number(self, found: re.Match[str]) -> Json:
        behind = _WORD.match(self.text, found.end())
        if behind is not None:
            raise self.fault("not a number as JSON writes it")
        try:
            value = number(found.group(), whole=found.group(1) is None and found.group(2) is None)
        except ValueError as error:
            raise self.fault(str(error)) from None
        self.at = found.end()
        return value

    def word(self) -> Json:
        found = _WORD.match(self.text, self.at)
        if found is not None and found.group() in _WORDS:
            self.at = found.end()
            return _WORDS[found.group()]
        if found is not None and found.group().lstrip("+-") in {"NaN", "Infinity"}:
            raise self.fault("NaN and Infinity are not JSON")
        if self.peek() == "'":
            raise self.fault("text stands in double quotes")
        raise self.fault("expected a value")

    def string(self) -> str:
        if (found := _PLAIN.match(self.text, self.at)) is not None:
            self.at = found.end()
            return found.group(1)
        start, pieces = self.at, list[str]()
        self.at += 1
        while True:
            if (found := _CHUNK.match(self.text, self.at)) is not None:
                pieces.append(found.group())
                self.at = found.end()
            here = self.peek()
            if here == '"':
                self.at += 1
                return "".join(pieces)
            if here == "\\":
                pieces.append(self.escape())
            elif not here:
                self.at = start
                raise self.fault("text without a closing quote")
            elif here < " ":
                raise self.fault(f"a control character in text; write it as \\u{ord(here):04x}")
            else:
                raise self.fault("half of a surrogate pair in text")

    def escape(self) -> str:
        letter = self.text[self.at + 1 : self.at + 2]
        if letter in _ESCAPES:
            self.at += 2
            return _ESCAPES[letter]
        code = self.hex(self.at + 1)
        if not 0xD800 <= code <= 0xDFFF:
            self.at += 6
            return chr(code)
        if code <= 0xDBFF and self.text[self.at + 6 : self.at + 7] == "\\":
            low = _HEX.match(self.text, self.at + 7)
            if low is not None and 0xDC00 <= int(low.group(1), 16) <= 0xDFFF:
                self.at += 12
                return chr(0x10000 + ((code - 0xD800) << 10) + int(low.group(1), 16) - 0xDC00)
        raise self.fault("half of a surrogate pair in text")

    def hex(self, at: int) -> int:
        found = _HEX.match(self.text, at)
        if found is None:
            raise self.fault("an escape that JSON does not have")
        return int(found.group(1), 16)

    def space(self) -> None:
        if (found := _SPACE.match(self.text, self.at)) is not None:
            self.at = found.end()

    def peek(self) -> str:
        return self.text[self.at : self.at + 1]

    def fault(self, message: str) -> JsonError:
        if message.startswith("expected"):
            if self.at >= len(self.text):
                message += ", found the end of the text"
            elif self.text[self.at] == "/":
                message += ", found a comment; JSON has none"
        return JsonError(
            message,
            self.at,
            tuple(open_.part for open_ in self.open if open_.key is not None or isinstance(open_.value, list)),
        )
