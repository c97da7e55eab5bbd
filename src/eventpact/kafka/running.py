"""The life of a member of a group, worker or processor: wait for what it needs, join, loop, leave."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Final, TypeVar

from eventpact.errors import EventpactError, WorkerStopped
from eventpact.kafka.clock import Clock
from eventpact.kafka.loop import Loop
from eventpact.kafka.membership import Membership
from eventpact.kafka.policy import Policy
from eventpact.kafka.settles import Letters
from eventpact.kafka.stopping import StopFlag

__all__ = ["live", "opened"]

T = TypeVar("T")
LOG: Final = logging.getLogger(__name__)
SLICE: Final = 0.1
"""Seconds between looks at the stop flag while a member waits to start."""


def opened(make: Callable[[], T], what: str, policy: Policy, clock: Clock, flag: StopFlag) -> T | None:
    """What `make` makes, as long as registry and broker need to answer; `None` when stopped meanwhile.

    Raises what `make` raises, unless it is retriable.
    """
    probe = 0
    while not flag.requested:
        try:
            return make()
        except EventpactError as error:
            if not error.retriable:
                raise
            probe += 1
            LOG.warning("%s cannot be opened yet (%s)", what, type(error).__name__)
        until = clock.monotonic() + policy.probe_delay(probe)
        while not flag.requested and (left := until - clock.monotonic()) > 0:
            clock.sleep(min(SLICE, left))
    return None


def live(loop: Loop, membership: Membership, letters: Letters | None, policy: Policy, group: str) -> None:
    """Join, run the loop to its end, leave.

    Raises:
        WorkerStopped: what the loop raised; code `close` when it ended well and leaving took too long.
    """
    try:
        membership.join()
        loop.run(membership)
    except BaseException:
        _leave(membership, letters, policy, group)
        raise
    if not _leave(membership, letters, policy, group):
        raise WorkerStopped(f"leaving group {group} took too long; what was settled is committed", code="close")


def _leave(membership: Membership, letters: Letters | None, policy: Policy, group: str) -> bool:
    left = membership.close(policy.close_limit / 2)
    if not left:
        LOG.error("group %s: the consumer did not close in time and was left behind", group)
    if letters is not None:
        letters.abandon()
    return left
