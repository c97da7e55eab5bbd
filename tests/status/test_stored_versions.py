"""The ends of a topic, read once, and what their schema ids say."""

from __future__ import annotations

from contextlib import nullcontext
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from eventpact.codec import frame
from eventpact.errors import UnavailableError
from eventpact.ids import SchemaId, Version
from eventpact.observe.writers import Writers
from eventpact.registry import MemoryRegistry, SchemaText
from eventpact.status.look import Ends, TopicLook
from eventpact.status.stored_versions import edges, record_versions
from eventpact.status.usage import Seen


class Stored:
    """A record, as far as it is looked at."""

    def __init__(self, value: bytes | None) -> None:
        self._value = value

    def value(self) -> bytes | None:
        return self._value


class Away(MemoryRegistry):
    def subject_versions(self, schema_id: SchemaId, **others: str) -> tuple[tuple[str, Version], ...]:
        raise UnavailableError("nobody answered")


def counted(registry: MemoryRegistry, *values: bytes | None, stored: int | None = None) -> Seen:
    messages: Any = [Stored(value) for value in values]
    topic = TopicLook("t", {0: Ends(0, len(values) if stored is None else stored)})
    return record_versions(messages, topic, Writers(lambda: nullcontext(registry), "t-value"))


def test_records_are_counted_by_version_and_what_is_of_none_beside_them() -> None:
    registry = MemoryRegistry()
    known = registry.register("t-value", SchemaText('"string"'))

    assert counted(registry, frame(known, b""), frame(known, b""), frame(SchemaId(99), b""), b"{}", None) == Seen(
        5, complete=True, versions={1: 2}, unnamed=3
    )
    assert not counted(registry, frame(known, b""), stored=2).complete


def test_a_registry_that_is_away_leaves_it_open_what_the_records_are() -> None:
    assert counted(Away(), frame(SchemaId(1), b"")).unnamed is None


def test_records_without_a_frame_need_no_registry() -> None:
    assert counted(Away(), b"{}").unnamed == 1


partitions = st.dictionaries(
    st.integers(0, 9), st.tuples(st.integers(0, 50), st.integers(0, 500)).map(lambda one: Ends(one[0], sum(one)))
)


@given(partitions, st.none() | st.integers(1, 600))
def test_no_offset_is_read_twice_and_the_oldest_and_newest_are_among_them(
    ends: dict[int, Ends], most: int | None
) -> None:
    topic = TopicLook("t", ends or None)
    read = [
        (place, offset)
        for spans in edges(topic, most)
        for place, (start, end) in spans.items()
        for offset in range(start, end)
    ]

    assert len(set(read)) == len(read)
    for number, one in ends.items():
        if one.stored:
            assert {(("t", number), one.low), (("t", number), one.high - 1)} <= set(read)
    if most is None or topic.stored <= most:
        assert len(read) == topic.stored
    else:
        assert len(read) <= most + 2 * len(ends)
