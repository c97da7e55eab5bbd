"""TOML with places: a table that knows on which line each of its keys stands, and complains with it."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from typing import Final

from eventpact.contract.lines import Path, line_numbers
from eventpact.contract.nearest import did_you_mean
from eventpact.errors import ManifestError

__all__ = ["Table", "read_toml"]

_BARE: Final = re.compile(r"[A-Za-z0-9_-]+")
_PLACE: Final = re.compile(r"\s*\(at line (\d+), column \d+\)")
_MISSING: Final = object()


def read_toml(text: str, source: str) -> Table:
    """The document as a `Table`. `ManifestError` with the line when it is not TOML."""
    try:
        values = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        place = _PLACE.search(str(error))
        line = int(place[1]) if place else None
        raise ManifestError(f"not TOML: {_PLACE.sub('', str(error))}", source=source, line=line) from None
    return Table(values, (), source, line_numbers(text))


class Table:
    """One table. Each key is taken once; `close` refuses the keys nobody asked for."""

    def __init__(self, values: Mapping[str, object], path: Path, source: str, lines: Mapping[Path, int]) -> None:
        self._values = values
        self._path = path
        self._source = source
        self._lines = lines
        self._known: list[str] = []

    def __contains__(self, key: str) -> bool:
        return key in self._values

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def error(self, message: str, key: str | None = None) -> ManifestError:
        """An error at ``key`` of this table, or at the table."""
        path = self._path if key is None else (*self._path, key)
        line = next((self._lines[path[:n]] for n in range(len(path), 0, -1) if path[:n] in self._lines), None)
        return ManifestError(message, source=self._source, key=_dotted(path), line=line)

    def table(self, key: str, *, required: bool = True) -> Table:
        value = self._take(key, {} if not required else _MISSING)
        if not isinstance(value, dict):
            raise self.error(f"expected a table, not {_kind(value)}", key)
        return Table(value, (*self._path, key), self._source, self._lines)

    def text(self, key: str) -> str:
        return self._text(self._take(key), key)

    def optional_text(self, key: str) -> str | None:
        # TOML has no null, so None can only mean absence.
        value = self._take(key, None)
        return None if value is None else self._text(value, key)

    def choice(self, key: str, choices: tuple[str, ...], default: str | None = None) -> str:
        value = self._text(self._take(key, _MISSING if default is None else default), key)
        if value not in choices:
            raise self.error(f"{value!r} is none of {', '.join(choices)}{did_you_mean(value, choices)}", key)
        return value

    def integer(self, key: str, default: int | None = None) -> int:
        value = self._take(key, _MISSING if default is None else default)
        if type(value) is not int:
            raise self.error(f"expected a whole number, not {_kind(value)}", key)
        return value

    def texts(self, key: str, *, required: bool = True) -> tuple[str, ...]:
        value = self._take(key, _MISSING if required else [])
        if not isinstance(value, list):
            raise self.error(f"expected a list of texts, not {_kind(value)}", key)
        return tuple(self._text(item, key) for item in value)

    def value(self, key: str) -> object:
        return self._take(key)

    def close(self) -> None:
        """Refuse the keys that were not asked for: a misspelled promise must not be a silent one."""
        for key in self._values:
            if key not in self._known:
                known = tuple(sorted(self._known))
                raise self.error(f"unknown key{did_you_mean(key, known)} (known here: {', '.join(known)})", key)

    def _take(self, key: str, default: object = _MISSING) -> object:
        self._known.append(key)
        value = self._values.get(key, default)
        if value is _MISSING:
            close = get_close_matches(key, [k for k in self._values if k not in self._known], 1)
            hint = f"; is {close[0]!r} a spelling of it?" if close else ""
            raise self.error(f"the key {key!r} is missing{hint}")
        return value

    def _text(self, value: object, key: str) -> str:
        if not isinstance(value, str):
            raise self.error(f"expected a text, not {_kind(value)}", key)
        return value


def _dotted(path: Path) -> str:
    return ".".join(part if _BARE.fullmatch(part) else f'"{part}"' for part in path)


def _kind(value: object) -> str:
    match value:
        case bool():
            return "true or false"
        case int():
            return "a whole number"
        case float():
            return "a number with a fraction"
        case str():
            return "a text"
        case list():
            return "a list"
        case dict():
            return "a table"
        case _:
            return "a date or time"
