"""A registry on this machine is reached directly: the machine's proxies lead away from it, NO_PROXY or not."""

from __future__ import annotations

from contextlib import suppress
from ipaddress import ip_address
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from confluent_kafka.schema_registry import SchemaRegistryClient

    from eventpact.registry.settings import RegistrySettings

__all__ = ["is_here", "without_proxies"]


def is_here(settings: RegistrySettings) -> bool:
    """Do all URLs lead to this machine?"""
    return all(_loopback(urlsplit(url).hostname or "") for url in settings.urls)


def without_proxies(client: SchemaRegistryClient) -> None:
    """After this confluent's client passes the environment's proxies by, which no setting of it can say."""
    with suppress(AttributeError):  # a version that keeps them elsewhere: NO_PROXY helps
        client._rest_client.session._mounts.clear()


def _loopback(host: str) -> bool:
    with suppress(ValueError):
        return ip_address(host).is_loopback
    return host == "localhost"
