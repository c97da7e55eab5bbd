"""Settling records: read, call the handler, judge what came of it, act. The offset moves only when this says so."""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Final, Generic, TypeVar, assert_never

from eventpact.dead_letter import Stage
from eventpact.errors import WorkerStopped
from eventpact.ids import SchemaId
from eventpact.kafka.caller import Caller, ObserverFailed
from eventpact.kafka.clock import Clock
from eventpact.kafka.crew import Crew
from eventpact.kafka.dead_letters import DeadLetterWriter
from eventpact.kafka.diagnosis import class_name, code_place, diagnose, tenant_of
from eventpact.kafka.gate import Gate
from eventpact.kafka.judge import Again, Bury, Failure, Stop, Wait, judge
from eventpact.kafka.lane import Lane
from eventpact.kafka.observer import Outcome, Settled
from eventpact.kafka.policy import Policy
from eventpact.kafka.progress import Progress
from eventpact.kafka.ratio import DeadLetterRatio
from eventpact.kafka.record import Record
from eventpact.kafka.stats import WorkerStats
from eventpact.kafka.trial import Trial
from eventpact.kafka.trial_reader import TrialReader

if TYPE_CHECKING:
    from confluent_kafka import Message


__all__ = ["Settler"]

E = TypeVar("E")
LOG: Final = logging.getLogger(__name__)


