"""Writing dead letters: batched, idempotent, and done only when each one's own delivery report says so.

The path from a failed record to the dead-letter topic depends on nothing that can fail with the event: it decodes
nothing, asks no registry and reads no field.
"""

from __future__ import annotations

from eventpact.contract import Contract
from eventpact.errors import ManifestError
from eventpact.kafka.diagnosis import Diagnosis
from eventpact.kafka.envelope import dead_letter_of
from eventpact.kafka.letter_form import letter_form
from eventpact.kafka.letter_producer import LetterProducer, Report
from eventpact.kafka.record import Record
from eventpact.kafka.settings import Settings
from eventpact.registry import Registry

__all__ = ["DeadLetterWriter", "Report"]


class DeadLetterWriter:
    """The dead-letter topic of one contract, open for one worker. Not thread-safe.

    Raises, when made:
        ManifestError: the contract's dead letters are envelopes without a schema.
        NotRegisteredError: the envelope's schema is not registered under the dead-letter topic's subject.
        UnavailableError, BrokerUnavailableError: nobody answered; try again later.
        TopicError: there is no such topic, or it may not be written.
    """

    def __init__(self, contract: Contract, settings: Settings, registry: Registry, group: str) -> None:
        target = contract.dead_letter
        if target is None:
            raise ManifestError("has no dead letters", source=contract.name, key="dead_letter")
        self.topic = target.topic.name
        self._max_retries = target.max_retries
        self._group = group
        form = letter_form(contract, registry, settings.client_id)
        self._producer = LetterProducer(settings, form, self.topic)

    def write(self, record: Record, diagnosis: Diagnosis, first_failed_ms: int, failed_ms: int, report: Report) -> None:
        """Hand one dead letter to the client library; `report` is called from `flush` when its fate is known.

        Raises:
            WorkerStopped: it cannot be built or is not taken, so the record must stay where it is.
        """
        letter = dead_letter_of(
            record,
            diagnosis,
            group=self._group,
            max_retries=self._max_retries,
            first_failed_ms=first_failed_ms,
            failed_ms=failed_ms,
        )
        self._producer.write(self.topic, record, letter, "its dead letter", report)

    def flush(self, budget: float) -> int:
        """Wait at most `budget` seconds for delivery reports; how many are still missing.

        Raises:
            WorkerStopped: the producer is dead.
        """
        return self._producer.flush(budget)

    def abandon(self) -> None:
        """Give up what has no report yet, so that no late copy follows; each gets a report with an error."""
        self._producer.abandon()
