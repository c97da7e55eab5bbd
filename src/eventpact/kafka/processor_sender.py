"""What a dead-letter processor writes: successors onto the dead-letter topic, hopeless records onto the parking one."""

from __future__ import annotations

import logging
from typing import Final

from eventpact.contract import Contract
from eventpact.dead_letter import DeadLetter
from eventpact.errors import ManifestError
from eventpact.kafka.alerts import Alert, Parked
from eventpact.kafka.letter_form import letter_form
from eventpact.kafka.letter_producer import LetterProducer, Report
from eventpact.kafka.record import Record
from eventpact.kafka.settings import Settings
from eventpact.kafka.stopping import call_bounded
from eventpact.registry import Registry

__all__ = ["ProcessorSender"]

LOG: Final = logging.getLogger(__name__)


class ProcessorSender:
    """One processor's producer. Each write reports once; alerts follow what is stored. Not thread-safe.

    Raises, when made, what `DeadLetterWriter` raises; TopicError also for the parking topic.
    """

    def __init__(
        self,
        contract: Contract,
        parked_topic: str,
        settings: Settings,
        registry: Registry,
        alert: Alert,
        alert_limit: float,
    ) -> None:
        if contract.dead_letter is None:
            raise ManifestError("has no dead letters", source=contract.name, key="dead_letter")
        self.topic = contract.dead_letter.topic.name
        self.parked_topic = parked_topic
        self._alert = alert
        self._alert_limit = alert_limit
        self._untold: list[Parked] = []
        form = letter_form(contract, registry, settings.client_id)
        self._producer = LetterProducer(settings, form, self.topic, parked_topic)

    def succeed(self, record: Record, letter: DeadLetter, report: Report) -> None:
        """Write the letter behind its predecessor, in the same partition. Raises WorkerStopped."""
        self._producer.write(self.topic, record, letter, "its successor", report)

    def park(
        self, record: Record, letter: DeadLetter | None, cause: str, report: Report, *, changed: bool = False
    ) -> None:
        """Park the record: byte for byte, unless its letter has `changed`. Raises WorkerStopped."""
        parked = Parked(
            self.parked_topic,
            record.place,
            cause,
            None if letter is None else letter.dlq_id,
            None if letter is None else letter.reason.value,
            None if letter is None else letter.retry_count,
        )

        def told(error: str | None) -> None:
            if error is None:
                self._untold.append(parked)
            report(error)

        if letter is not None and changed:
            self._producer.write(self.parked_topic, record, letter, "its parked copy", told)
        else:
            self._producer.copy(self.parked_topic, record, record.value, record.headers, "its parked copy", told)

    def flush(self, budget: float) -> int:
        """Wait at most `budget` seconds for reports, then alert; how many are still missing. Raises WorkerStopped."""
        missing = self._producer.flush(budget)
        self._tell()
        return missing

    def abandon(self) -> None:
        """Give up what has no report yet; each gets a report with an error."""
        self._producer.abandon()
        self._tell()

    def _tell(self) -> None:
        if not self._untold:
            return
        parked, self._untold = tuple(self._untold), []
        try:
            # The sink is somebody else's: it may hang, and what is parked is stored already.
            if not call_bounded(lambda: self._alert(parked), self._alert_limit, "eventpact-alert"):
                LOG.error("the alert for %d parked records did not end in time", len(parked))
        except Exception as error:
            LOG.error("the alert for %d parked records failed: %s", len(parked), type(error).__name__)
