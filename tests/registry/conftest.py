"""Registries for tests: in memory, the same behind HTTP, and whatever SCHEMA_REGISTRY_URL names."""

import os
import uuid
from collections.abc import Callable, Iterator

import pytest
import requests

from eventpact.dev.registry_server import RegistryServer
from eventpact.registry import MemoryRegistry, Registry, RegistryClient, RegistrySettings

Delete = Callable[[str], None]


@pytest.fixture(scope="session")
def shared_server() -> Iterator[RegistryServer]:
    with RegistryServer() as server:
        yield server


@pytest.fixture(scope="session")
def shared_client(shared_server: RegistryServer) -> Iterator[RegistryClient]:
    with RegistryClient(RegistrySettings(shared_server.url, max_retries=0)) as client:
        yield client


@pytest.fixture
def server(shared_server: RegistryServer) -> RegistryServer:
    """The local registry, empty."""
    shared_server.registry = MemoryRegistry()
    return shared_server


@pytest.fixture
def client(server: RegistryServer, shared_client: RegistryClient) -> RegistryClient:
    """A client of the local registry. It keeps nothing between tests."""
    return shared_client


@pytest.fixture(params=["memory", "http", pytest.param("live", marks=pytest.mark.live)])
def place(request: pytest.FixtureRequest) -> Iterator[tuple[Registry, Delete]]:
    """A registry and how to soft-delete a subject there."""
    match request.param:
        case "memory":
            memory = MemoryRegistry()
            yield memory, lambda subject: void(memory.delete_subject(subject))
        case "http":
            server: RegistryServer = request.getfixturevalue("server")
            yield request.getfixturevalue("client"), lambda subject: void(server.registry.delete_subject(subject))
        case _:
            url = os.environ.get("SCHEMA_REGISTRY_URL")
            if url is None:
                pytest.skip("SCHEMA_REGISTRY_URL names no registry")
            with RegistryClient(RegistrySettings.read(os.environ.get)) as live:
                yield live, lambda subject: requests.delete(f"{url}/subjects/{subject}", timeout=5).raise_for_status()


@pytest.fixture
def registry(place: tuple[Registry, Delete]) -> Registry:
    return place[0]


@pytest.fixture
def soft_delete(place: tuple[Registry, Delete]) -> Delete:
    return place[1]


@pytest.fixture
def subject() -> str:
    """A subject that no other test uses, so that a real registry may serve many runs."""
    return f"eventpact-test-{uuid.uuid4().hex}-value"


def void(value: object) -> None:
    """Forgets the value."""
