"""Raw dead letters: the value is the original one, everything else stands in headers, for tools that read no envelope.

Whoever may write to the topic may write such headers, and there is no schema to hold them against: so they are read
defensively, and the rights on the topic carry the trust.
"""

from __future__ import annotations

import re
import struct
from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from enum import Enum
from typing import Final, TypeVar

from eventpact.codec import unframe
from eventpact.dead_letter import DeadLetter, Header, Reason, Stage
from eventpact.errors import FrameError
from eventpact.kafka.caller_headers import CONTROL_PREFIXES
from eventpact.kafka.diagnosis import tenant_of
from eventpact.kafka.envelope import TIMESTAMP_NAMES, milliseconds_of, moment_of, tool_headers
from eventpact.kafka.record import Headers, Record
from eventpact.registry import MAX_ID

__all__ = ["NotALetter", "is_raw", "raw_headers", "read_raw"]

Member = TypeVar("Member", bound=Enum)

FORMAT: Final = "x-dlq-format"
RAW: Final = b"raw"
KEPT: Final = "x-dlq-original."
"""Stands before the name of an original header that looks like one of ours, so that it comes back as it was."""

INT: Final = 2**31
LONG: Final = 2**63
LONGEST: Final = 4_096
"""Bytes of a text header; what we write is shorter."""
_NUMBER: Final = re.compile(rb"-?[0-9]{1,19}")
_TYPES: Final = {name: kind for kind, name in TIMESTAMP_NAMES.items()}


class NotALetter(Exception):  # noqa: N818 - a finding, raised and caught within this room
    """The headers do not say what a dead letter's have to, or say it twice. Its text is a header's name."""


def is_raw(headers: Headers) -> bool:
    """Does the record say that it is a raw dead letter? No worker copies that header from an event."""
    return (FORMAT, RAW) in headers


def raw_headers(letter: DeadLetter, client_id: str) -> Headers:
    """The original headers in their order, then those for tools, then what else an envelope would hold."""
    originals = tuple(
        (f"{KEPT}{header.name}" if header.name.startswith(CONTROL_PREFIXES) else header.name, header.value)
        for header in letter.original_headers
    )
    further: dict[str, str | None] = {
        "x-dlq-code": letter.error_code,
        "x-dlq-location": letter.error_location,
        "x-dlq-worker": letter.worker_version,
        "x-dlq-max-retries": str(letter.max_retries),
        "x-dlq-first-failed-at": str(milliseconds_of(letter.first_failed_at)),
        "x-dlq-failed-at": str(milliseconds_of(letter.failed_at)),
        "x-dlq-headers-unreadable": "1" if letter.headers_unreadable else None,
        "x-not-before": None if letter.not_before_ms is None else str(letter.not_before_ms),
    }
    ours = tuple((name, text.encode()) for name, text in further.items() if text is not None)
    return (*originals, *tool_headers(letter, client_id), (FORMAT, RAW), *ours)


