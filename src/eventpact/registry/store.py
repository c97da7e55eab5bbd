"""Where a registry's changes are kept. The port, and its twin in memory."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from eventpact.registry.changes import Change

__all__ = ["MemoryStore", "Store"]


class Store(Protocol):
    """A journal of changes, oldest first, as Redpanda's topic ``_schemas`` is one."""

    def changes(self) -> Sequence[Change]:
        """All that was ever kept. RegistryError when it cannot be read."""

    def keep(self, changes: Sequence[Change]) -> None:
        """After this all of the changes are kept, or, with a RegistryError (50001), none of them."""

    def close(self) -> None:
        """After this nothing more is kept. Safe to call twice."""


class MemoryStore:
    """Keeps changes as long as the object lives."""

    def __init__(self) -> None:
        self._changes: list[Change] = []

    def changes(self) -> Sequence[Change]:
        return tuple(self._changes)

    def keep(self, changes: Sequence[Change]) -> None:
        self._changes += changes

    def close(self) -> None:
        return
