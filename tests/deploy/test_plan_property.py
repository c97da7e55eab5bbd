"""Any manifests in turn, any stranger in between: applied means nothing is left to do, refused means untouched."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from eventpact.contract import Manifest, Topic
from eventpact.deploy import Plan, TopicAdmin, apply, plan, read_plan, read_world, write_plan
from eventpact.errors import IncompatibleError, NotRegisteredError, PlanError
from eventpact.kafka.topics import FoundTopic
from eventpact.registry import MemoryRegistry, SchemaText
from eventpact.schema import Level
from tests.deploy.conftest import Shop

NOTES = ("x", "y", "z")


class MemoryTopics:
    """A broker that can do everything."""

    def __init__(self) -> None:
        self.topics: dict[str, FoundTopic] = {}

    def create(self, topic: Topic) -> bool:
        if topic.name in self.topics:
            return False
        self.topics[topic.name] = FoundTopic(topic.name, topic.partitions, topic.config())
        return True

    def describe(self, name: str) -> FoundTopic | None:
        return self.topics.get(name)

    def alter(self, name: str, settings: Mapping[str, str]) -> None:
        found = self.topics[name]
        self.topics[name] = FoundTopic(name, found.partitions, {**found.settings, **settings})

    def add_partitions(self, name: str, partitions: int) -> None:
        self.topics[name] = FoundTopic(name, partitions, self.topics[name].settings)


@dataclass(frozen=True)
class Edition:
    """One state of the manifest and its schemas."""

    level: Level
    retention: int
    partitions: int
    doc: str
    notes: frozenset[str]
    item: bool

    def manifest(self, shop: Shop) -> Manifest:
        more = "".join(f',{{"name":"{note}","type":"string","default":""}}' for note in sorted(self.notes))
        return shop.manifest(
            doc=self.doc,
            more=more,
            level=str(self.level),
            partitions=self.partitions,
            retention=f"{self.retention}d",
            item=self.item,
        )


editions = st.builds(
    Edition,
    level=st.sampled_from([Level.BACKWARD, Level.FULL, Level.FULL_TRANSITIVE, Level.NONE]),
    retention=st.integers(1, 4),
    partitions=st.integers(1, 3),
    doc=st.sampled_from(["", "One.", "Two."]),
    notes=st.frozensets(st.sampled_from(NOTES)),
    item=st.booleans(),
)

Stranger = Callable[[Shop, MemoryTopics, MemoryRegistry], None]


def nobody(shop: Shop, topics: MemoryTopics, registry: MemoryRegistry) -> None: ...


def sets_a_level(shop: Shop, topics: MemoryTopics, registry: MemoryRegistry) -> None:
    registry.set_level(Level.FORWARD, f"{shop.name}-value")


def registers(shop: Shop, topics: MemoryTopics, registry: MemoryRegistry) -> None:
    registry.register(f"{shop.name}-value", SchemaText('"string"'))


def deletes(shop: Shop, topics: MemoryTopics, registry: MemoryRegistry) -> None:
    registry.delete_subject(f"{shop.name}-dlq-value")


def alters(shop: Shop, topics: MemoryTopics, registry: MemoryRegistry) -> None:
    if shop.name in topics.topics:
        topics.alter(shop.name, {"retention.ms": "172800000"})


def creates(shop: Shop, topics: MemoryTopics, registry: MemoryRegistry) -> None:
    topics.create(Topic(f"{shop.name}-dlq", 3, 30 * 86_400_000))


strangers: st.SearchStrategy[Stranger] = st.sampled_from([nobody, sets_a_level, registers, deletes, alters, creates])


def snapshot(topics: MemoryTopics, registry: MemoryRegistry) -> object:
    subjects = registry.subjects()
    return (
        dict(topics.topics),
        {name: (registry.own_level(name), registry.versions(name)) for name in subjects},
    )


def planned(manifest: Manifest, topics: TopicAdmin, registry: MemoryRegistry, *, waived: bool) -> Plan:
    waivers = frozenset({"repartition", "retention-cut"}) if waived else frozenset()
    return plan(manifest, read_world(manifest, topics, registry), waivers)  # type: ignore[arg-type]


@given(st.lists(st.tuples(editions, strangers, st.booleans()), min_size=1, max_size=5))
def test_applied_means_nothing_to_do_and_refused_means_untouched(
    history: list[tuple[Edition, Stranger, bool]],
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        shop, topics, registry = Shop(Path(folder)), MemoryTopics(), MemoryRegistry()
        for edition, stranger, waived in history:
            manifest = edition.manifest(shop)
            found = read_plan(write_plan(planned(manifest, topics, registry, waived=waived)))
            with suppress(IncompatibleError, NotRegisteredError):  # then nobody was there
                stranger(shop, topics, registry)
            before = snapshot(topics, registry)
            try:
                apply(found, topics, registry)
            except PlanError:
                assert snapshot(topics, registry) == before
                assert found.refusals or stranger is not nobody
            else:
                assert not found.refusals
                left = planned(manifest, topics, registry, waived=waived)
                assert (left.steps, left.refusals) == ((), ())
                assert registry.own_level(f"{shop.name}-value") is edition.level
