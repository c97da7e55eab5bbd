"""The records of a run: events that carry their number and a canary, and poison that carries both in plain bytes."""

from __future__ import annotations

import re
from typing import Final

from eventpact.codec import Codec, frame
from eventpact.ids import SchemaId
from ingestion_events import IngestionEvent
from tests.kafka.world import event, number_of

__all__ = ["CANARY", "HEADERS", "is_poison", "number_in", "poison", "sound"]

CANARY: Final = "canary-1f0e9d"
"""In every value and header; it may be in no log line, no header of ours and no text of a dead letter."""
HEADERS: Final[list[tuple[str, str | bytes | None]]] = [("trace", CANARY), ("trace", b"\x00\xff"), ("empty", None)]
NOWHERE: Final = SchemaId(987_654)
TENANTS: Final = 40

_MARK: Final = re.compile(rb"poison canary-1f0e9d (\d+);")
_CODEC: Final = Codec(IngestionEvent)


def is_poison(number: int, every: int) -> bool:
    """One record in so many, 0 for none."""
    return every > 0 and number % every == 3


def sound(number: int) -> IngestionEvent:
    """Event number `number`; a tenant's events have rising numbers."""
    return event(number, owner=number % TENANTS, name=f"{CANARY}.pdf")


def poison(number: int, schema_id: SchemaId) -> bytes:
    """A value that nobody can read: no frame, an unknown schema, or a body that breaks off."""
    body = f"poison {CANARY} {number};".encode()
    return (body, frame(NOWHERE, body), frame(schema_id, body))[number // 7 % 3]


def number_in(value: bytes) -> int:
    """The number that a value carries."""
    found = _MARK.search(value)
    return int(found[1]) if found else number_of(_CODEC.decode(value[5:]))
