"""The newest records of a topic, counted: tenants, writers' schemas, reasons of dead letters. Bounded, however long."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from eventpact.codec import unframe
from eventpact.errors import FrameError
from eventpact.kafka.letter_reading import LetterReader
from eventpact.kafka.record import Record
from eventpact.observe.keys import KeyNames
from eventpact.observe.writers import Writers
from eventpact.status.look import LetterSample, Sample, TopicLook
from eventpact.status.records import Place

if TYPE_CHECKING:
    from confluent_kafka import Message

__all__ = ["newest", "sample_letters", "sample_records", "writer_name"]

NO_FRAME: Final = "no frame"
UNREADABLE: Final = "unreadable"


def newest(topic: TopicLook, most: int) -> dict[Place, tuple[int, int]]:
    """The spans of about the newest `most` records, each partition by its share of what is stored."""
    total = topic.stored
    spans = {}
    for number, ends in (topic.partitions or {}).items():
        wanted = ends.stored if total <= most else -(-most * ends.stored // total)
        spans[topic.name, number] = (max(ends.low, ends.high - wanted), ends.high)
    return spans


def sample_records(messages: Iterable[Message], topic: TopicLook, known: Writers, names: KeyNames) -> Sample:
    """Count records by key and by the writer's schema. No value is decoded."""
    tenants, writers, read = Counter[str](), Counter[str](), 0
    for message in messages:
        read += 1
        tenants[names.name(message.key())] += 1
        writers[writer_name(message.value(), known)] += 1
    return Sample(read, read >= topic.stored, tenants, writers)


def writer_name(value: bytes | None, known: Writers) -> str:
    """`v3`, or `id 17` for an id that is no version of the subject, or `no frame`."""
    try:
        schema_id, _ = unframe(value or b"")
    except FrameError:
        return NO_FRAME
    version = known.version(schema_id)
    return f"id {schema_id}" if version is None else f"v{version}"


def sample_letters(messages: Iterable[Message], topic: TopicLook, reader: LetterReader) -> LetterSample:
    """Count dead letters by reason. Raises RegistryError when the registry cannot be asked."""
    counts, read = Counter[str](), 0
    for message in messages:
        read += 1
        letter = reader.glance(Record.of(message))
        counts[UNREADABLE if letter is None else letter.reason.value] += 1
    return LetterSample(read, read >= topic.stored, counts)
