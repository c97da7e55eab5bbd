"""Headers that a publisher adds to its events: checked before anything is sent, as nobody can take them back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final, TypeAlias

from eventpact.errors import EncodeError

__all__ = ["CONTROL_PREFIXES", "REPLAY_ID", "RESERVED_PREFIXES", "CallerHeaders", "checked_headers"]

CallerHeaders: TypeAlias = "Mapping[str, str | bytes | None] | Iterable[tuple[str, str | bytes | None]]"
"""Names and values, in their order; in pairs a name may stand twice. Text is written as UTF-8."""

CONTROL_PREFIXES: Final = ("__connect.errors.", "kafka_dlt-", "x-dlq-", "x-retry-count", "x-not-before")
"""Header names that only we may set on a dead letter. An original header of such a name lives on in the envelope."""

REPLAY_ID: Final = "x-replay-id"
RESERVED_PREFIXES: Final = (*CONTROL_PREFIXES, REPLAY_ID, "x-replayed-at", "x-original-timestamp")
"""What dead letters and replays say about a record. An event that brought its own would be taken for one of them."""


def checked_headers(headers: CallerHeaders) -> tuple[tuple[str, bytes | None], ...]:
    """The headers as the client library takes them.

    Raises:
        EncodeError: a name or a value is none; its path counts headers from 0 and shows neither.
    """
    pairs = headers.items() if isinstance(headers, Mapping) else headers
    return tuple(_checked(number, pair) for number, pair in enumerate(pairs))


def _checked(number: int, pair: object) -> tuple[str, bytes | None]:
    match pair:
        case (str(name), str() | bytes() | None as value):
            return _name(number, name), _bytes(number, value)
        case (str(), _):
            raise _refused(number, "the value is neither text nor bytes nor None")
        case _:
            raise _refused(number, "expected a name, which is text, and a value")


def _name(number: int, name: str) -> str:
    if not name or "\0" in name:
        # The client library would cut it there, in silence.
        raise _refused(number, "the name is empty or holds a NUL")
    if name.startswith(RESERVED_PREFIXES):
        taken = next(prefix for prefix in RESERVED_PREFIXES if name.startswith(prefix))
        raise _refused(number, f"names that start with {taken} are kept for dead letters and replays")
    _encoded(number, name)
    return name


def _bytes(number: int, value: str | bytes | None) -> bytes | None:
    return _encoded(number, value) if isinstance(value, str) else value


def _encoded(number: int, text: str) -> bytes:
    try:
        return text.encode()
    except UnicodeEncodeError:
        raise _refused(number, "a lone surrogate cannot be written as UTF-8") from None


def _refused(number: int, reason: str) -> EncodeError:
    return EncodeError(reason, path=f"headers[{number}]", rule="header")
