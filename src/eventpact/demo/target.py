"""Where a demo runs: the broker and registry that the environment names, or an embedded pair."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from eventpact.contract import Contract
from eventpact.dev import EmbeddedStack, topic_admin
from eventpact.kafka import Settings, ensure_topics

__all__ = ["Target", "target"]


@dataclass(frozen=True, slots=True)
class Target:
    """What to connect to, its name for people, and what is not as the contract wants it there."""

    settings: Settings
    name: str
    differences: tuple[str, ...] = ()


@contextmanager
def target(contract: Contract, environ: Mapping[str, str] = os.environ) -> Iterator[Target]:
    """The target of a run, with the contract's topics made. It is embedded unless both addresses are set.

    Raises:
        SettingsError: the environment names a target, but wrongly.
        KafkaError: the broker is out of reach, or refuses a topic.
    """
    if "KAFKA_BOOTSTRAP_SERVERS" in environ and "SCHEMA_REGISTRY_URL" in environ:
        settings = Settings.from_env(environ)
        with topic_admin(settings) as topics:
            report = ensure_topics(topics, contract.on_topic(settings.topic or contract.topic.name))
        yield Target(settings, settings.bootstrap_servers, tuple(map(str, report.differences)))
        return
    with EmbeddedStack([contract]) as stack:
        yield Target(stack.settings(), "embedded broker and registry")
