"""A contract on topics of one test's own, on a real broker and a real registry."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import replace

import pytest

from eventpact.contract import Contract, contract_of
from eventpact.dead_letter import DeadLetter
from eventpact.kafka import AdminTopics, Settings, ensure_topics
from eventpact.registry import RegistryClient, RegistrySettings, SchemaText
from ingestion_events import IngestionEvent


@pytest.fixture
def settings(kafka_broker: str) -> Settings:
    return Settings.from_env({"KAFKA_BOOTSTRAP_SERVERS": kafka_broker}, dotenv=None)


@pytest.fixture
def topics(settings: Settings) -> Iterator[AdminTopics]:
    with AdminTopics(settings) as topics:
        yield topics


@pytest.fixture
def name() -> str:
    return f"eventpact-test-{uuid.uuid4().hex}"


@pytest.fixture
def contract(name: str, topics: AdminTopics) -> Contract:
    found = contract_of(IngestionEvent).on_topic(name)
    assert found.dead_letter is not None
    letters = replace(found.dead_letter, topic=replace(found.dead_letter.topic, name=f"{name}-dlq"))
    contract = replace(found, groups=(name,), dead_letter=letters)
    ensure_topics(topics, contract)
    return contract


@pytest.fixture
def registry(apicurio: str, contract: Contract) -> Iterator[RegistryClient]:
    with RegistryClient(RegistrySettings(apicurio)) as registry:
        registry.register(contract.subject, SchemaText(IngestionEvent.SCHEMA_TEXT))
        registry.register(contract.dead_letter_subject or "", SchemaText(DeadLetter.SCHEMA_TEXT))
        yield registry
