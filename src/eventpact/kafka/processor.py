"""The dead-letter processor: tries a group's dead letters again, by the same handler, and parks what stays hopeless."""

from __future__ import annotations

import threading
from dataclasses import replace
from typing import Generic, TypeVar

from eventpact.codec import Codec
from eventpact.contract import Contract
from eventpact.errors import ManifestError
from eventpact.kafka.alerts import Alert, log_alert
from eventpact.kafka.caller import Caller
from eventpact.kafka.clock import SYSTEM_CLOCK, Clock
from eventpact.kafka.config import consumer_config
from eventpact.kafka.handler import Handler, wants_record
from eventpact.kafka.intake import Intake
from eventpact.kafka.letter_reading import LetterReader
from eventpact.kafka.letter_scan import NO_LETTERS
from eventpact.kafka.loop import Loop
from eventpact.kafka.membership import Membership
from eventpact.kafka.observer import Observer
from eventpact.kafka.policy import Policy
from eventpact.kafka.processor_plan import RetryRules
from eventpact.kafka.processor_sender import ProcessorSender
from eventpact.kafka.processor_settler import ProcessorSettler, ProcessorStats
from eventpact.kafka.registry_choice import registry_of
from eventpact.kafka.running import live, opened
from eventpact.kafka.settings import Settings
from eventpact.kafka.stats import WorkerStats
from eventpact.kafka.stopping import StopFlag, signals_set
from eventpact.kafka.stored_letters import dead_letter_contract
from eventpact.kafka.watchdog import Watchdog
from eventpact.kafka.worker import only_group
from eventpact.registry import KnownSchemas, Registry

__all__ = ["DeadLetterProcessor"]

E = TypeVar("E")


class DeadLetterProcessor(Generic[E]):
    """One member of the contract's dead-letter group. Retries run here: no other group sees a record again.

    Args:
        event_class, handler, settings, contract, registry, policy, observer, stop: as for `Worker`; a handler of
            batches gets batches of one.
        group: whose dead letters; may be left out when the contract names exactly one group. Where it names several,
            each has its own processor, in the consumer group `<dead-letter group>.<group>`.
        max_retries: by default the contract's.
        backoff, backoff_max: seconds before the first retry; doubled for each further one up to the maximum. A record
            that waits holds those behind it in its partition, so that a tenant's order is kept.
        parked_topic: by default `<topic>-parked`; it has to exist.
        alert: told of what was parked, after it is stored: see `eventpact.kafka.alerts`.
        alert_limit: seconds that an alert may take; then it is left behind.

    Raises:
        TypeError: the handler takes something else, or is a coroutine function.
        SettingsError, ManifestError: no group, no registry, or no dead letters that can be read.
        ValueError: a number makes no sense, or the parking topic is one of the contract's.
    """

    def __init__(
        self,
        event_class: type[E],
        handler: Handler[E],
        settings: Settings,
        *,
        group: str | None = None,
        contract: Contract | None = None,
        registry: Registry | None = None,
        policy: Policy | None = None,
        max_retries: int | None = None,
        backoff: float = 60.0,
        backoff_max: float = 3600.0,
        parked_topic: str | None = None,
        alert: Alert = log_alert,
        alert_limit: float = 10.0,
        observer: Observer | None = None,
        stop: threading.Event | None = None,
        clock: Clock = SYSTEM_CLOCK,
    ) -> None:
        chosen = dead_letter_contract(event_class, settings, contract)
        if chosen.dead_letter is None:
            raise ManifestError(NO_LETTERS, source=chosen.name, key="dead_letter")
        failing = group or only_group(chosen)
        self._contract = chosen
        self._letters_topic = chosen.dead_letter.topic.name
        self._parked_topic = parked_topic or chosen.parked_topic
        if self._parked_topic in {chosen.topic.name, self._letters_topic}:
            raise ValueError("the parking topic must not be one that the contract's groups read")
        self.group = chosen.dead_letter.group if len(chosen.groups) < 2 else f"{chosen.dead_letter.group}.{failing}"
        self._rules = RetryRules(
            topic=chosen.topic.name,
            group=failing,
            others=frozenset(chosen.groups) - {failing},
            max_retries=chosen.dead_letter.max_retries if max_retries is None else max_retries,
            backoff=backoff,
            backoff_max=max(backoff, backoff_max),
        )
        self._settings = settings
        self._handler = handler
        wants_record(handler)
        self._observer = observer
        self._codec: Codec[E] = Codec(event_class)
        self._registry = registry
        self._policy = (policy or Policy()).within(settings.consumer.max_poll_interval_ms)
        self._alert = alert
        self._alert_limit = min(alert_limit, 0.2 * settings.consumer.max_poll_interval_ms / 1000)
        self._clock = clock
        self._flag = StopFlag(stop)
        self._stats = ProcessorStats()
        self._lock = threading.Lock()

    def stats(self) -> ProcessorStats:
        """The counts as they are now; from any thread."""
        return replace(self._stats)

    def stop(self) -> None:
        """Ask the processor to finish the record in hand, commit and leave. Returns at once; from any thread."""
        self._flag.set()

    def run(self) -> None:
        """Process dead letters until stopped. Blocks; a processor runs once. Signals and raises as `Worker.run`."""
        if not self._lock.acquire(blocking=False):
            raise RuntimeError("a processor runs once; make a new one")
        with signals_set(self._flag), registry_of(self._settings, self._registry) as registry:
            self._run(registry)

    def _run(self, registry: Registry) -> None:
        policy, clock = self._policy, self._clock
        sender = opened(lambda: self._open(registry), "the dead-letter topics", policy, clock, self._flag)
        if sender is None:  # stopped before they were open
            return
        known = KnownSchemas(registry, clock=clock.monotonic)
        counts = WorkerStats()
        max_poll = self._settings.consumer.max_poll_interval_ms / 1000
        with Watchdog(policy, max_poll, clock, counts) as watchdog:
            settler = ProcessorSettler(
                letters=LetterReader(self._contract, known, policy, clock),
                events=Intake(self._codec, known, self._settings.subject or self._contract.subject, policy, clock),
                caller=Caller(self._handler, watchdog, self._observer),
                sender=sender,
                rules=self._rules,
                policy=policy,
                clock=clock,
                stats=self._stats,
            )
            loop = Loop(settler, sender, policy, clock, counts, self._flag)
            membership = Membership(
                consumer_config(self._settings, self.group),
                self._letters_topic,
                policy,
                clock,
                counts,
                before_handover=loop.handover,
                arrived=loop.arrived,
            )
            live(loop, membership, sender, policy, self.group)

    def _open(self, registry: Registry) -> ProcessorSender:
        return ProcessorSender(
            self._contract,
            self._parked_topic,
            self._settings,
            registry,
            self._alert,
            self._alert_limit,
        )
