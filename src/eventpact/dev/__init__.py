"""The embedded stack: a broker and a registry in this process, for tests and for machines without Docker.

The door: names are loaded when they are first used, so that a test of the broker loads no HTTP server.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from eventpact.dev.broker import ALL_BROKERS, Api, EmbeddedBroker, Request
    from eventpact.dev.registry_server import RegistryServer
    from eventpact.dev.stack import EmbeddedStack
    from eventpact.dev.topics import EmbeddedTopics

__all__ = [
    "ALL_BROKERS",
    "Api",
    "EmbeddedBroker",
    "EmbeddedStack",
    "EmbeddedTopics",
    "RegistryServer",
    "Request",
]

_MODULES = {
    "ALL_BROKERS": "broker",
    "Api": "broker",
    "EmbeddedBroker": "broker",
    "EmbeddedStack": "stack",
    "EmbeddedTopics": "topics",
    "RegistryServer": "registry_server",
    "Request": "broker",
}


def __getattr__(name: str) -> object:
    if name not in _MODULES:
        raise AttributeError(f"module 'eventpact.dev' has no attribute {name!r}")
    found: object = getattr(import_module(f"eventpact.dev.{_MODULES[name]}"), name)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
