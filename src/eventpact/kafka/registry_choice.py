"""Which registry to ask: the one that was passed, or the one that the settings name."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from eventpact.errors import SettingsError
from eventpact.kafka.settings import Settings
from eventpact.registry import Registry, RegistryClient
from eventpact.registry.lock import read_lock
from eventpact.registry.locked import LockedRegistry

__all__ = ["registry_client", "registry_of"]


def registry_client(settings: Settings) -> RegistryClient | LockedRegistry:
    """A client for the settings' registry, to be closed by the caller; with their lock behind it, where they name one.

    Raises SettingsError when they name no registry, LockError when the lock cannot be read.
    """
    if settings.registry is None:
        raise SettingsError("SCHEMA_REGISTRY_URL", "not set; expected http://host:port, or pass registry=")
    if settings.lock is None:
        return RegistryClient(settings.registry)
    locked = read_lock(settings.lock, settings.environment)
    return LockedRegistry(RegistryClient(settings.registry), locked)


@contextmanager
def registry_of(settings: Settings, registry: Registry | None) -> Iterator[Registry]:
    """The registry that was passed, else a client for the settings' one that is closed at the end."""
    if registry is not None:
        yield registry
        return
    with registry_client(settings) as client:
        yield client
