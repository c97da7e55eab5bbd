"""The topics of an embedded broker over HTTP, beside its registry: the mock cluster answers no CreateTopics.

Redpanda's registry has no path that begins like ours, so the registry's dialect stays what it is.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from eventpact.contract import Topic
from eventpact.dev.registry.call import Answer, Call, refused, reply
from eventpact.errors import EmbeddedBrokerError, TopicError

if TYPE_CHECKING:
    from eventpact.dev.broker import EmbeddedBroker
    from eventpact.dev.topics import EmbeddedTopics

__all__ = ["PATH", "TopicService"]

PREFIX: Final = "eventpact-dev"
PATH: Final = f"/{PREFIX}/topics"
"""Whom it serves is told at this path, a topic below it."""

REFUSED: Final = 409
UNREADABLE: Final = 422


class TopicService:
    """Answers what is asked below `PATH`, and leaves every other call to others."""

    def __init__(self, broker: EmbeddedBroker, topics: EmbeddedTopics) -> None:
        self._broker = broker
        self._topics = topics

    def __call__(self, call: Call) -> Answer | None:
        if call.path[0] != PREFIX:
            return None
        try:
            return self._answer(call)
        except (TopicError, EmbeddedBrokerError) as error:
            return refused(REFUSED, str(error))
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            return refused(UNREADABLE, f"{type(error).__name__}: this says nothing about a topic")

    def _answer(self, call: Call) -> Answer:
        match call.method, call.path[1:]:
            case "GET", ("topics",):
                return reply({"bootstrap_servers": self._broker.bootstrap_servers, "topics": dict(self._broker.topics)})
            case "POST", ("topics",):
                return reply({"created": self._topics.create(Topic(**json.loads(call.body)))})
            case "GET", ("topics", name):
                found = self._topics.describe(name)
                shown = None if found is None else {"partitions": found.partitions, "settings": dict(found.settings)}
                return reply({"topic": shown})
            case "PATCH", ("topics", name):
                change = json.loads(call.body)
                if "partitions" in change:
                    self._topics.add_partitions(name, change["partitions"])
                else:
                    self._topics.alter(name, {str(key): str(value) for key, value in change["settings"].items()})
                return reply({})
            case _:
                return refused(404, f"there is nothing at this path; topics are at {PATH}")
