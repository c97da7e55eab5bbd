"""What a worker counts, for health checks and metrics. Names are a closed set, values are numbers."""

from __future__ import annotations

from dataclasses import dataclass, replace

__all__ = ["WorkerStats"]


@dataclass(slots=True)
class WorkerStats:
    """Counts since the worker was made; `Worker.stats()` gives a copy.

    Attributes:
        consumed: records taken from the broker, repetitions included.
        handled: records that the handler took.
        dead_lettered: records whose dead letter was acknowledged.
        retries: further attempts in place.
        waits: pauses for something unavailable.
        commits: successful commits that moved an offset.
        commit_errors: commits that were refused, whatever the reason.
        rebalances: assignments, revocations and losses.
        rewinds: times the client library went back to an offset that it had handed out.
        client_errors: errors that the client library reported in place of records or by callback.
        overdue: handlers that worked for longer than `max.poll.interval.ms`.
        crashed: records that were dead-lettered because processes died with them.
        deleted_unread: records that retention deleted before the group had read them.
        partitions: partitions held now.
        buffered: records held now and not settled.
        in_flight: records, or batches, that handlers work on now in threads of their own.
        unconfirmed: dead letters written now and not acknowledged.
    """

    consumed: int = 0
    handled: int = 0
    dead_lettered: int = 0
    retries: int = 0
    waits: int = 0
    commits: int = 0
    commit_errors: int = 0
    rebalances: int = 0
    rewinds: int = 0
    client_errors: int = 0
    overdue: int = 0
    crashed: int = 0
    deleted_unread: int = 0
    partitions: int = 0
    buffered: int = 0
    in_flight: int = 0
    unconfirmed: int = 0

    def copy(self) -> WorkerStats:
        """The numbers as they are now."""
        return replace(self)
