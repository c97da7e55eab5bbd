"""A manifest of a shop, and worlds to deploy it to: embedded and in memory, or real."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from eventpact.contract import Manifest, load_manifest
from eventpact.deploy import SubjectAdmin, TopicAdmin
from eventpact.dev import EmbeddedStack, topic_admin
from eventpact.kafka import Settings
from eventpact.registry import MemoryRegistry, RegistryClient, RegistrySettings

MANIFEST = """
version = 1
[packages.shop]
out = "."
schemas = ["item.avsc", "letter.avsc", "order.avsc"]
[contracts.orders]
schema = "order.avsc"
key = "id"
subject_strategy = "topic-name"
compatibility = "{level}"
[contracts.orders.topic]
name = "{name}"
partitions = {partitions}
retention = "{retention}"
[contracts.orders.dead_letter]
topic = "{name}-dlq"
schema = "letter.avsc"
partitions = 3
retention = "30d"
max_retries = 3
group = "letters"
"""
ITEM = '{{"type":"record","name":"Item","namespace":"{space}","fields":[{{"name":"sku","type":"string"}}]}}'
ORDER = (
    '{{"type":"record","name":"Order","namespace":"{space}",{doc} "fields":[{{"name":"id","type":"string"}}'
    "{item}{more}]}}"
)
LETTER = '{{"type":"record","name":"Letter","namespace":"{space}","fields":[{{"name":"why","type":"string"}}]}}'


class Shop:
    """Manifests with names of their own, so that a real world may serve many runs."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.name = f"eventpact-test-{uuid.uuid4().hex}"
        self.space = "shop" + uuid.uuid4().hex

    def manifest(
        self,
        *,
        doc: str = "",
        more: str = "",
        level: str = "FULL_TRANSITIVE",
        partitions: int = 3,
        retention: str = "7d",
        item: bool = True,
    ) -> Manifest:
        files = {
            "contracts.toml": MANIFEST.format(name=self.name, level=level, partitions=partitions, retention=retention),
            "item.avsc": ITEM.format(space=self.space),
            "order.avsc": ORDER.format(
                space=self.space,
                doc=doc and f'"doc": "{doc}",',
                item=f',{{"name":"item","type":"{self.space}.Item","default":{{"sku":""}}}}' if item else "",
                more=more,
            ),
            "letter.avsc": LETTER.format(space=self.space),
        }
        for file, text in files.items():
            (self.folder / file).write_text(text, "utf-8")
        return load_manifest(self.folder / "contracts.toml")


@dataclass
class Place:
    topics: TopicAdmin
    registry: SubjectAdmin
    adds_partitions: bool
    frees_types: bool = True
    """Is a type free to go once its users are soft-deleted? Apicurio wants them gone for good."""
    takes_turns: bool = True
    """Does it take one registration after the other? Apicurio may store a schema twice that comes twice at once."""


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    return Shop(tmp_path)


@pytest.fixture(scope="session")
def stack() -> Iterator[EmbeddedStack]:
    with EmbeddedStack(()) as made:
        yield made


@pytest.fixture(params=["embedded", "over HTTP", pytest.param("live", marks=pytest.mark.live)])
def place(request: pytest.FixtureRequest) -> Iterator[Place]:
    if request.param == "embedded":
        stack: EmbeddedStack = request.getfixturevalue("stack")
        yield Place(stack.topics, MemoryRegistry(), adds_partitions=False)
        return
    if request.param == "over HTTP":
        stack = request.getfixturevalue("stack")
        stack.registry.registry = MemoryRegistry()
        settings = stack.settings()
        assert settings.registry is not None
        with topic_admin(settings) as topics, RegistryClient(settings.registry) as registry:
            yield Place(topics, registry, adds_partitions=False)
        return
    settings = Settings.from_env({"KAFKA_BOOTSTRAP_SERVERS": request.getfixturevalue("kafka_broker")}, dotenv=None)
    url: str = request.getfixturevalue("apicurio")
    apicurio = "/apis/ccompat/" in url
    with (
        topic_admin(settings) as topics,
        RegistryClient(RegistrySettings.read({**os.environ, "SCHEMA_REGISTRY_URL": url}.get)) as registry,
    ):
        yield Place(topics, registry, adds_partitions=True, frees_types=not apicurio, takes_turns=not apicurio)
