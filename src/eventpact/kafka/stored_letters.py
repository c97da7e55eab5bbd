"""Reading a dead-letter topic from its start to where it ended when the reading began.

The reader joins no group and commits nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from eventpact.contract import Contract, contract_of
from eventpact.dead_letter import DeadLetter
from eventpact.errors import ManifestError
from eventpact.kafka.clock import SYSTEM_CLOCK, Clock
from eventpact.kafka.letter_filter import LetterFilter
from eventpact.kafka.letter_scan import NO_LETTERS, LetterScan
from eventpact.kafka.registry_choice import registry_of
from eventpact.kafka.settings import Settings
from eventpact.registry import Registry

__all__ = ["StoredDeadLetter", "dead_letter_contract", "read_dead_letters"]


@dataclass(frozen=True, slots=True)
class StoredDeadLetter:
    """A record of the dead-letter topic; `letter` is `None` when it is none that we can read."""

    partition: int
    offset: int
    letter: DeadLetter | None


def read_dead_letters(
    event_class: type,
    settings: Settings,
    *,
    contract: Contract | None = None,
    registry: Registry | None = None,
    clock: Clock = SYSTEM_CLOCK,
) -> Iterator[StoredDeadLetter]:
    """All records of the contract's dead-letter topic, in order within a partition, one at a time in memory.

    What is written meanwhile is left out, so that a replay that fails again comes to an end.

    Raises, when iterated:
        ManifestError: the contract has no dead letters, or envelopes without a schema.
        TopicError: there is no such topic.
        BrokerUnavailableError, UnavailableError: nobody answered.
    """
    chosen = dead_letter_contract(event_class, settings, contract)
    with registry_of(settings, registry) as known, LetterScan(chosen, settings, known, clock=clock) as scan:
        for scanned in scan.read(scan.spans(), LetterFilter()):
            yield StoredDeadLetter(scanned.record.partition, scanned.record.offset, scanned.letter)


def dead_letter_contract(event_class: type, settings: Settings, contract: Contract | None) -> Contract:
    """The contract, on the settings' topic. Raises ManifestError when its dead letters cannot be read."""
    chosen = contract_of(event_class) if contract is None else contract
    if chosen.dead_letter is None or not chosen.dead_letter.readable:
        raise ManifestError(NO_LETTERS, source=chosen.name, key="dead_letter")
    return chosen if settings.topic is None else chosen.on_topic(settings.topic)
