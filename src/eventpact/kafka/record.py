"""A record as it stood on the topic: what a handler may ask for, and what a dead letter keeps."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final, Self, TypeAlias

from confluent_kafka import TIMESTAMP_NOT_AVAILABLE

from eventpact.ids import SchemaId

if TYPE_CHECKING:
    from confluent_kafka import Message
    from confluent_kafka._types import HeadersType

__all__ = ["Headers", "Record"]

Headers: TypeAlias = tuple[tuple[str, bytes | None], ...]
"""In their order, repeats kept; a header without a value is `None`, which is not the same as empty."""

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One record, its bytes untouched. Its repr shows where it stood and nothing of what it says.

    Attributes:
        timestamp_ms: milliseconds since 1970 UTC, -1 where the record has none.
        timestamp_type: 0 none, 1 set by the producer, 2 set by the broker.
        headers_unreadable: the client library could not read the headers; then `headers` is empty.
        schema_id: id of the writer's schema, `None` when the value has no frame.
        attempt: 1 for the first try in this process.
    """

    topic: str
    partition: int
    offset: int
    key: bytes | None
    value: bytes | None
    headers: Headers
    timestamp_ms: int = -1
    timestamp_type: int = TIMESTAMP_NOT_AVAILABLE
    headers_unreadable: bool = False
    schema_id: SchemaId | None = None
    attempt: int = 1

    @classmethod
    def of(cls, message: Message, schema_id: SchemaId | None = None, attempt: int = 1) -> Self:
        """Read everything out of the client library's message; never raises for what a stranger put into it."""
        kind, milliseconds = message.timestamp()
        try:
            headers = _headers(message.headers())
        except Exception:  # a name that is no UTF-8 is a SystemError in the client library
            headers = None
        return cls(
            topic=message.topic() or "",
            partition=-1 if (partition := message.partition()) is None else partition,
            offset=-1 if (offset := message.offset()) is None else offset,
            key=message.key(),
            value=message.value(),
            headers=headers or (),
            timestamp_ms=-1 if kind == TIMESTAMP_NOT_AVAILABLE else milliseconds,
            timestamp_type=kind,
            headers_unreadable=headers is None,
            schema_id=schema_id,
            attempt=attempt,
        )

    @property
    def timestamp(self) -> datetime | None:
        """When the record was written; `None` where it does not say or says what no calendar holds."""
        if self.timestamp_type == TIMESTAMP_NOT_AVAILABLE:
            return None
        try:
            return EPOCH + timedelta(milliseconds=self.timestamp_ms)
        except OverflowError:
            return None

    @property
    def place(self) -> str:
        """`topic[partition]@offset`, for logs."""
        return f"{self.topic}[{self.partition}]@{self.offset}"

    def __repr__(self) -> str:
        return f"Record({self.place}, attempt={self.attempt})"


def _headers(found: HeadersType | None) -> Headers:
    if not found:
        return ()
    pairs = found.items() if isinstance(found, dict) else found
    return tuple((name, value.encode() if isinstance(value, str) else value) for name, value in pairs)
