"""What a broker tells about topics and groups: one adapter for the admin client. Every question has a time limit."""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, TypeVar

from confluent_kafka import ConsumerGroupTopicPartitions, KafkaException, TopicPartition
from confluent_kafka import KafkaError as ClientError

# The package lists these in no __all__, which strict typing takes for private.
from confluent_kafka.admin import AdminClient, OffsetSpec  # type: ignore[attr-defined]

from eventpact.errors import BrokerUnavailableError, KafkaError
from eventpact.kafka.config import admin_config
from eventpact.kafka.settings import Settings
from eventpact.kafka.translate import client_error, translate
from eventpact.status.look import Ends, TopicLook
from eventpact.status.records import Place

if TYPE_CHECKING:
    from concurrent.futures import Future

__all__ = ["Broker", "Described"]

Result = TypeVar("Result")
LOGGER: Final = logging.getLogger("eventpact.librdkafka")
MOST_GROUPS: Final = 1_000
ABSENT: Final = "absent"
NO_MEMBERS: Final = "the broker does not describe groups (the embedded one cannot): no members, no owners"
GRACE: Final = 2.0
"""The library gives up after the time limit; this much later nobody will answer."""


@dataclass(frozen=True, slots=True)
class Described:
    """A group's state, the number of its members, and who holds which partition."""

    state: str
    members: int
    owners: Mapping[Place, str] = field(default_factory=dict[Place, str])


class Broker:
    """Questions to the brokers of `settings`. Raises KafkaError where the broker does not answer or refuses."""

    def __init__(self, settings: Settings, timeout: float) -> None:
        self._client = AdminClient(admin_config(settings), logger=LOGGER)
        self._timeout = timeout

    def topics(self, names: Iterable[str]) -> dict[str, TopicLook]:
        """The topics with their ends now; one without partitions does not exist."""
        try:
            found = self._client.list_topics(timeout=self._timeout).topics
        except KafkaException as error:
            raise translate(client_error(error), "the broker cannot be reached") from None
        places = [(name, number) for name in names if name in found for number in found[name].partitions]
        # The latest first: a low end that moves meanwhile must not overtake it.
        highs = self._offsets(places, OffsetSpec.latest())  # type: ignore[no-untyped-call]
        lows = self._offsets(places, OffsetSpec.earliest())  # type: ignore[no-untyped-call]
        looks = {}
        for name in names:
            ends = {number: Ends(lows[topic, number], highs[topic, number])
                    for topic, number in places if topic == name and (topic, number) in highs}  # fmt: skip
            looks[name] = TopicLook(name, ends or None)
        return looks

    def committed(self, group: str, topics: Iterable[TopicLook]) -> dict[Place, int]:
        """What the group has committed on these topics; a partition without a commit is left out."""
        asked = [TopicPartition(topic.name, number) for topic in topics for number in topic.partitions or ()]
        if not asked:
            return {}
        try:
            futures = self._client.list_consumer_group_offsets(
                [ConsumerGroupTopicPartitions(group, asked)], request_timeout=self._timeout
            )
            found = self._result(futures[group])
        except KafkaException as error:
            raise translate(client_error(error), f"cannot read the offsets of group {group}") from None
        for one in found.topic_partitions:
            # Taken for no commit, it would look like a lag.
            if one.error is not None:
                raise translate(one.error, f"cannot read the offsets of group {group} on {one.topic}")
        return {(one.topic, one.partition): one.offset for one in found.topic_partitions if one.offset >= 0}

    def describe(self, groups: list[str]) -> tuple[dict[str, Described], list[str]]:
        """The groups that the broker describes, and why it does not describe the others."""
        if not groups:
            return {}, []
        found: dict[str, Described] = {}
        problems: dict[str, None] = {}
        futures = self._client.describe_consumer_groups(groups, request_timeout=self._timeout)
        for name, future in futures.items():
            try:
                described = self._result(future)
            except KafkaException as error:
                code = client_error(error).code()
                if code == ClientError._UNSUPPORTED_FEATURE:
                    problems[NO_MEMBERS] = None
                elif code == ClientError.GROUP_ID_NOT_FOUND:
                    found[name] = Described(ABSENT, 0)
                else:
                    problems[str(translate(client_error(error), f"cannot describe group {name}"))] = None
                continue
            owners = {
                (place.topic, place.partition): member.client_id
                for member in described.members
                for place in member.assignment.topic_partitions
            }
            # Brokers before Kafka 4 call a group dead that they do not know.
            state = described.state.name.lower()
            found[name] = Described(ABSENT if state == "dead" else state, len(described.members), owners)
        return found, list(problems)

    def readers(self, topic: TopicLook, known: Collection[str]) -> list[str]:
        """Groups that have committed on the topic and are not `known`. A broker that lists no group has none.

        Raises KafkaError where it refuses to list them, or there are too many to ask for each.
        """
        try:
            listed = self._result(self._client.list_consumer_groups(request_timeout=self._timeout))
        except KafkaException as error:
            raise translate(client_error(error), "cannot list the consumer groups") from None
        for problem in listed.errors:
            if problem.code() != ClientError._UNSUPPORTED_FEATURE:
                raise translate(problem, "cannot list the consumer groups")
        others = sorted({group.group_id for group in listed.valid} - set(known))
        if len(others) > MOST_GROUPS:
            raise KafkaError(f"there are {len(others)} consumer groups, too many to look at each", code="_STATE")
        return [group for group in others if self.committed(group, [topic])]

    def _offsets(self, places: list[Place], spec: OffsetSpec) -> dict[Place, int]:
        if not places:
            return {}
        try:
            futures = self._client.list_offsets(
                {TopicPartition(*place): spec for place in places}, request_timeout=self._timeout
            )
            return {(one.topic, one.partition): self._result(future).offset for one, future in futures.items()}
        except KafkaException as error:
            raise translate(client_error(error), "cannot read the offsets of the topics") from None

    def _result(self, future: Future[Result]) -> Result:
        try:
            return future.result(self._timeout + GRACE)
        except TimeoutError:
            raise BrokerUnavailableError("the broker did not answer in time", code="_TIMED_OUT") from None
