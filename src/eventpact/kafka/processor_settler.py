"""One dead letter, one try: plan, call the handler, write the successor or park. The offset moves only afterwards."""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from functools import partial
from typing import Final, Generic, TypeVar, assert_never

from eventpact.dead_letter import DeadLetter, Stage
from eventpact.errors import WorkerStopped
from eventpact.kafka.caller import Caller
from eventpact.kafka.clock import Clock
from eventpact.kafka.diagnosis import class_name, diagnose
from eventpact.kafka.envelope import moment_of, original_record, worker_version
from eventpact.kafka.gate import Gate
from eventpact.kafka.intake import Intake
from eventpact.kafka.judge import Again, Bury, Failure, NotYetKnown, Stop, Wait, judge
from eventpact.kafka.lane import Lane
from eventpact.kafka.letter_reading import LetterReader, blames_registry
from eventpact.kafka.policy import Policy, jittered
from eventpact.kafka.processor_plan import RETRIED, Later, Park, RetryRules, Skip, Try, plan
from eventpact.kafka.processor_sender import ProcessorSender
from eventpact.kafka.progress import Progress
from eventpact.kafka.ratio import DeadLetterRatio
from eventpact.kafka.record import Record
from eventpact.kafka.trial import Trial

__all__ = ["ProcessorSettler", "ProcessorStats"]

E = TypeVar("E")
LOG: Final = logging.getLogger(__name__)


@dataclass(slots=True)
class ProcessorStats:
    """Counts since the processor was made.

    Attributes:
        handled: dead letters that the handler took.
        failed: retries that failed again.
        parked: records that were parked, and are stored there.
        skipped: dead letters of other groups.
    """

    handled: int = 0
    failed: int = 0
    parked: int = 0
    skipped: int = 0


