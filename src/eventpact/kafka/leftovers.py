"""Producers at their end: given up on, forgotten by their program, or left behind by a fork."""

from __future__ import annotations

import logging
import os
import weakref
from time import monotonic
from typing import TYPE_CHECKING, Final, Protocol

from confluent_kafka import KafkaException

from eventpact.kafka.delivery import undelivered
from eventpact.kafka.stopping import SLICE, interrupt_held
from eventpact.kafka.translate import client_error

if TYPE_CHECKING:
    from collections.abc import Callable

    from confluent_kafka import Producer as Client

    from eventpact.kafka.delivery import Tally

__all__ = ["abandon", "drain", "orphan_after_fork", "purge", "say_failures"]

LOGGER: Final = logging.getLogger("eventpact.producer")

# What a purge leaves to report is in memory.
PURGE_SECONDS: Final = 5.0


class Orphan(Protocol):
    """Who has to know that it woke up in a forked child."""

    def orphan(self) -> None: ...


def drain(client: Client, serve: Callable[[float], object], seconds: float) -> None:
    """Serve reports until nothing waits for one, at most `seconds` long.

    Not by the library's own flush(): it goes on calling back after a fatal error or a Ctrl-C is pending, which breaks
    the callbacks, loses their reports, and leaves a client that never ends. poll() stops at the first, and a Ctrl-C
    counts between two waits.
    """
    deadline = monotonic() + seconds
    wait = 0.0
    while True:
        with interrupt_held():
            serve(wait)
        if not len(client) or (left := deadline - monotonic()) <= 0:
            return
        wait = min(SLICE, left)


def purge(client: Client, serve: Callable[[float], object]) -> None:
    """Fail what is left, and hear about it."""
    if len(client):
        client.purge()
        drain(client, serve, PURGE_SECONDS)


def abandon(client: Client, tally: Tally, seconds: float) -> None:
    """Nobody closed the producer: deliver what can be delivered, and say what could not."""

    def serve(timeout: float) -> None:
        try:
            client.poll(timeout)
        except KafkaException as error:
            tally.note(client_error(error))

    drain(client, serve, seconds)
    purge(client, serve)
    say_failures(tally, "a producer ended without close()")


def say_failures(tally: Tally, why: str) -> None:
    """Log what nobody was told of yet, where nobody is left to raise it to."""
    failures = tally.take_failures()
    if failures:
        LOGGER.error("%s: %s", why, undelivered(tally.topic, failures))


ALIVE: Final[weakref.WeakSet[Orphan]] = weakref.WeakSet()


def orphan_after_fork(owner: Orphan) -> None:
    """In a child process `owner.orphan()` will have run before anything else does."""
    ALIVE.add(owner)


def orphan_all() -> None:
    for owner in list(ALIVE):
        owner.orphan()


os.register_at_fork(after_in_child=orphan_all)