def read_raw(record: Record) -> DeadLetter:
    """What the worker knew of the record that failed. Tenant and schema id are read from the key and the frame.

    Raises:
        NotALetter: a header is missing, twice, no number, out of range, or two of them contradict each other.
    """
    said = Said(record.headers)
    group, topic = said.text("__connect.errors.connector.name"), said.text("__connect.errors.topic")
    partition = said.number("__connect.errors.partition", 0, INT)
    offset = said.number("__connect.errors.offset", 0, LONG)
    said.same("kafka_dlt-original-consumer-group", group.encode())
    said.same("kafka_dlt-original-topic", topic.encode())
    said.same("kafka_dlt-original-partition", struct.pack(">i", partition))
    said.same("kafka_dlt-original-offset", struct.pack(">q", offset))
    said.same("x-dlq-version", b"1")
    return DeadLetter(
        dlq_id=f"{group}/{topic}/{partition}/{offset}",
        original_topic=topic,
        original_partition=partition,
        original_offset=offset,
        original_timestamp_ms=said.long("kafka_dlt-original-timestamp"),
        timestamp_type=said.choice("kafka_dlt-original-timestamp-type", _TYPES),
        original_key=record.key,
        original_value=record.value,
        original_headers=tuple(originals(record.headers)),
        headers_unreadable=said.optional("x-dlq-headers-unreadable") is not None,
        consumer_group=group,
        worker_version=said.text("x-dlq-worker"),
        stage=said.member("__connect.errors.stage", Stage),
        reason=said.member("x-dlq-reason", Reason),
        error_class=said.text("__connect.errors.exception.class.name"),
        error_code=said.text("x-dlq-code"),
        error_summary=said.text("__connect.errors.exception.message"),
        error_location=None if said.optional("x-dlq-location") is None else said.text("x-dlq-location"),
        schema_id=schema_id_of(record.value),
        tenant_id=tenant_of(None, record.key),
        retry_count=said.number("x-retry-count", 0, INT),
        max_retries=said.number("x-dlq-max-retries", 0, INT),
        not_before_ms=None if said.optional("x-not-before") is None else said.number("x-not-before", -LONG, LONG),
        first_failed_at=said.moment("x-dlq-first-failed-at"),
        failed_at=said.moment("x-dlq-failed-at"),
    )


def originals(headers: Headers) -> Iterable[Header]:
    """The headers of the record that failed, in their order: all that are not ours."""
    for name, value in headers:
        if name.startswith(KEPT):
            yield Header(name=name.removeprefix(KEPT), value=value)
        elif not name.startswith(CONTROL_PREFIXES):
            yield Header(name=name, value=value)


def schema_id_of(value: bytes | None) -> int | None:
    """The id in the frame, where there is one that a registry could have given."""
    try:
        found = None if value is None else unframe(value)[0]
    except FrameError:
        return None
    return found if found is not None and found <= MAX_ID else None


class Said:
    """Headers of ours, read by what they have to hold. Every method raises NotALetter."""

    def __init__(self, headers: Headers) -> None:
        self._values: defaultdict[str, list[bytes | None]] = defaultdict(list)
        for name, value in headers:
            if name.startswith(CONTROL_PREFIXES):
                self._values[name].append(value)

    def optional(self, name: str) -> bytes | None:
        """The value of a header that may be missing."""
        return self.one(name) if self._values.get(name) else None

    def one(self, name: str) -> bytes:
        """The value of a header that stands there once."""
        match self._values.get(name, []):
            case [bytes(value)] if len(value) <= LONGEST:
                return value
            case _:
                raise NotALetter(name)

    def text(self, name: str) -> str:
        try:
            return self.one(name).decode()
        except UnicodeDecodeError:
            raise NotALetter(name) from None

    def number(self, name: str, low: int, end: int) -> int:
        """A decimal number of at least `low` and below `end`."""
        written = self.one(name)
        found = int(written) if _NUMBER.fullmatch(written) else end
        if not low <= found < end:
            raise NotALetter(name)
        return found

    def long(self, name: str) -> int:
        """Eight bytes, the highest first."""
        written = self.one(name)
        if len(written) != 8:
            raise NotALetter(name)
        return int.from_bytes(written, signed=True)

    def moment(self, name: str) -> datetime:
        """Milliseconds since 1970 UTC that a calendar holds."""
        try:
            return moment_of(self.number(name, -LONG, LONG))
        except OverflowError:
            raise NotALetter(name) from None

    def member(self, name: str, members: type[Member]) -> Member:
        try:
            return members(self.text(name))
        except ValueError:
            raise NotALetter(name) from None

    def choice(self, name: str, choices: dict[bytes, Member]) -> Member:
        found = choices.get(self.one(name))
        if found is None:
            raise NotALetter(name)
        return found

    def same(self, name: str, value: bytes) -> None:
        """The header says the same in another tool's way."""
        if self.one(name) != value:
            raise NotALetter(name)