class ProcessorSettler(Generic[E]):
    """Settles the first record of a lane, as the worker's settler does."""

    def __init__(
        self,
        *,
        letters: LetterReader,
        events: Intake[E],
        caller: Caller[E],
        sender: ProcessorSender,
        rules: RetryRules,
        policy: Policy,
        clock: Clock,
        stats: ProcessorStats,
    ) -> None:
        self.gate = Gate()
        self.careful = False
        self._letters = letters
        self._events = events
        self._caller = caller
        self._sender = sender
        self._rules = rules
        self._policy = policy
        self._clock = clock
        self._stats = stats
        self._junk = DeadLetterRatio(policy)

    @property
    def in_flight(self) -> int:
        """Always 0: retries run in the loop's thread."""
        return 0

    @property
    def room(self) -> bool:
        """Always: see `in_flight`."""
        return True

    def collect(self, timeout: float) -> list[Lane]:
        """Nothing: see `in_flight`."""
        del timeout
        return []

    def settle(self, lane: Lane) -> None:
        """Try `lane.buffer[0]` once; then it is through, or waits. Raises WorkerStopped."""
        message = lane.buffer[0]
        record = Record.of(message)
        if lane.holding.condemns(message, self._policy.crash_limit):
            self._park(lane, record, None, "crashed")
        else:
            self._settle(lane, record)
        lane.holding.tried(message)

    def _settle(self, lane: Lane, record: Record) -> None:
        found = self._letters.read(record)
        if isinstance(found, Failure):
            self._unreadable(lane, record, found)
            return
        self._junk.note(buried=False)
        # Headers that cannot be read are none, and a letter without a retry count in them is forged.
        wanted = plan(found, record.headers, self._clock.wall_ms(), self._rules)
        match wanted:
            case Skip():
                self._stats.skipped += 1
                self._through(lane, record)
            case Park(cause):
                self._park(lane, record, found, cause)
            case Later(milliseconds):
                # Seen again after the wait; meanwhile those behind it wait, too, so a tenant's order is kept.
                lane.wait(self._clock.monotonic(), milliseconds / 1000)
            case Try():
                self._retried(record, found, self._call(lane, found))
            case _:
                assert_never(wanted)

    def _unreadable(self, lane: Lane, record: Record, failure: Failure[DeadLetter]) -> None:
        if isinstance(failure.error, NotYetKnown) or blames_registry(failure.error):
            verdict = judge(failure, self._policy.attempts, self._policy)
            if isinstance(verdict, Stop):
                raise WorkerStopped(f"{record.place}: {verdict.text}", code=verdict.code) from None
            lane.probe_later(self._policy, self._clock.monotonic())
            return
        self._junk.note(buried=True)
        if self._junk.exceeded:
            raise WorkerStopped(
                f"{record.place}: too many of the last records are no dead letters; is this processor connected to the "
                "right registry?",
                code="junk-ratio",
            ) from None
        self._park(lane, record, None, "junk")

    def _retried(self, record: Record, letter: DeadLetter, trial: Trial[E]) -> None:
        lane = trial.lane
        # Taken here: none of the frames that called the handler may see it, as its traceback holds them.
        failure = trial.take_failure()
        if failure is None:
            self.gate.open()
            self._stats.handled += 1
            self._through(lane, record)
            return
        # One call is one retry: there are no further attempts in place.
        verdict = judge(failure, self._policy.attempts, self._policy)
        match verdict:
            case Bury():
                if failure.stage is Stage.HANDLER:  # else nothing has answered
                    self.gate.open()
                self._failed(lane, record, letter, failure, verdict)
            case Wait(code, everything):
                now = self._clock.monotonic()
                delay = lane.probe_later(self._policy, now, self.gate if everything else None)
                LOG.warning("%s: waiting %.1f s, %s (%s)", record.place, delay, code, class_name(failure.error))
            case Stop(code, text):
                raise WorkerStopped(f"{record.place}: {text} ({class_name(failure.error)})", code=code) from None
            case Again():
                raise AssertionError("an attempt after the last one")
            case _:
                assert_never(verdict)

    def _call(self, lane: Lane, letter: DeadLetter) -> Trial[E]:
        """One call of the handler, or none where the event cannot be read; what went wrong is in the trial."""
        trial: Trial[E] = Trial(lane)
        read = self._events.read(letter.original_value)
        if isinstance(read, Failure):
            trial.failure = read
            return trial
        schema_id, event = read
        trial.messages.append(lane.buffer[0])
        trial.events.append(event)
        trial.schema_ids.append(schema_id)
        if self._caller.with_records:
            trial.records.append(original_record(letter, schema_id))
        self._caller.call(trial)
        return trial

    def _failed(self, lane: Lane, record: Record, letter: DeadLetter, failure: Failure[E], bury: Bury) -> None:
        found = diagnose(bury, failure, letter.tenant_id)
        retries, now = letter.retry_count + 1, self._clock.wall_ms()
        successor = replace(
            letter,
            worker_version=worker_version(),
            stage=found.stage,
            reason=found.reason,
            error_class=found.error_class,
            error_code=found.code,
            error_summary=found.summary,
            error_location=found.location,
            schema_id=found.schema_id,
            retry_count=retries,
            max_retries=self._rules.max_retries,
            not_before_ms=now + int(jittered(self._rules.delay_ms(retries + 1))),
            failed_at=moment_of(now),
        )
        self._stats.failed += 1
        LOG.warning("%s: retry %d failed as %s: %s", record.place, retries, found.reason, found.summary)
        if found.reason not in RETRIED:
            self._park(lane, record, successor, "hopeless", changed=True)
        elif retries >= self._rules.max_retries:
            self._park(lane, record, successor, "failed", changed=True)
        else:
            lane.holding.progress.bury(record.offset)
            self._sender.succeed(record, successor, partial(lane.holding.progress.confirm, record.offset))
            lane.pop((lane.buffer[0],))

    def _park(
        self, lane: Lane, record: Record, letter: DeadLetter | None, cause: str, *, changed: bool = False
    ) -> None:
        lane.holding.progress.bury(record.offset)
        self._sender.park(
            record, letter, cause, partial(self._parked, lane.holding.progress, record.offset), changed=changed
        )
        lane.pop((lane.buffer[0],))

    def _parked(self, progress: Progress, offset: int, error: str | None) -> None:
        progress.confirm(offset, error)
        self._stats.parked += error is None

    def _through(self, lane: Lane, record: Record) -> None:
        lane.holding.progress.settle(record.offset)
        lane.pop((lane.buffer[0],))
