"""The worker: hands the events of one topic to a handler, at least once each, and nothing is lost on the way."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import Final, Generic, TypeVar

from eventpact.codec import Codec
from eventpact.contract import Contract, contract_of
from eventpact.errors import EventpactError, SettingsError, WorkerStopped
from eventpact.kafka.clock import SYSTEM_CLOCK, Clock
from eventpact.kafka.config import consumer_config
from eventpact.kafka.dead_letters import DeadLetterWriter
from eventpact.kafka.event_key import key_reader
from eventpact.kafka.handler import Handler, wants_record
from eventpact.kafka.intake import Intake
from eventpact.kafka.loop import Loop
from eventpact.kafka.membership import Membership
from eventpact.kafka.policy import Policy
from eventpact.kafka.registry_choice import registry_client
from eventpact.kafka.settings import Settings
from eventpact.kafka.settler import Settler
from eventpact.kafka.stats import WorkerStats
from eventpact.kafka.stopping import StopFlag, signals_set
from eventpact.registry import KnownSchemas, Registry

__all__ = ["Worker"]

E = TypeVar("E")
LOG: Final = logging.getLogger(__name__)
SLICE: Final = 0.1
"""Seconds between looks at the stop flag while a worker waits to start."""


class Worker(Generic[E]):
    """One member of a consumer group.

    Args:
        event_class: a generated event class.
        handler: `handle(event)` or `handle(event, record)`; see `eventpact.kafka.handler` for what it may raise.
        settings: whom to connect to; `topic` and `subject` override the contract's.
        group: the consumer group; may be left out when the contract names exactly one.
        contract: by default the one that was generated with the class.
        registry: by default a RegistryClient for `settings.registry`.
        policy: how patient the worker is.
        stop: an event of the caller's that stops the worker, for workers outside of the main thread.

    Raises:
        TypeError: the handler takes something else, or is a coroutine function.
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
        stop: threading.Event | None = None,
        clock: Clock = SYSTEM_CLOCK,
    ) -> None:
        chosen = contract_of(event_class) if contract is None else contract
        self._contract = chosen if settings.topic is None else chosen.on_topic(settings.topic)
        self._group = group or only_group(self._contract)
        self._settings = settings
        self._handler = handler
        self._with_record = wants_record(handler)
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
        self._loop: Loop[E] | None = None
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
        letters = None
        if self._contract.dead_letter is not None:
            letters = self._open_dead_letters()
            if letters is None:  # stopped before it was open
                return
        policy, clock, stats = self._policy, self._clock, self._stats
        subject = self._settings.subject or self._contract.subject
        intake: Intake[E] = Intake(
            self._codec, KnownSchemas(self._registry, clock=clock.monotonic), subject, policy, clock
        )
        settler = Settler(
            intake=intake,
            handler=self._handler,
            with_record=self._with_record,
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
        )
        try:
            membership.join()
            loop.run(membership)
        except BaseException:
            self._leave(membership, letters)
            raise
        if not self._leave(membership, letters):
            raise WorkerStopped(
                f"leaving group {self._group} took too long; what was settled is committed",
                code="close",
            )

    def _leave(self, membership: Membership, letters: DeadLetterWriter | None) -> bool:
        left = membership.close(self._policy.close_limit / 2)
        if not left:
            LOG.error("group %s: the consumer did not close in time and was left behind", self._group)
        if letters is not None:
            letters.abandon()
        return left

    def _open_dead_letters(self) -> DeadLetterWriter | None:
        """Wait for registry and broker as long as it takes; `None` when stopped meanwhile."""
        probe = 0
        while not self._flag.requested:
            try:
                return DeadLetterWriter(self._contract, self._settings, self._registry, self._group)
            except EventpactError as error:
                if not error.retriable:
                    raise
                probe += 1
                delay = self._policy.probe_delay(probe)
                LOG.warning("the dead-letter topic cannot be opened yet (%s)", type(error).__name__)
            until = self._clock.monotonic() + delay
            while not self._flag.requested and (left := until - self._clock.monotonic()) > 0:
                self._clock.sleep(min(SLICE, left))
        return None


def only_group(contract: Contract) -> str:
    """The contract's one consumer group."""
    if len(contract.groups) != 1:
        raise SettingsError("group", f"the contract {contract.name} names {len(contract.groups)} groups; pass group=")
    return contract.groups[0]
