"""Settings as rows: a dataclass field carries its rule, so one walk checks all of them and one walk reads them.

The variable of field `linger_ms` of a class with the prefix `KAFKA_PRODUCER_` is `KAFKA_PRODUCER_LINGER_MS`.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Any, Final, Protocol

from eventpact.errors import SettingsError

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

    from eventpact.kafka.environment import Environment

__all__ = ["Choice", "Range", "Text", "check_fields", "choice", "number", "read_fields", "text"]

RULE: Final = "rule"


class Rule(Protocol):
    """What a field may hold, how text becomes it, and how to say so."""

    @property
    def expected(self) -> str: ...
    def read(self, written: str) -> object: ...
    def holds(self, value: object) -> bool: ...


@dataclass(frozen=True, slots=True)
class Range:
    """A whole number from `low` to `high`."""

    low: int
    high: int

    @property
    def expected(self) -> str:
        return f"expected a whole number from {self.low} to {self.high}"

    def read(self, written: str) -> object:
        return int(written) if written.isascii() and written.isdigit() and len(written) < 20 else None

    def holds(self, value: object) -> bool:
        return type(value) is int and self.low <= value <= self.high


@dataclass(frozen=True, slots=True)
class Choice:
    """One of a few words; `reason` says why not others."""

    words: tuple[str, ...]
    reason: str = ""

    @property
    def expected(self) -> str:
        return f"expected {' or '.join(self.words)}" + (f": {self.reason}" if self.reason else "")

    def read(self, written: str) -> object:
        return written

    def holds(self, value: object) -> bool:
        return value in self.words


@dataclass(frozen=True, slots=True)
class Text:
    """Characters that Kafka allows in names, or nothing."""

    longest: int = 249

    @property
    def expected(self) -> str:
        return f"expected at most {self.longest} letters, digits, dots, dashes and underscores"

    def read(self, written: str) -> object:
        return written

    def holds(self, value: object) -> bool:
        return value is None or (isinstance(value, str) and legal_name(value, self.longest))


def legal_name(value: str, longest: int = 249) -> bool:
    """Kafka's rule for topic names."""
    plain = value.replace(".", "").replace("-", "").replace("_", "")
    return value.isascii() and value not in {"", ".", ".."} and (plain.isalnum() or not plain) and len(value) <= longest


def number(default: int, low: int, high: int) -> int:
    """A field that holds a whole number."""
    return field(default=default, metadata={RULE: Range(low, high)})


def choice(default: str, *words: str, reason: str = "") -> str:
    """A field that holds `default` or one of `words`."""
    return field(default=default, metadata={RULE: Choice((default, *words), reason)})


def text() -> str | None:
    """A field that holds a name, or nothing."""
    return field(default=None, metadata={RULE: Text()})


def check_fields(settings: DataclassInstance, prefix: str) -> None:
    """Every field keeps its rule; otherwise SettingsError with the name of its variable."""
    for row in fields(settings):
        if not row.metadata[RULE].holds(getattr(settings, row.name)):
            raise SettingsError(prefix + row.name.upper(), row.metadata[RULE].expected)


def read_fields(cls: type[DataclassInstance], prefix: str, environment: Environment) -> dict[str, Any]:
    """The fields that the environment sets, as keyword arguments of `cls`, not yet checked."""
    return {
        row.name: row.metadata[RULE].read(written)
        for row in fields(cls)
        if (written := environment.get(prefix + row.name.upper())) is not None
    }
