"""Collects the evidence for `usage`: the topic, the dead letters, the registry, and what services tell."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from itertools import chain

from eventpact.contract import Contract
from eventpact.errors import KafkaError, NotRegisteredError, RegistryError
from eventpact.kafka.letter_reading import LetterReader
from eventpact.kafka.registry_choice import registry_of
from eventpact.kafka.settings import Settings
from eventpact.observe.writers import Writers
from eventpact.registry import KnownSchemas, Registry
from eventpact.status.broker import Broker
from eventpact.status.look import TopicLook
from eventpact.status.records import RecordReader
from eventpact.status.scrapes import read_metrics, told
from eventpact.status.stored_versions import edges, letter_versions, record_versions
from eventpact.status.usage import Evidence, Seen

__all__ = ["gather"]


def gather(
    contract: Contract,
    settings: Settings,
    registry: Registry,
    sources: Iterable[str] = (),
    *,
    most: int | None = 10_000,
    timeout: float = 5.0,
) -> Evidence:
    """What is known of the contract's versions. Reads about `most` records of each topic; all for `None`.

    Raises MetricsError for a source that cannot be read, KafkaError when the broker does not answer.
    """
    found = told([(source, read_metrics(source)) for source in sources], contract.topic.name)
    subject = settings.subject or contract.subject
    writers = Writers(partial(registry_of, settings, registry), subject)
    names = [contract.topic.name, *([] if contract.dead_letter is None else [contract.dead_letter.topic.name])]
    broker = Broker(settings, timeout)
    topics = broker.topics(names)
    with RecordReader(settings, timeout) as reader:
        topic = topics[names[0]]
        stored = record_versions(chain.from_iterable(map(reader.read, edges(topic, most))), topic, writers)
        letters = None if len(names) == 1 else _letters(contract, topics[names[1]], registry, reader, writers, most)
    return Evidence(
        groups=contract.groups,
        registered=_registered(registry, subject),
        readers={version: frozenset(groups) for version, groups in found.readers.items()},
        read=found.read,
        writers=found.writers,
        stored=stored,
        letters=letters,
        strangers=_strangers(contract, broker, topic),
    )


def _strangers(contract: Contract, broker: Broker, topic: TopicLook) -> tuple[str, ...] | None:
    try:
        return tuple(broker.readers(topic, contract.groups))
    except KafkaError:
        return None


def _registered(registry: Registry, subject: str) -> tuple[int, ...]:
    try:
        return tuple(registry.versions(subject))
    except NotRegisteredError:
        return ()


def _letters(
    contract: Contract,
    topic: TopicLook,
    registry: Registry,
    reader: RecordReader,
    writers: Writers,
    most: int | None,
) -> Seen:
    if contract.dead_letter is None or not contract.dead_letter.readable:
        return Seen(unnamed=None) if topic.stored else Seen(complete=True)
    messages = chain.from_iterable(map(reader.read, edges(topic, most)))
    try:
        return letter_versions(messages, topic, LetterReader(contract, KnownSchemas(registry)), writers)
    except RegistryError:
        return Seen(unnamed=None)
