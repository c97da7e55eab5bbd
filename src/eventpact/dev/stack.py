"""Broker and registry in this process, with every topic of a manifest: all that services need, and no Docker."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING, Final, Self

from eventpact.contract import Manifest
from eventpact.dev.broker import EmbeddedBroker
from eventpact.dev.registry_server import RegistryServer
from eventpact.dev.topic_service import PATH, TopicService
from eventpact.dev.topics import EmbeddedTopics
from eventpact.kafka.settings import Settings
from eventpact.kafka.topics import ensure_topics

if TYPE_CHECKING:
    from collections.abc import Iterable
    from types import TracebackType

    from eventpact.contract import Contract

__all__ = ["EmbeddedStack"]

# The mock cluster's rebalances take nearly as long as the session timeout: with the usual 45 s a group seems dead.
SESSION: Final = {
    "KAFKA_CONSUMER_SESSION_TIMEOUT_MS": "2000",
    "KAFKA_CONSUMER_HEARTBEAT_INTERVAL_MS": "300",
}


class EmbeddedStack:
    """An embedded broker and a local registry between enter and exit, on free ports of 127.0.0.1.

    The topics of all `contracts` exist, their dead-letter topics too; the registry is empty. `registry_port` fixes the
    registry's port (0: any free one); the broker's is always free. Everything is forgotten at the end.
    """

    def __init__(self, contracts: Manifest | Iterable[Contract], *, brokers: int = 1, registry_port: int = 0) -> None:
        self.contracts = tuple(contracts.contracts if isinstance(contracts, Manifest) else contracts)
        self.broker = EmbeddedBroker(brokers)
        self.topics = EmbeddedTopics(self.broker)
        self.registry = RegistryServer(port=registry_port, beside=TopicService(self.broker, self.topics))
        self._running = ExitStack()

    def __enter__(self) -> Self:
        with ExitStack() as started:
            started.enter_context(self.broker)
            started.enter_context(self.registry)
            for contract in self.contracts:
                ensure_topics(self.topics, contract)
            self._running = started.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def stop(self) -> None:
        """Close all ports. Bounded, whatever clients are still connected. Safe to call twice."""
        self._running.close()

    def environment(self) -> dict[str, str]:
        """The variables that `Settings.from_env` reads, for services on this machine."""
        return {
            "KAFKA_BOOTSTRAP_SERVERS": self.broker.bootstrap_servers,
            "SCHEMA_REGISTRY_URL": self.registry.url,
            "EVENTPACT_DEV_TOPICS": f"{self.registry.url}{PATH}",
            **SESSION,
        }

    def settings(self) -> Settings:
        """Settings for this stack, and nothing of this process's environment."""
        return Settings.from_env(self.environment(), dotenv=None)
