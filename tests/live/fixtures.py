"""Real services for the whole test session: what the environment names, else plain jars, else a skip that says why."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest


@pytest.fixture(scope="session")
def kafka_broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Bootstrap servers of KAFKA_BOOTSTRAP_SERVERS, or of an Apache Kafka of this session's own."""
    named = os.environ.get("KAFKA_BOOTSTRAP_SERVERS")
    if named:
        yield named
        return
    # Loaded here: most runs need no real service.
    from tests.live.services import MISSING, kafka

    if MISSING is not None:
        pytest.skip(f"{MISSING} is not installed and KAFKA_BOOTSTRAP_SERVERS names no broker")
    with kafka(tmp_path_factory.mktemp("kafka")) as service:
        yield service.address


@pytest.fixture(scope="session")
def apicurio(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL that SCHEMA_REGISTRY_URL names, or that of an Apicurio Registry of this session's own."""
    named = os.environ.get("SCHEMA_REGISTRY_URL")
    if named:
        yield named
        return
    from tests.live.services import MISSING
    from tests.live.services import apicurio as started

    if MISSING is not None:
        pytest.skip(f"{MISSING} is not installed and SCHEMA_REGISTRY_URL names no registry")
    with started(tmp_path_factory.mktemp("apicurio")) as service:
        yield service.address
