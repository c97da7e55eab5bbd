"""Where a run happens: a broker, a registry, and topics of its own."""

from __future__ import annotations

from dataclasses import dataclass, replace

from eventpact.contract import Contract, contract_of
from eventpact.dead_letter import DeadLetter
from eventpact.ids import SchemaId
from eventpact.kafka.settings import Settings
from eventpact.registry import MemoryRegistry, Registry, RegistryClient, RegistrySettings, SchemaText
from ingestion_events import IngestionEvent

__all__ = ["Site"]


@dataclass(frozen=True, slots=True)
class Site:
    """The same in the ledger and in the processes under test.

    Attributes:
        servers: the way to the broker; the workers' may be another one, through a proxy.
        registry: a URL; `None` gives every process the same schemas, with the same ids, in its memory.
        topic: the source topic; the group has its name, and the other topics are named after it.
    """

    servers: str
    registry: str | None
    topic: str
    partitions: int = 6

    @property
    def group(self) -> str:
        return self.topic

    @property
    def letters(self) -> str:
        return f"{self.topic}-dlq"

    @property
    def parked(self) -> str:
        return f"{self.topic}-parked"

    @property
    def processors(self) -> str:
        """The group that reads the dead letters."""
        return f"{self.topic}-processor"

    @property
    def topics(self) -> tuple[str, str, str]:
        return self.topic, self.letters, self.parked

    @property
    def contract(self) -> Contract:
        found = contract_of(IngestionEvent).on_topic(self.topic)
        assert found.dead_letter is not None
        topic = replace(found.dead_letter.topic, name=self.letters)
        letters = replace(found.dead_letter, topic=topic, group=self.processors)
        return replace(found, groups=(self.group,), dead_letter=letters)

    def by_way_of(self, servers: str) -> Site:
        """The same, seen from somebody who reaches the broker elsewhere."""
        return replace(self, servers=servers)

    def settings(self, **others: object) -> Settings:
        """Settings for this broker and this registry."""
        registry = None if self.registry is None else RegistrySettings(self.registry)
        return replace(Settings(bootstrap_servers=self.servers, registry=registry), **others)  # type: ignore[arg-type]

    def memory(self) -> Registry | None:
        """The registry of a process that has none to ask; `None` where there is one."""
        if self.registry is not None:
            return None
        made = MemoryRegistry()
        self._register(made)
        return made

    def register(self) -> SchemaId:
        """The schemas are registered afterwards; the id of the events'."""
        if self.registry is None:
            return self._register(MemoryRegistry())
        with RegistryClient(RegistrySettings(self.registry)) as client:
            return self._register(client)

    def _register(self, registry: Registry) -> SchemaId:
        contract = self.contract
        schema_id = registry.register(contract.subject, SchemaText(IngestionEvent.SCHEMA_TEXT))
        registry.register(contract.dead_letter_subject or "", SchemaText(DeadLetter.SCHEMA_TEXT))
        return schema_id
