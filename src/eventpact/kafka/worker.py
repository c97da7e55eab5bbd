"""The worker: hands the events of one topic to a handler, at least once each, and nothing is lost on the way."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import ExitStack
from typing import Generic, TypeVar

from eventpact.codec import Codec
from eventpact.contract import Contract, contract_of
from eventpact.errors import SettingsError
from eventpact.kafka.caller import Caller
from eventpact.kafka.clock import SYSTEM_CLOCK, Clock
from eventpact.kafka.config import consumer_config
from eventpact.kafka.crew import Crew
from eventpact.kafka.dead_letters import DeadLetterWriter
from eventpact.kafka.event_key import key_reader
from eventpact.kafka.handler import Handler, wants_record
from eventpact.kafka.intake import Intake
from eventpact.kafka.loop import Loop
from eventpact.kafka.membership import Membership
from eventpact.kafka.observer import Observer
from eventpact.kafka.policy import Policy
from eventpact.kafka.registry_choice import registry_client
from eventpact.kafka.running import live, opened
from eventpact.kafka.settings import Settings
from eventpact.kafka.settler import Settler
from eventpact.kafka.stats import WorkerStats
from eventpact.kafka.stopping import StopFlag, signals_set
from eventpact.kafka.trial_reader import TrialReader
from eventpact.kafka.watchdog import Watchdog
from eventpact.registry import KnownSchemas, Registry

__all__ = ["Worker"]

E = TypeVar("E")


class Worker(Generic[E]):
    """One member of a consumer group.

    Args:
        event_class: a generated event class.
        handler: `handle(event)`, `handle(event, record)` or `handle_batch(...)`; see `eventpact.kafka.handler` for what
            it may raise.
        settings: whom to connect to; `topic` and `subject` override the contract's.
        group: the consumer group; may be left out when the contract names exactly one.
        contract: by default the one that was generated with the class.
        registry: by default a RegistryClient for `settings.registry`.
        policy: how patient the worker is.
        concurrency: how many events are handled at the same time, by threads of the worker's own. Events of one key
            (the tenant) stay in order, those of different keys do not; with 1 the order of each partition is kept and
            the handler runs in the thread that called `run`.
        observer: watches the worker; see `eventpact.kafka.observer`.
        stop: an event of the caller's that stops the worker, for workers outside of the main thread.

    Raises:
        TypeError: the handler takes something else, or is a coroutine function.
        ValueError: `concurrency` is below 1.
        SettingsError: no group, or no registry, to be found.
        ManifestError: the class has no contract.
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
        concurrency: int = 1,
        observer: Observer | None = None,
        stop: threading.Event | None = None,
        clock: Clock = SYSTEM_CLOCK,
    ) -> None:
        chosen = contract_of(event_class) if contract is None else contract
        self._contract = chosen if settings.topic is None else chosen.on_topic(settings.topic)
        self._group = group or only_group(self._contract)
        self._settings = settings
        self._handler = handler
        wants_record(handler)
        if concurrency < 1:
            raise ValueError("concurrency must be at least 1")
        self._concurrency = concurrency
        self._observer = observer
        self._codec: Codec[E] = Codec(event_class)
        self._key_of = key_reader(event_class, self._codec.schema, self._contract.key)
        self._close_registry: Callable[[], None] | None = None
        if registry is None:
            client = registry_client(settings)
            registry, self._close_registry = client, client.close
        self._registry: Registry = registry
        self._policy = (policy or Policy()).within(settings.consumer.max_poll_interval_ms)
        self._clock = clock
        self._flag = StopFlag(stop)
        self._stats = WorkerStats()
        self._loop: Loop | None = None
        self._membership: Membership | None = None
        self._lock = threading.Lock()

    @property
    def group(self) -> str:
        """The consumer group."""
        return self._group

    @property
    def ready(self) -> bool:
        """Is the worker in its group, running, and not waiting for something unavailable for too long?"""
        loop, membership = self._loop, self._membership
        if loop is None or membership is None or not membership.assigned or self._flag.requested:
            return False
        since = loop.waiting_since
        return since is None or self._clock.monotonic() - since <= self._policy.unready_after

    @property
    def idle(self) -> bool:
        """Is it in its group, with nothing left to do: all that came is settled and committed?"""
        loop = self._loop
        return loop is not None and loop.idle

    def stats(self) -> WorkerStats:
        """The counts as they are now; from any thread."""
        return self._stats.copy()

    def stop(self) -> None:
        """Ask the worker to finish the record in hand, commit and leave. Returns at once; from any thread."""
        self._flag.set()

    def run(self) -> None:
        """Handle records until stopped. Blocks; a worker runs once.

        In the main thread SIGTERM and SIGINT stop it, and their handlers are put back at the end. A return means that
        everything settled is committed and the group is left: exit with 0.

        Raises:
            WorkerStopped: it met something that it may not step over; nothing unsettled is committed. Exit with
                another code than 0 and let the supervisor start a new process.
            NotRegisteredError, RegistryAccessError, TopicError, ManifestError: the dead-letter topic is not ready.
        """
        if not self._lock.acquire(blocking=False):
            raise RuntimeError("a worker runs once; make a new one")
        try:
            with signals_set(self._flag):
                self._run()
        finally:
            self._loop = self._membership = None
            if self._close_registry is not None:
                self._close_registry()

    def _run(self) -> None:
        policy, clock, stats = self._policy, self._clock, self._stats
        letters = None
        if self._contract.dead_letter is not None:
            letters = opened(self._open_dead_letters, "the dead-letter topic", policy, clock, self._flag)
            if letters is None:  # stopped before it was open
                return
        subject = self._settings.subject or self._contract.subject
        intake: Intake[E] = Intake(
            self._codec, KnownSchemas(self._registry, clock=clock.monotonic), subject, policy, clock
        )
        max_poll = self._settings.consumer.max_poll_interval_ms / 1000
        with Watchdog(policy, max_poll, clock, stats) as watchdog, ExitStack() as stack:
            caller = Caller(self._handler, watchdog, self._observer)
            crew = Crew(self._concurrency, caller.call) if self._concurrency > 1 else None
            if crew is not None:
                stack.callback(crew.close)
            settler = Settler(
                reader=TrialReader(intake, caller, policy),
                caller=caller,
                crew=crew,
                letters=letters,
                key_of=self._key_of,
                policy=policy,
                clock=clock,
                stats=stats,
            )
            loop = self._loop = Loop(settler, letters, policy, clock, stats, self._flag)
            membership = self._membership = Membership(
                consumer_config(self._settings, self._group),
                self._contract.topic.name,
                policy,
                clock,
                stats,
                before_handover=loop.handover,
                arrived=loop.arrived,
                by_key=crew is not None,
            )
            live(loop, membership, letters, policy, self._group)

    def _open_dead_letters(self) -> DeadLetterWriter:
        return DeadLetterWriter(self._contract, self._settings, self._registry, self._group)


def only_group(contract: Contract) -> str:
    """The contract's one consumer group."""
    if len(contract.groups) != 1:
        raise SettingsError("group", f"the contract {contract.name} names {len(contract.groups)} groups; pass group=")
    return contract.groups[0]
