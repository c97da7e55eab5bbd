"""Which versions the stored records are of: the oldest and the newest, or all of them. No event is decoded."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import TYPE_CHECKING

from eventpact.codec import unframe
from eventpact.errors import FrameError
from eventpact.ids import SchemaId
from eventpact.kafka.letter_reading import LetterReader
from eventpact.kafka.record import Record
from eventpact.observe.writers import Writers
from eventpact.status.look import TopicLook
from eventpact.status.records import Place
from eventpact.status.usage import Seen

if TYPE_CHECKING:
    from confluent_kafka import Message

__all__ = ["edges", "letter_versions", "record_versions"]


def edges(topic: TopicLook, most: int | None) -> tuple[dict[Place, tuple[int, int]], ...]:
    """Spans to read one after the other: all that is stored, or the oldest and the newest, about `most` in all.

    Old versions lie at the front, where retention has not come to yet.
    """
    whole = {(topic.name, number): (ends.low, ends.high) for number, ends in (topic.partitions or {}).items()}
    if most is None or topic.stored <= most:
        return (whole,)
    size = max(1, most // (2 * len(whole)))
    front = {place: (low, min(high, low + size)) for place, (low, high) in whole.items()}
    back = {place: (max(front[place][1], high - size), high) for place, (_, high) in whole.items()}
    return front, back


def record_versions(messages: Iterable[Message], topic: TopicLook, writers: Writers) -> Seen:
    """Records of the topic by version."""
    ids = Counter[SchemaId | None]()
    for message in messages:
        try:
            ids[unframe(message.value() or b"")[0]] += 1
        except FrameError:
            ids[None] += 1
    return _seen(ids, topic, writers)


def letter_versions(messages: Iterable[Message], topic: TopicLook, letters: LetterReader, writers: Writers) -> Seen:
    """Dead letters by the version of the event that they keep. Raises RegistryError when the registry is away."""
    ids = Counter[SchemaId | None]()
    for message in messages:
        letter = letters.glance(Record.of(message))
        ids[None if letter is None or letter.schema_id is None else SchemaId(letter.schema_id)] += 1
    return _seen(ids, topic, writers)


def _seen(ids: Counter[SchemaId | None], topic: TopicLook, writers: Writers) -> Seen:
    versions, unnamed = Counter[int](), 0
    for schema_id, count in ids.items():
        version = None if schema_id is None else writers.version(schema_id)
        if version is None:
            unnamed += count
        else:
            versions[version] += count
    read = ids.total()
    silent = writers.problem is not None and any(schema_id is not None for schema_id in ids)
    return Seen(read, read >= topic.stored, versions, None if silent else unnamed)
