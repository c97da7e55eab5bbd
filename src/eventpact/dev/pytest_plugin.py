"""Fixtures for the tests of services: a broker and a registry in the test's own process. See docs/testing.md.

pytest loads this in every environment that has eventpact installed, so nothing else is loaded before a fixture is used.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from eventpact.contract import Contract
    from eventpact.dev import EmbeddedBroker, EmbeddedStack
    from eventpact.kafka import Settings
    from eventpact.registry import MemoryRegistry

__all__ = ["eventpact_broker", "eventpact_registry", "eventpact_settings", "eventpact_stack", "eventpact_topics"]


@pytest.fixture(scope="session")
def eventpact_stack() -> Iterator[EmbeddedStack]:
    """An embedded broker and a local registry, without topics; one for the whole session."""
    from eventpact.dev import EmbeddedStack

    with EmbeddedStack(()) as stack:
        yield stack


@pytest.fixture
def eventpact_broker(eventpact_stack: EmbeddedStack) -> EmbeddedBroker:
    """The session's broker. Topics live as long as it does: use names of your own, or `eventpact_topics`."""
    return eventpact_stack.broker


@pytest.fixture
def eventpact_registry(eventpact_stack: EmbeddedStack) -> MemoryRegistry:
    """An empty registry for this test; at `eventpact_settings.registry` it is reached over HTTP."""
    from eventpact.registry import MemoryRegistry

    registry = eventpact_stack.registry.registry = MemoryRegistry()
    return registry


@pytest.fixture
def eventpact_settings(eventpact_stack: EmbeddedStack, eventpact_registry: MemoryRegistry) -> Settings:
    """Settings for the broker and this test's registry, and nothing of the process's environment."""
    del eventpact_registry  # what the settings name has to be this test's
    return eventpact_stack.settings()


@pytest.fixture
def eventpact_topics(
    eventpact_stack: EmbeddedStack, eventpact_registry: MemoryRegistry
) -> Callable[[type | Contract], Contract]:
    """A function from an event class, or a contract, to the contract on topics of this test's own.

    The topics exist afterwards, and their subjects hold the schemas of the class and of dead letters; a contract alone
    brings no schema of its own. Pass the result to Producer and Worker as `contract=`.
    """
    mark = uuid.uuid4().hex[:12]

    def isolated(event: type | Contract) -> Contract:
        from dataclasses import replace

        from eventpact.contract import Contract, contract_of
        from eventpact.dead_letter import DeadLetter
        from eventpact.kafka.topics import ensure_topics
        from eventpact.registry import SchemaText

        found = event if isinstance(event, Contract) else contract_of(event)
        contract = found.on_topic(f"{found.topic.name}-{mark}")
        if contract.dead_letter is not None:
            letters = contract.dead_letter.topic
            named = replace(letters, name=f"{letters.name}-{mark}")
            contract = replace(contract, dead_letter=replace(contract.dead_letter, topic=named))
        ensure_topics(eventpact_stack.topics, contract)
        if contract.dead_letter_subject is not None:
            eventpact_registry.register(contract.dead_letter_subject, SchemaText(DeadLetter.SCHEMA_TEXT))
        if not isinstance(event, Contract):
            _register(eventpact_registry, contract.subject, event)
        return contract

    return isolated


def _register(registry: MemoryRegistry, subject: str, event: type) -> None:
    from eventpact.codec import Codec
    from eventpact.registry import Reference, SchemaText
    from eventpact.registry.uses import parts

    references: dict[str, Reference] = {}
    for part in parts(Codec(event).schema):
        text = SchemaText(part.text, tuple(references[name] for name in part.uses))
        where = part.name or subject
        registry.register(where, text)
        references[where] = Reference(where, where, registry.lookup(where, text).version)
