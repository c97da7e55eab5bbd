"""A schema text read as JSON, with the place of every value at hand.

The fast path is the standard library's scanner, which is told to refuse what we refuse. Whatever it cannot decide
(an error, deep nesting, escaped surrogates) is decided by `scanner.scan`; a property holds both to the same language.
"""

from __future__ import annotations

import json
from functools import cached_property
from typing import Final, NoReturn

from eventpact.errors import SchemaError
from eventpact.schema.limits import MAX_DEPTH, MAX_TEXT
from eventpact.schema.pointer import Pointer, parts, render
from eventpact.schema.scanner import JsonError, Scan, number, scan
from eventpact.schema.tree import Json

__all__ = ["UNSURE", "Document", "deeper_than", "read_fast"]


class _Unsure:
    """The fast path does not decide."""


UNSURE: Final = _Unsure()


class Document:
    """``text`` (valid Unicode without a byte order mark), and ``value``, the JSON in it.

    Raises:
        SchemaError: the text is not JSON, or not as we take it.
    """

    def __init__(self, text: str | bytes, source: str) -> None:
        self.source = source
        self.text = _decoded(text, source)
        value = read_fast(self.text)
        self.value: Json = self._scan.value if isinstance(value, _Unsure) else value

    @cached_property
    def _scan(self) -> Scan:
        try:
            return scan(self.text)
        except JsonError as fault:
            line, column = self._line(fault.offset)
            pointer: Pointer = None
            for part in fault.parts:
                pointer = (pointer, part)
            raise SchemaError(
                fault.message, source=self.source, line=line, column=column, pointer=render(pointer)
            ) from None

    def place(self, pointer: Pointer) -> tuple[int, int]:
        """Line and column, from 1, of the value at ``pointer``; of its closest container where it does not exist."""
        return self._line(self._scan.offset(parts(pointer)))

    def error(self, message: str, pointer: Pointer) -> SchemaError:
        line, column = self.place(pointer)
        return SchemaError(message, source=self.source, line=line, column=column, pointer=render(pointer))

    def _line(self, offset: int) -> tuple[int, int]:
        return self.text.count("\n", 0, offset) + 1, offset - self.text.rfind("\n", 0, offset)


def _decoded(text: str | bytes, source: str) -> str:
    if len(text) > MAX_TEXT:
        raise SchemaError(f"a schema text may have {MAX_TEXT} bytes at most", source=source, line=1, column=1)
    if isinstance(text, bytes):
        try:
            text = text.decode("utf-8")
        except UnicodeDecodeError as error:
            before = error.object[: error.start]
            line, column = before.count(b"\n") + 1, error.start - before.rfind(b"\n")
            raise SchemaError("the text is not UTF-8", source=source, line=line, column=column) from None
    if text.startswith("\ufeff"):
        message = "the text starts with a byte order mark; save it as UTF-8 without one"
        raise SchemaError(message, source=source, line=1, column=1)
    if not text.strip(" \t\r\n"):
        raise SchemaError("the text is empty; a schema is JSON", source=source, line=1, column=1)
    return text


def _object(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError
    return found


def _refuse(_: str) -> NoReturn:
    raise ValueError


_decode: Final = json.JSONDecoder(
    object_pairs_hook=_object,
    parse_constant=_refuse,
    parse_int=lambda text: number(text, whole=True),
    parse_float=lambda text: number(text, whole=False),
).decode


def read_fast(text: str) -> Json | _Unsure:
    """The JSON in ``text``, or `UNSURE`: ask the scanner."""
    if not text.isascii():
        try:
            text.encode("utf-8")
        except UnicodeEncodeError:
            return UNSURE
    if "\\ud" in text or "\\uD" in text:
        return UNSURE
    try:
        value: Json = _decode(text)
    except (ValueError, RecursionError):
        return UNSURE
    if text.count("{") + text.count("[") > MAX_DEPTH and deeper_than(MAX_DEPTH, value):
        return UNSURE
    return value


def deeper_than(levels: int, value: Json) -> bool:
    """Do more than ``levels`` containers stand inside each other?"""
    level: list[Json] = [value]
    for _ in range(levels):
        level = [found for found in level if found.__class__ is dict or found.__class__ is list]
        if not level:
            return False
        inside: list[Json] = []
        for found in level:
            inside.extend(found.values() if isinstance(found, dict) else found if isinstance(found, list) else ())
        level = inside
    return any(isinstance(found, dict | list) for found in level)
