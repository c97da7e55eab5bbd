"""The doctor on a real broker and a second registry: it tells what they are, and what is missing."""

from __future__ import annotations

import os

import pytest

from eventpact.contract import Manifest
from eventpact.deploy import apply, plan, read_world
from eventpact.deploy.doctor import examine
from eventpact.kafka import AdminTopics, Settings
from eventpact.registry import RegistryClient
from tests.deploy.conftest import Shop

pytestmark = pytest.mark.live


def test_what_was_applied_is_found_well(
    kafka_broker: str, apicurio: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    variables = {**os.environ, "KAFKA_BOOTSTRAP_SERVERS": kafka_broker, "SCHEMA_REGISTRY_URL": apicurio}
    settings = Settings.from_env(variables, dotenv=None)
    assert settings.registry is not None
    manifest: Manifest = Shop(tmp_path_factory.mktemp("shop")).manifest()
    before = {line.state for line in examine(manifest, settings) if line.what.startswith(("topic", "subject"))}
    with AdminTopics(settings) as topics, RegistryClient(settings.registry) as registry:
        apply(plan(manifest, read_world(manifest, topics, registry)), topics, registry)
    after = {line.what: line for line in examine(manifest, settings)}

    assert before == {"fail"}
    assert {line.what: line.says for line in after.values() if line.state == "fail"} == {}
    assert after["broker"].says.startswith(("Kafka", "Redpanda"))
