"""Everything a service has to be told about its Kafka and its registry: one frozen value, checked at birth."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from eventpact.errors import SettingsError
from eventpact.kafka.client_settings import CONSUMER_PREFIX, PRODUCER_PREFIX, ConsumerSettings, ProducerSettings
from eventpact.kafka.environment import Environment
from eventpact.kafka.fields import Text, read_fields
from eventpact.kafka.security import Security
from eventpact.registry.settings import RegistrySettings

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

__all__ = ["Settings"]

NAME: Final = Text()
SERVERS_EXPECTED: Final = "expected host:port, or several separated by commas, such as localhost:19092"


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What producers, workers and tools need to connect. Every variable: docs/settings.md.

    Attributes:
        bootstrap_servers: `host:port`, several separated by commas.
        registry: the schema registry; `None` where a program is handed a Registry, or needs none.
        topic: overrides the contract's topic name.
        subject: overrides the contract's subject.
        lock: `contracts.lock`, whose schema ids hold while the registry is away; `None` for no lock.
        environment: the section of the lock.
        dev_topics: where the embedded stack of another process makes topics; `None` leaves them to the brokers.
        client_id: what brokers write in their logs and count quotas by.
        security, producer, consumer: see their classes.

    Raises SettingsError with the variable and what was expected; no value is part of its text.
    """

    bootstrap_servers: str
    registry: RegistrySettings | None = None
    topic: str | None = None
    subject: str | None = None
    lock: Path | None = None
    environment: str = "default"
    dev_topics: str | None = None
    client_id: str = "eventpact"
    security: Security = field(default_factory=Security)
    producer: ProducerSettings = field(default_factory=ProducerSettings)
    consumer: ConsumerSettings = field(default_factory=ConsumerSettings)

    def __post_init__(self) -> None:
        servers = [server.strip() for server in self.bootstrap_servers.split(",")]
        if not all(is_server(server) for server in servers):
            raise SettingsError("KAFKA_BOOTSTRAP_SERVERS", SERVERS_EXPECTED)
        object.__setattr__(self, "bootstrap_servers", ",".join(servers))
        if not NAME.holds(self.topic):
            raise SettingsError("INGESTION_TOPIC", NAME.expected)
        if self.subject is not None and (not self.subject.isprintable() or self.subject.startswith(":.")):
            raise SettingsError(
                "SCHEMA_REGISTRY_SUBJECT", "expected a subject name without control characters, not starting with ':.'"
            )
        if self.dev_topics is not None and not is_http(self.dev_topics):
            raise SettingsError("EVENTPACT_DEV_TOPICS", "expected the URL that `eventpact dev` prints")
        if not self.client_id or not NAME.holds(self.client_id):
            raise SettingsError("KAFKA_CLIENT_ID", NAME.expected)

    @classmethod
    def from_env(cls, environ: Mapping[str, str] | None = None, dotenv: str | Path | None = ".env") -> Settings:
        """Read the environment (`os.environ` by default) over the file `dotenv`; neither is changed."""
        environment = Environment.read(environ, dotenv)
        servers = environment.get("KAFKA_BOOTSTRAP_SERVERS")
        if servers is None:
            raise SettingsError(
                "KAFKA_BOOTSTRAP_SERVERS", f"not set; {SERVERS_EXPECTED}. `eventpact dev` starts a local broker"
            )
        return cls(
            bootstrap_servers=servers,
            registry=read_registry(environment),
            topic=environment.get("INGESTION_TOPIC"),
            subject=environment.get("SCHEMA_REGISTRY_SUBJECT"),
            lock=environment.path("EVENTPACT_LOCK"),
            environment=environment.get("EVENTPACT_ENVIRONMENT") or "default",
            dev_topics=environment.get("EVENTPACT_DEV_TOPICS"),
            client_id=environment.get("KAFKA_CLIENT_ID") or "eventpact",
            security=Security.from_environment(environment),
            producer=ProducerSettings(**read_fields(ProducerSettings, PRODUCER_PREFIX, environment)),
            consumer=ConsumerSettings(**read_fields(ConsumerSettings, CONSUMER_PREFIX, environment)),
        )


def is_server(server: str) -> bool:
    """`host:port` or `[v6]:port`; no scheme, no credentials, no path."""
    host, _, port = server.rpartition(":")
    bracketed = host.startswith("[") and host.endswith("]")
    plain = host.replace(".", "").replace("-", "").replace("_", "").isalnum() and host.isascii()
    return (plain or bracketed) and port.isascii() and port.isdigit() and len(port) < 6 and 0 < int(port) < 65_536


def is_http(url: str) -> bool:
    """`http://host:port/path`, and no credentials."""
    try:
        parts = urlsplit(url)
        plain = parts.scheme == "http" and bool(parts.hostname) and parts.port is not None
    except ValueError:
        return False
    return plain and parts.username is None and url.isprintable() and " " not in url


def read_registry(environment: Environment) -> RegistrySettings | None:
    """The SCHEMA_REGISTRY_ variables; `None` when neither a URL nor a user is among them."""
    if environment.get("SCHEMA_REGISTRY_URL") is None and environment.get("SCHEMA_REGISTRY_USERNAME") is None:
        return None
    return RegistrySettings.read(environment.get)
