"""Workers with one of the known flaws. The ledger has to catch each; a test that catches none proves nothing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from eventpact.kafka.holding import Holding
from eventpact.kafka.lane import Lane
from eventpact.kafka.progress import Progress

__all__ = ["FLAWS"]


def commit_on_receipt() -> None:
    """A record may be committed as soon as the client library hands it out."""
    take, received = Holding.take, dict[Progress, int]()

    def eager(self: Holding, message: object, offset: int) -> tuple[Lane, int]:
        received[self.progress] = offset
        return take(self, message, offset)  # type: ignore[arg-type]

    Holding.take = eager  # type: ignore[method-assign]
    Progress.committable = property(lambda self: received[self] + 1 if self in received else None)  # type: ignore[assignment, method-assign]


def swallow_dead_letter_errors() -> None:
    """A dead letter counts as stored whatever its delivery report says."""
    confirm = Progress.confirm

    def careless(self: Progress, offset: int, error: str | None = None) -> None:
        del error
        confirm(self, offset)

    Progress.confirm = careless  # type: ignore[method-assign]


FLAWS: Final[dict[str, Callable[[], None]]] = {
    "none": lambda: None,
    "commit-on-receipt": commit_on_receipt,
    "swallow-dead-letter-errors": swallow_dead_letter_errors,
}
