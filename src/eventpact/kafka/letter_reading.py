"""From a record of a dead-letter topic to the dead letter that it is, envelope or raw."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from eventpact.codec import Codec
from eventpact.contract import Contract
from eventpact.dead_letter import DeadLetter, Stage
from eventpact.errors import NotRegisteredError, RegistryError
from eventpact.kafka.clock import SYSTEM_CLOCK, Clock
from eventpact.kafka.intake import Intake
from eventpact.kafka.judge import Failure, NotYetKnown
from eventpact.kafka.policy import Policy
from eventpact.kafka.raw_letters import NotALetter, is_raw, read_raw
from eventpact.kafka.record import Record
from eventpact.registry import KnownSchemas

__all__ = ["LetterReader", "blames_registry"]

LARGEST: Final = 100_000_000
"""Bytes of the largest envelope: a dead letter may be larger than a worker's limit for events."""


class LetterReader:
    """Reads the letters of one contract. A topic may hold both forms: the setting may have changed. Not thread-safe."""

    def __init__(
        self, contract: Contract, known: KnownSchemas, policy: Policy | None = None, clock: Clock = SYSTEM_CLOCK
    ) -> None:
        self._clock = clock
        self._policy = replace(policy or Policy(), max_value_bytes=LARGEST)
        subject = contract.dead_letter_subject
        self._envelopes: Intake[DeadLetter] | None = (
            None if subject is None else Intake(Codec(DeadLetter), known, subject, self._policy, clock)
        )

    def read(self, record: Record) -> DeadLetter | Failure[DeadLetter]:
        """The letter, or why there is none. Raises nothing but BaseException."""
        if is_raw(record.headers):
            try:
                return read_raw(record)
            except NotALetter as error:
                return Failure(Stage.FRAMING, error)
        if self._envelopes is None:
            return Failure(Stage.FRAMING, NotALetter())
        read = self._envelopes.read(record.value)
        return read if isinstance(read, Failure) else read[1]

    def letter(self, record: Record) -> DeadLetter | None:
        """The letter, or `None` for a record that is none. Waits where the registry has to be asked twice.

        Raises:
            RegistryError: the registry did not say.
        """
        while isinstance(read := self.read(record), Failure) and isinstance(read.error, NotYetKnown):
            self._clock.sleep(self._policy.recheck)
        return letter_in(read)

    def glance(self, record: Record) -> DeadLetter | None:
        """The same without a wait: what the registry does not know at once is no letter. Raises RegistryError."""
        return letter_in(self.read(record))


def letter_in(read: DeadLetter | Failure[DeadLetter]) -> DeadLetter | None:
    """What was read, if it was. Raises a failure that blames the registry."""
    if not isinstance(read, Failure):
        return read
    if blames_registry(read.error):
        raise read.error from None
    return None


def blames_registry(error: BaseException) -> bool:
    """Does the failure say nothing about the record?"""
    return isinstance(error, RegistryError) and not isinstance(error, NotRegisteredError)
