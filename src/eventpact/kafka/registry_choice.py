"""Which registry to ask: the one that was passed, or the one that the settings name."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from eventpact.errors import SettingsError
from eventpact.kafka.settings import Settings
from eventpact.registry import Registry, RegistryClient

__all__ = ["registry_client", "registry_of"]


def registry_client(settings: Settings) -> RegistryClient:
    """A client for the settings' registry, to be closed by the caller. Raises SettingsError when they name none."""
    if settings.registry is None:
        raise SettingsError("SCHEMA_REGISTRY_URL", "not set; expected http://host:port, or pass registry=")
    return RegistryClient(settings.registry)


@contextmanager
def registry_of(settings: Settings, registry: Registry | None) -> Iterator[Registry]:
    """The registry that was passed, else a client for the settings' one that is closed at the end."""
    if registry is not None:
        yield registry
        return
    with registry_client(settings) as client:
        yield client
