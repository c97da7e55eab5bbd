"""Topics on a real broker, through the client library's AdminClient."""

from __future__ import annotations

import logging
import time
from typing import TYPE_CHECKING, Final, Self, TypeVar

from confluent_kafka import KafkaError as ClientError
from confluent_kafka import KafkaException

# The package lists these in no __all__, which strict typing takes for private.
from confluent_kafka.admin import (  # type: ignore[attr-defined]
    AdminClient,
    AlterConfigOpType,
    ConfigEntry,
    ConfigResource,
    NewPartitions,
    NewTopic,
    ResourceType,
)

from eventpact.errors import BrokerUnavailableError, TopicError
from eventpact.kafka.config import admin_config
from eventpact.kafka.topics import FoundTopic, same
from eventpact.kafka.translate import client_error, translate

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from concurrent.futures import Future
    from types import TracebackType

    from eventpact.contract import Topic
    from eventpact.kafka.settings import Settings

__all__ = ["AdminTopics"]

Result = TypeVar("Result")

LOGGER: Final = logging.getLogger("eventpact.librdkafka")
BROKER_DEFAULT: Final = -1
# What the cluster id of librdkafka's mock cluster starts with. It leaves admin requests unanswered.
EMBEDDED: Final = "mockCluster"
# The broker answers within the request's timeout or the library gives up; this much later nobody will.
GRACE_SECONDS: Final = 2.0
# Between two looks for a new topic.
LOOK_SECONDS: Final = 0.05


class AdminTopics:
    """The Topics port on the brokers of `settings`; every call ends within about `timeout` seconds.

    Topics get the broker's default replication factor, or `replication` copies.
    """

    def __init__(self, settings: Settings, *, timeout: float = 10.0, replication: int = BROKER_DEFAULT) -> None:
        self._client = AdminClient(admin_config(settings), logger=LOGGER)
        self._timeout = timeout
        self._replication = replication

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Drop the connections. Safe to call twice; the object is of no use afterwards."""
        # The library's admin client has no close(): it ends with its last reference.
        self.__dict__.pop("_client", None)

    def create(self, topic: Topic) -> bool:
        wanted = NewTopic(
            topic.name,
            num_partitions=topic.partitions,
            replication_factor=self._replication,
            config=topic.config(),
        )
        futures = self._client.create_topics([wanted], operation_timeout=self._timeout, request_timeout=self._timeout)
        try:
            self._result(futures[topic.name])
        except KafkaException as error:
            if client_error(error).code() != ClientError.TOPIC_ALREADY_EXISTS:
                raise translate(client_error(error), f"cannot create topic {topic.name}") from None
            made = False
        else:
            made = True
        # Somebody else may have made it a moment ago: then not every broker has heard of it either.
        self._await(topic.name)
        return made

    def describe(self, name: str) -> FoundTopic | None:
        what = f"cannot describe topic {name}"
        try:
            cluster = self._client.list_topics(name, timeout=self._timeout)
            found = cluster.topics[name]
            if found.error is not None:
                raise KafkaException(found.error)
            if str(cluster.cluster_id).startswith(EMBEDDED):
                raise TopicError(f"{what}: an embedded broker shows no settings; set EVENTPACT_DEV_TOPICS, too, as"
                                 " `eventpact dev` prints it")  # fmt: skip
            resource = ConfigResource(ResourceType.TOPIC, name)
            futures = self._client.describe_configs([resource], request_timeout=self._timeout)
            entries = self._result(futures[resource])
        except KafkaException as error:
            if client_error(error).code() in {ClientError.UNKNOWN_TOPIC_OR_PART, ClientError._UNKNOWN_TOPIC}:
                return None
            raise translate(client_error(error), what) from None
        settings = {key: entry.value for key, entry in entries.items() if entry.value is not None}
        return FoundTopic(name, len(found.partitions), settings)

    def alter(self, name: str, settings: Mapping[str, str]) -> None:
        """After this the topic has these settings; others stay."""
        entries = [ConfigEntry(k, v, incremental_operation=AlterConfigOpType.SET) for k, v in settings.items()]
        resource = ConfigResource(ResourceType.TOPIC, name, incremental_configs=entries)
        try:
            futures = self._client.incremental_alter_configs([resource], request_timeout=self._timeout)
            self._result(futures[resource])
        except KafkaException as error:
            raise translate(client_error(error), f"cannot alter topic {name}") from None
        # Redpanda takes some settings that it has no use for, and never shows them.
        self._await(name, lambda found: all(same(v, found.settings.get(key, v)) for key, v in settings.items()))

    def add_partitions(self, name: str, partitions: int) -> None:
        """After this the topic has this many partitions, in all."""
        try:
            futures = self._client.create_partitions(
                [NewPartitions(name, partitions)],
                operation_timeout=self._timeout,
                request_timeout=self._timeout,
            )
            self._result(futures[name])
        except KafkaException as error:
            raise translate(client_error(error), f"cannot add partitions to topic {name}") from None
        self._await(name, lambda found: found.partitions >= partitions)

    def _await(self, name: str, shown: Callable[[FoundTopic], bool] = lambda _: True) -> None:
        """A change is acknowledged before every broker has heard of it."""
        deadline = time.monotonic() + self._timeout
        while (found := self.describe(name)) is None or not shown(found):
            if time.monotonic() > deadline:
                raise BrokerUnavailableError(f"the change of topic {name} does not appear", code="_TIMED_OUT")
            time.sleep(LOOK_SECONDS)

    def _result(self, future: Future[Result]) -> Result:
        try:
            return future.result(self._timeout + GRACE_SECONDS)
        except TimeoutError:
            raise BrokerUnavailableError("the broker did not answer in time", code="_TIMED_OUT") from None
