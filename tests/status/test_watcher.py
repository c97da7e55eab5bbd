"""One look at the embedded broker, against what was really done there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from confluent_kafka import Consumer, TopicPartition

from eventpact.codec import Codec, prefix
from eventpact.dead_letter import DeadLetter, Reason, Stage, TimestampType
from eventpact.errors import BrokerUnavailableError, KafkaError, UnavailableError
from eventpact.ids import SchemaId, Version
from eventpact.registry import MemoryRegistry
from eventpact.status import Watcher, report
from eventpact.status.broker import Broker
from eventpact.status.look import ContractLook, LetterSample, Look, Sample
from eventpact.status.records import Place
from tests.kafka.world import CONTRACT, DEAD_LETTERS, GROUP, TOPIC, World, event, tenant

DAY_MS = 86_400_000
DAY = datetime(1970, 1, 2, tzinfo=UTC)
OWNERS = [0] * 12 + [1] * 6 + [2] * 2
LETTERS = (Reason.HANDLER, Reason.HANDLER, Reason.REJECTED)


def letter(reason: Reason) -> DeadLetter:
    return DeadLetter(
        dlq_id="x",
        original_topic=TOPIC,
        original_partition=0,
        original_offset=0,
        original_timestamp_ms=0,
        timestamp_type=TimestampType.CREATE_TIME,
        consumer_group=GROUP,
        stage=Stage.HANDLER,
        reason=reason,
        first_failed_at=DAY,
        failed_at=DAY,
    )


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    """Records of three tenants on partitions 0 to 2, two that are no events on 3; partitions 4 and 5 are empty."""
    with World() as world:
        for number, owner in enumerate(OWNERS):
            key, value = tenant(owner).encode(), world.encode(event(number, owner=owner))
            world.put(value, key=key, partition=owner, timestamp=DAY_MS + number)
        world.put(b"{}", key=b"\x1b[31m", partition=3, timestamp=DAY_MS)
        world.put(world.framed(b"", 4711), partition=3, timestamp=DAY_MS)
        write = Codec(DeadLetter).encoder(prefix(world.registry.version(f"{DEAD_LETTERS}-value").id))
        for reason in LETTERS:
            world.put(write(letter(reason)), topic=DEAD_LETTERS, partition=1)
        world.put(b"junk", topic=DEAD_LETTERS, partition=1)
        commit(world, GROUP, {0: 3, 1: 6})
        yield world


def commit(world: World, group: str, offsets: dict[int, int]) -> None:
    consumer = Consumer({"bootstrap.servers": world.broker.bootstrap_servers, "group.id": group, "log_level": 0})
    consumer.commit(offsets=[TopicPartition(TOPIC, *one) for one in offsets.items()], asynchronous=False)
    consumer.close()


def look(world: World, registry: MemoryRegistry | None, sample: int = 1_000) -> Look:
    with Watcher([CONTRACT], world.settings, registry, sample=sample) as watcher:
        return watcher.look()


@pytest.fixture(scope="module")
def seen(world: World) -> ContractLook:
    return look(world, world.registry).contracts[0]


def test_the_ends_are_those_of_the_topic(seen: ContractLook) -> None:
    assert seen.topic.partitions is not None
    assert [seen.topic.partitions[number].stored for number in range(6)] == [12, 6, 2, 2, 0, 0]


def test_the_group_tells_commits_and_the_time_of_the_first_unprocessed_record(seen: ContractLook) -> None:
    (group,) = seen.groups

    assert group.committed == {0: 3, 1: 6}
    assert group.oldest_ms == {0: DAY_MS + 3, 2: DAY_MS + 18, 3: DAY_MS}


def test_lag_is_what_is_left_to_read(world: World) -> None:
    (group,) = report(look(world, world.registry)).contracts[0].groups

    assert [row.lag for row in group.rows] == [9, 0, 2, 2, 0, 0]


def test_the_sample_counts_tenants_and_versions_and_shows_strangers_as_ascii(seen: ContractLook) -> None:
    assert seen.sample == Sample(
        read=22,
        complete=True,
        tenants={tenant(0): 12, tenant(1): 6, tenant(2): 2, r"\x1b[31m": 1, "no key": 1},
        writers={"v1": 20, "no frame": 1, "id 4711": 1},
    )


def test_a_sample_is_bounded_and_says_so(world: World) -> None:
    sample = look(world, world.registry, sample=11).contracts[0].sample

    assert sample is not None
    assert not sample.complete
    assert 11 <= sample.read <= 11 + 6
    assert sample.tenants[tenant(0)] == 6


def test_dead_letters_are_counted_by_the_reason_in_their_envelope(seen: ContractLook) -> None:
    assert seen.letters is not None
    assert seen.letters.stored == 4
    assert seen.letters_sample == LetterSample(4, complete=True, reasons={"HANDLER": 2, "REJECTED": 1, "unreadable": 1})


def test_what_the_embedded_broker_cannot_say_is_said(world: World, seen: ContractLook) -> None:
    assert "does not describe groups" in look(world, world.registry).gaps[0]
    assert (seen.groups[0].state, seen.groups[0].members) == (None, None)


def test_without_a_registry_there_are_ids_and_a_note(world: World) -> None:
    found = look(world, None).contracts[0]

    assert found.sample is not None
    assert found.sample.writers == {"id 1": 20, "no frame": 1, "id 4711": 1}
    assert found.letters_sample is None
    assert "SCHEMA_REGISTRY_URL" in found.gaps[0]


class Down(MemoryRegistry):
    """Counts how often it is asked in vain."""

    asked = 0

    def subject_versions(self, schema_id: SchemaId, **others: str) -> tuple[tuple[str, Version], ...]:
        self.asked += 1
        raise UnavailableError("nobody answered")

    def subjects_of(self, schema_id: SchemaId, **others: str) -> frozenset[str]:
        raise UnavailableError("nobody answered")


def test_a_registry_that_is_down_costs_one_question_and_leaves_the_rest(world: World) -> None:
    registry = Down()
    found = look(world, registry).contracts[0]

    assert registry.asked == 1
    assert found.groups[0].committed == {0: 3, 1: 6}
    assert any("UnavailableError" in gap for gap in found.gaps)


def test_looking_again_sees_what_was_written_since_over_the_same_connections(world: World) -> None:
    with Watcher([CONTRACT], world.settings, sample=0) as watcher:
        first = watcher.look()
        world.put(b"", partition=5, timestamp=DAY_MS)
        second = watcher.look()

    assert [row.stored for row in report(second).contracts[0].partitions][5] == 1
    assert report(second, first).contracts[0].rate is not None
    assert second.contracts[0].groups[0].oldest_ms[5] == DAY_MS
    assert second.contracts[0].sample is None


def test_a_topic_that_is_not_there_is_no_error(world: World) -> None:
    missing = replace(CONTRACT, name="none", topic=replace(CONTRACT.topic, name="none"), dead_letter=None)

    with Watcher([missing], world.settings) as watcher:
        assert watcher.look().contracts[0].topic.partitions is None


def test_a_broker_that_does_not_answer_is_one() -> None:
    with World() as world:
        settings = world.settings
    with (
        Watcher([CONTRACT], settings, timeout=0.2) as watcher,
        pytest.raises(BrokerUnavailableError, match="KAFKA_BOOTSTRAP_SERVERS"),
    ):
        watcher.look()


def test_a_group_whose_offsets_cannot_be_read_is_not_shown_as_one_that_never_read(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(self: Broker, group: str, topics: object) -> dict[Place, int]:
        raise KafkaError(f"no right on group {group}", code="GROUP_AUTHORIZATION_FAILED")

    monkeypatch.setattr(Broker, "committed", refused)
    found = look(world, world.registry).contracts[0]

    assert (found.groups, found.unread, found.letters_group) == ((), (GROUP,), None)
    assert f"no right on group {GROUP}" in found.gaps
    assert found.topic.stored > 0
