"""What will have become of one event, for whoever wants to wait for it."""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic
from typing import Final

from eventpact.errors import DeliveryError
from eventpact.kafka.delivery import Delivery

__all__ = ["DeliveryFuture"]

LONGEST_WAIT: Final = 0.1
"""Seconds between two looks, as the report may come to another thread."""


class DeliveryFuture:
    """The fate of one event. Not a `concurrent.futures.Future`: reports are served by whoever waits, so there is
    nothing to hang on when nobody else calls the producer.
    """

    __slots__ = ("_outcome", "_poll")

    def __init__(self, poll: Callable[[float], None]) -> None:
        self._poll = poll
        self._outcome: Delivery | DeliveryError | None = None

    def settle(self, outcome: Delivery | DeliveryError) -> None:
        """Called by the producer, once."""
        self._outcome = outcome

    def done(self) -> bool:
        """Is its fate known? Serves no reports."""
        return self._outcome is not None

    def result(self, timeout: float | None = None) -> Delivery:
        """Where the event is stored. Waits up to `timeout` seconds, by default until the client gives up on the event.

        Raises:
            DeliveryError: it was not acknowledged.
            TimeoutError: there is no word yet; ask again.
            ProducerStoppedError: the producer was made before a fork.
        """
        deadline = None if timeout is None else monotonic() + timeout
        while self._outcome is None:
            left = LONGEST_WAIT if deadline is None else deadline - monotonic()
            self._poll(max(0.0, min(LONGEST_WAIT, left)))
            if self._outcome is None and left <= 0:
                raise TimeoutError("no delivery report yet")
        if isinstance(self._outcome, DeliveryError):
            raise self._outcome
        return self._outcome
