"""A schema id that came from the lock is confirmed at the first contact with the registry, in the background."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Final

from eventpact.errors import EventpactError, UnavailableError
from eventpact.kafka.registry_choice import registry_of
from eventpact.kafka.schema_lookup import registered_id
from eventpact.kafka.settings import Settings
from eventpact.registry import Registry
from eventpact.registry.locked import LockedRegistry
from eventpact.schema import Schema

__all__ = ["Confirmation"]

INTERVAL: Final = 2.0
"""Seconds between two questions."""


class Confirmation:
    """Asks until the registry answers; `refuse` hears of an answer that is not the lock's. One daemon thread."""

    def __init__(
        self,
        settings: Settings,
        registry: Registry | None,
        subject: str,
        schema: Schema,
        refuse: Callable[[str], None],
        *,
        interval: float | None = None,
    ) -> None:
        self._settings = settings
        self._registry = registry
        self._subject = subject
        self._schema = schema
        self._refuse = refuse
        self._interval = INTERVAL if interval is None else interval
        self._end = threading.Event()
        threading.Thread(target=self._run, name="eventpact-confirmation", daemon=True).start()

    def stop(self) -> None:
        """Ask no more. Returns at once."""
        self._end.set()

    def _run(self) -> None:
        with registry_of(self._settings, self._registry) as known:
            while not self._end.wait(self._interval):
                try:
                    registered_id(known, self._subject, self._schema)
                except UnavailableError:
                    continue
                except EventpactError as error:
                    self._refuse(str(error))
                    return
                if isinstance(known, LockedRegistry) and not known.answered_from_lock:
                    return
