"""The embedded stack: a broker and a registry in this process, for tests and for machines without Docker.

The door: names are loaded when they are first used, so that a test of the broker loads no HTTP server.
"""

from typing import TYPE_CHECKING

from eventpact.door import late_door

if TYPE_CHECKING:
    from eventpact.dev.broker import ALL_BROKERS, Api, EmbeddedBroker, Request
    from eventpact.dev.registry_server import RegistryServer
    from eventpact.dev.remote_topics import RemoteTopics, topic_admin
    from eventpact.dev.stack import EmbeddedStack
    from eventpact.dev.topics import EmbeddedTopics

__all__ = [
    "ALL_BROKERS",
    "Api",
    "EmbeddedBroker",
    "EmbeddedStack",
    "EmbeddedTopics",
    "RegistryServer",
    "RemoteTopics",
    "Request",
    "topic_admin",
]

__getattr__, __dir__ = late_door(
    __name__,
    {
        "ALL_BROKERS": "broker",
        "Api": "broker",
        "EmbeddedBroker": "broker",
        "EmbeddedStack": "stack",
        "EmbeddedTopics": "topics",
        "RegistryServer": "registry_server",
        "RemoteTopics": "remote_topics",
        "Request": "broker",
        "topic_admin": "remote_topics",
    },
)