class Settler(Generic[E]):
    """Settles the first records of a lane, in the loop's thread or with a `crew`; everything but the handler's call
    happens in the loop's thread. `letters` is `None` when the contract has no dead-letter topic.
    """

    def __init__(
        self,
        *,
        reader: TrialReader[E],
        caller: Caller[E],
        crew: Crew[E] | None,
        letters: DeadLetterWriter | None,
        key_of: Callable[[E], str],
        policy: Policy,
        clock: Clock,
        stats: WorkerStats,
    ) -> None:
        self.gate = Gate()
        self.careful = False
        self._reader = reader
        self._caller = caller
        self._crew = crew
        self._letters = letters
        self._key_of = key_of
        self._policy = policy
        self._clock = clock
        self._stats = stats
        self._ratio = DeadLetterRatio(policy)
        self._probe: Trial[E] | None = None
        """What is tried while the gate is shut."""

    @property
    def in_flight(self) -> int:
        """Handlers at work in threads of their own."""
        return 0 if self._crew is None else self._crew.in_flight

    @property
    def room(self) -> bool:
        """May another lane be settled now? One at a time while a dependency is probed, or a crash looked for."""
        if self._crew is None:
            return True
        if self.careful:
            return self._crew.in_flight < 1
        # Handlers that began before the outage are no probes.
        probing = self.gate.shut_since is not None and self._probe is not None
        return not probing and self._crew.in_flight < self._crew.size

    def settle(self, lane: Lane) -> None:
        """Try the lane's first records once. Afterwards they are through, or wait in the lane for their next try, or
        the lane is busy until `collect` hands it back.

        Raises:
            WorkerStopped: a record may neither be settled nor stepped over.
        """
        trial = self._reader.read(lane, alone=self.careful)
        if trial.failure is None and self._crew is not None:
            lane.busy = True
            self._probe = None if self.gate.shut_since is None else trial
            self._crew.submit(trial)
            return
        if trial.failure is None:
            self._caller.call(trial)
        self._conclude(trial)

    def collect(self, timeout: float) -> list[Lane]:
        """Act on what the crew has finished; the lanes that are free again. Waits up to `timeout` seconds for one.

        Raises what `settle` raises.
        """
        lanes: list[Lane] = []
        for trial in () if self._crew is None else self._crew.finished(timeout):
            trial.lane.busy = False
            if trial is self._probe:
                self._probe = None
            self._conclude(trial)
            lanes.append(trial.lane)
        return lanes

    def _conclude(self, trial: Trial[E]) -> None:
        lane = trial.lane
        failure = trial.take_failure()
        if lane.holding.gone or not lane.holds(trial.messages[0]):
            return  # its records are somebody else's by now, or the client library went back and they come again
        lane.holding.tried(trial.messages[0])
        count = len(trial.messages)
        if failure is None:
            self._handled(trial, count)
            return
        if isinstance(failure.error, ObserverFailed):
            raise WorkerStopped(f"the observer failed ({failure.error})", code="observer") from None
        if trial.named is not None:
            if trial.named:  # with none handled, the first one's attempts go on
                self._handled(trial, trial.named)
            if lane.holds(trial.messages[trial.named]):
                self._act(lane, trial.messages[trial.named], failure, trial.seconds)
        elif count > 1 and not isinstance(judge(failure, lane.attempt, self._policy), Wait | Stop):
            # Which of them is to blame shows when they come one by one. What they depend on has answered.
            self.gate.open()
            lane.alone = count
            self._stats.retries += 1
            self._tell(trial.messages[0], failure.schema_id, "retried", "batch", trial.seconds)
            name = class_name(failure.error)
            LOG.warning("%s: %s with a batch of %d, they follow one by one", place(trial), name, count)
        else:
            self._act(lane, trial.messages[0], failure, trial.seconds)

    def _handled(self, trial: Trial[E], count: int) -> None:
        lane = trial.lane
        done = trial.messages if count == len(trial.messages) else trial.messages[:count]
        for number, message in enumerate(done[: lane.pop(done)]):
            lane.holding.progress.settle(message.offset() or 0)
            self._ratio.note(buried=False)
            if self._caller.observed:
                self._tell(message, trial.schema_ids[number], "handled", "", trial.seconds / count)
        self._stats.handled += len(done)
        self.gate.open()

    def _act(self, lane: Lane, message: Message, failure: Failure[E], seconds: float) -> None:
        record = Record.of(message, failure.schema_id, lane.attempt)
        if lane.first_failed_ms is None:
            lane.first_failed_ms = self._clock.wall_ms()
        now = self._clock.monotonic()
        verdict = judge(failure, lane.attempt, self._policy)
        name = class_name(failure.error)
        match verdict:
            case Again(delay):
                self.gate.open()
                self._stats.retries += 1
                lane.attempt += 1
                lane.due = now + delay
                at = line_of(failure)
                LOG.warning("%s: %s (%s), attempt %d follows in %.1f s", record.place, name, at, lane.attempt, delay)
                self._tell(message, failure.schema_id, "retried", failure.stage.value, seconds)
            case Wait(code, everything):
                self._stats.waits += 1
                delay = lane.probe_later(self._policy, now, self.gate if everything else None)
                LOG.warning("%s: waiting %.1f s, %s (%s)", record.place, delay, code, name)
                self._tell(message, failure.schema_id, "waited", code, seconds)
            case Bury():
                if failure.stage is Stage.HANDLER:  # else nothing has answered
                    self.gate.open()
                self._bury(lane, message, record, failure, verdict)
                self._tell(message, failure.schema_id, "dead_lettered", verdict.reason.value, seconds)
            case Stop(code, text):
                raise WorkerStopped(f"{record.place}: {text} ({name}, {line_of(failure)})", code=code) from None
            case _:
                assert_never(verdict)

    def _bury(self, lane: Lane, message: Message, record: Record, failure: Failure[E], bury: Bury) -> None:
        if self._letters is None:
            raise WorkerStopped(
                f"{record.place}: {bury.reason} ({class_name(failure.error)}), and the contract has no dead letters",
                code=bury.code,
            ) from None
        self._ratio.note(buried=True)
        if self._ratio.exceeded:
            raise WorkerStopped(
                f"{record.place}: too many of the last records would be dead letters, the last one for {bury.reason}; "
                "is this worker connected to the right registry?",
                code="dead-letter-ratio",
            ) from None
        tenant = tenant_of(None if failure.event is None else self._key_of(failure.event), record.key)
        diagnosis = diagnose(bury, failure, tenant)
        LOG.warning("%s: dead-lettered as %s: %s", record.place, diagnosis.reason, diagnosis.summary)
        progress = lane.holding.progress
        progress.bury(record.offset)
        self._letters.write(
            record,
            diagnosis,
            lane.first_failed_ms or 0,
            self._clock.wall_ms(),
            partial(self._reported, progress, record.offset),
        )
        self._stats.crashed += failure.stage is Stage.CRASH
        lane.pop((message,))

    def _reported(self, progress: Progress, offset: int, error: str | None) -> None:
        progress.confirm(offset, error)
        self._stats.dead_lettered += error is None

    def _tell(
        self, message: Message, schema_id: SchemaId | None, outcome: Outcome, reason: str, seconds: float
    ) -> None:
        if not self._caller.observed:
            return
        settled = Settled(
            topic=message.topic() or "",
            partition=message.partition() or 0,
            offset=message.offset() or 0,
            schema_id=schema_id,
            outcome=outcome,
            reason=reason,
            seconds=seconds,
        )
        try:
            self._caller.tell(message, settled)
        except ObserverFailed as failed:
            raise WorkerStopped(f"the observer failed ({failed})", code="observer") from failed.__cause__


def place(trial: Trial[E]) -> str:
    """Where the first record stands."""
    return Record.of(trial.messages[0]).place


def line_of(failure: Failure[E]) -> str:
    """The line of code that failed."""
    return code_place(failure.error.__traceback__) or "unknown place"
