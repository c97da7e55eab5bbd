"""Workers with a known flaw: would the simulation notice? Each one is a few lines in the place of the real ones."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from typing import Final
from unittest.mock import patch

from eventpact.kafka.commits import Commits
from eventpact.kafka.lane import Lane
from eventpact.kafka.progress import Progress
from tests.simulation.client import Received

__all__ = ["FLAWS"]

FIRST_OPEN: Final[Callable[[Progress], int | None]] = Progress.committable.fget  # type: ignore[attr-defined]
CONFIRM: Final = Progress.confirm


def newest_settled(progress: Progress) -> int | None:
    """What is behind the newest settled record, whatever is open before it."""
    return max(progress._settled) + 1 if progress._settled else FIRST_OPEN(progress)


def keep(lane: Lane, offset: int) -> None:
    """Nothing is dropped when the client library goes back."""
    del lane, offset


def always_stored(progress: Progress, offset: int, error: str | None = None) -> None:
    """The delivery report of a dead letter, its error unread."""
    del error
    CONFIRM(progress, offset)


def said_nothing(commits: Commits, holding: object) -> None:
    """What the client library was told before it went back is left there."""
    del commits, holding


FLAWS: Final[Mapping[str, Callable[[], AbstractContextManager[object]]]] = {
    "commits behind the newest settled record": lambda: patch.object(Progress, "committable", property(newest_settled)),
    "keeps what it holds after a rewind": lambda: patch.object(Lane, "drop_from", keep),
    "does not read the reports of dead letters": lambda: patch.object(Progress, "confirm", always_stored),
    "takes each record for one with a key of its own": lambda: patch.object(Received, "key", Received.value),
    "leaves old offsets with the client library": lambda: patch.object(Commits, "went_back", said_nothing),
}
