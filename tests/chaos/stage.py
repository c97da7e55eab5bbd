"""Real services for runs: Apache Kafka behind a proxy of ours, and the local registry in a process of its own."""

from __future__ import annotations

import sys
import uuid
from contextlib import ExitStack
from pathlib import Path
from time import monotonic, sleep
from types import TracebackType
from typing import Final, Self

import requests
from confluent_kafka.admin import AdminClient
from confluent_kafka.admin._config import AlterConfigOpType, ConfigEntry, ConfigResource
from confluent_kafka.admin._resource import ResourceType
from confluent_kafka.cimpl import NewTopic

from tests.chaos.book import PATIENCE
from tests.chaos.proxy import Proxy
from tests.chaos.run import Run
from tests.chaos.site import Site
from tests.live.services import Kafka, Service, free_ports, running

__all__ = ["Stage"]

PROPERTIES: Final = """
listeners=PLAINTEXT://127.0.0.1:{port},PROXIED://127.0.0.1:%(behind)d,CONTROLLER://127.0.0.1:{controller}
advertised.listeners=PLAINTEXT://127.0.0.1:{port},PROXIED://127.0.0.1:%(before)d
listener.security.protocol.map=CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT,PROXIED:PLAINTEXT
# Dead members are noticed in seconds, so that a run takes seconds.
group.min.session.timeout.ms=1000
group.consumer.min.session.timeout.ms=1000
group.consumer.session.timeout.ms=2000
group.consumer.min.heartbeat.interval.ms=100
group.consumer.heartbeat.interval.ms=300
"""
ANSWER: Final = 20.0
LOOK_SECONDS: Final = 0.1


class Stage:
    """A broker, reachable directly and through `proxy`, and a registry that keeps what it knows; a context manager."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._stack = ExitStack()
        self._registry: ExitStack | None = None

    def __enter__(self) -> Self:
        before, behind, self._registry_port = free_ports(3)
        self.broker = Kafka(self.folder / "kafka", PROPERTIES % {"before": before, "behind": behind})
        self._stack.callback(self.broker.end)
        self.broker.start()
        self.proxy = self._stack.enter_context(Proxy(before, behind))
        self.proxied = f"127.0.0.1:{before}"
        self.start_registry()
        self._stack.callback(self.kill_registry)
        self._admin = AdminClient({"bootstrap.servers": self.broker.address, "log_level": 0})
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    @property
    def registry(self) -> str:
        return f"http://127.0.0.1:{self._registry_port}"

    def start_registry(self) -> None:
        """The registry answers afterwards, with all that it knew."""

        def ready() -> bool:
            try:
                return requests.get(f"{self.registry}/subjects", timeout=2).ok
            except requests.RequestException:
                return False

        command = [str(Path(sys.executable).with_name("eventpact")), "registry", "serve"]
        command += ["--port", str(self._registry_port), "--data", str(self.folder / "registry.db")]
        self._registry = ExitStack()
        self._serving: Service = self._registry.enter_context(
            running(command, self.folder, "registry.log", self.registry, ready)
        )

    def kill_registry(self) -> None:
        """The registry is gone, without a word."""
        if self._registry is not None:
            self._serving.process.kill()
            self._registry.close()
            self._registry = None

    def restore(self) -> None:
        """Broker, registry and line are as they were, whatever a scenario that failed left behind."""
        self.proxy.heal()
        if self.broker.service is None:
            self.broker.start()
        if self._registry is None:
            self.start_registry()

    def site(self, name: str, partitions: int = 6) -> Site:
        """A site with topics of its own."""
        site = Site(self.broker.address, self.registry, f"{name}-{uuid.uuid4().hex[:8]}", partitions)
        self.create(*site.topics, partitions=partitions)
        return site

    def run(self, name: str, *, seed: int = 0, poison_every: int = 20) -> Run:
        """A run on topics of its own."""
        site = self.site(name)
        return Run(site, self.folder / site.topic, seed=seed, poison_every=poison_every)

    def wait_members(self, group: str, count: int) -> None:
        """Until the group has so many members, as the broker sees it."""
        deadline = monotonic() + PATIENCE
        while len(self._admin.describe_consumer_groups([group])[group].result(ANSWER).members) != count:
            assert monotonic() < deadline, f"group {group} does not come to {count} members"
            sleep(LOOK_SECONDS)

    def create(self, *topics: str, partitions: int) -> None:
        for future in self._admin.create_topics([NewTopic(name, partitions, 1) for name in topics]).values():
            future.result(ANSWER)

    def delete(self, topic: str) -> None:
        self._admin.delete_topics([topic])[topic].result(ANSWER)

    def alter(self, topic: str, name: str, value: str) -> None:
        """Set one setting of a topic."""
        entry = ConfigEntry(name, value, incremental_operation=AlterConfigOpType.SET)
        resource = ConfigResource(ResourceType.TOPIC, topic, incremental_configs=[entry])
        self._admin.incremental_alter_configs([resource])[resource].result(ANSWER)
