"""Broker, registry and topics in one, and the environment that leads there."""

from __future__ import annotations

from pathlib import Path

import pytest

from eventpact.contract import load_manifest
from eventpact.dev import EmbeddedStack
from eventpact.errors import EmbeddedBrokerError, RegistryError
from eventpact.kafka import Settings
from eventpact.kafka.outbox import Outbox
from eventpact.registry import RegistryClient

MANIFEST = load_manifest(Path(__file__).parents[2] / "schemas" / "contracts.toml")


def test_the_environment_leads_to_the_broker_and_its_topics() -> None:
    with EmbeddedStack(MANIFEST) as stack:
        settings = Settings.from_env(stack.environment(), dotenv=None)
        for contract in MANIFEST.contracts:
            box = Outbox(settings, contract.topic.name)
            box.send(b"value", b"key")
            box.close()

            assert stack.broker.topics[contract.topic.name] == contract.topic.partitions
            assert contract.dead_letter is None or contract.dead_letter.topic.name in stack.broker.topics


def test_the_environment_leads_to_the_registry() -> None:
    with EmbeddedStack(MANIFEST.contracts) as stack:
        found = stack.settings().registry

        assert found is not None

        with RegistryClient(found) as client:
            assert client.subjects() == ()


def test_a_group_rebalances_in_time_for_tests() -> None:
    with EmbeddedStack(()) as stack:
        assert stack.settings().consumer.session_timeout_ms == 2_000


def test_nothing_runs_before_or_after() -> None:
    stack = EmbeddedStack(MANIFEST)
    with pytest.raises(EmbeddedBrokerError):
        stack.environment()
    with stack:
        stack.stop()
        stack.stop()
    with pytest.raises(EmbeddedBrokerError):
        stack.environment()


def test_a_registry_that_cannot_start_leaves_no_broker_behind() -> None:
    with EmbeddedStack(()) as first:
        second = EmbeddedStack(MANIFEST, registry_port=first.registry.port)
        with pytest.raises(RegistryError):
            second.__enter__()
        with pytest.raises(EmbeddedBrokerError):
            _ = second.broker.bootstrap_servers


def test_it_stops_in_time_while_clients_are_connected() -> None:
    with EmbeddedStack(MANIFEST) as stack:
        box = Outbox(stack.settings(), MANIFEST.contracts[0].topic.name)
        box.send(b"value", b"key")
        box.flush()
    box.close()

    assert box.stats().delivered == 1
