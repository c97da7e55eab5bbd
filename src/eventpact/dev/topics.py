"""The Topics port on the embedded broker. It keeps the settings that its broker does not know about."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from eventpact.errors import EmbeddedBrokerError, TopicError
from eventpact.kafka.topics import FoundTopic

if TYPE_CHECKING:
    from collections.abc import Mapping

    from eventpact.contract import Topic
    from eventpact.dev.broker import EmbeddedBroker

__all__ = ["EmbeddedTopics"]


class EmbeddedTopics:
    """Topics of one embedded broker; all of them have to be made here, or with the broker's own `create_topic`."""

    def __init__(self, broker: EmbeddedBroker) -> None:
        self._broker = broker
        self._settings: dict[str, dict[str, str]] = {}
        self._one_at_a_time = threading.Lock()

    def create(self, topic: Topic) -> bool:
        with self._one_at_a_time:
            return self._create(topic)

    def _create(self, topic: Topic) -> bool:
        if topic.name in self._broker.topics:
            return False
        try:
            self._broker.create_topic(topic.name, topic.partitions)
        except EmbeddedBrokerError as error:
            if error.code != "TOPIC_ALREADY_EXISTS":
                raise
            # Auto-created: nobody can say with how many partitions.
            raise TopicError(
                f"a client has made topic {topic.name} already, by using it; start the embedded broker again, and make"
                " the topic first"
            ) from None
        self._settings[topic.name] = topic.config()
        return True

    def describe(self, name: str) -> FoundTopic | None:
        partitions = self._broker.topics.get(name)
        return None if partitions is None else FoundTopic(name, partitions, self._settings.get(name, {}))

    def alter(self, name: str, settings: Mapping[str, str]) -> None:
        """After this the topic is described with these settings; the broker itself keeps every record."""
        if name not in self._broker.topics:
            raise TopicError(f"cannot alter topic {name}: there is no such topic")
        self._settings[name] = {**self._settings.get(name, {}), **settings}

    def add_partitions(self, name: str, partitions: int) -> None:
        """TopicError: the mock cluster inside the client library cannot do it."""
        raise TopicError(f"cannot give topic {name} {partitions} partitions: the embedded broker cannot add any")
