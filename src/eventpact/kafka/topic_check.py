"""A misspelt topic or a wrong password shows at the start, not half a minute after the first event."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Final

from confluent_kafka import KafkaError as ClientError
from confluent_kafka import KafkaException

from eventpact.errors import BrokerUnavailableError, TopicError
from eventpact.kafka.stopping import wait_in_slices
from eventpact.kafka.translate import client_error, translate

if TYPE_CHECKING:
    from confluent_kafka import Consumer
    from confluent_kafka import Producer as Client

    from eventpact.kafka.delivery import Tally

__all__ = ["HOPELESS", "check_topic", "partition_count"]

LOGGER: Final = logging.getLogger("eventpact.producer")

METADATA_TIMEOUT: Final = 5.0
# Errors of the connection that time does not heal.
HOPELESS: Final = frozenset({ClientError._AUTHENTICATION, ClientError.SASL_AUTHENTICATION_FAILED, ClientError._SSL})


def check_topic(client: Client, tally: Tally, seconds: float) -> None:
    """The topic exists and may be seen, or no broker has answered within `seconds`, which the log says.

    Raises TopicError for a topic that is missing or forbidden, KafkaError for refused credentials.
    """
    try:
        error = client.list_topics(tally.topic, timeout=seconds).topics[tally.topic].error
    except KafkaException as raised:
        error = client_error(raised)
    if error is None:
        return
    what = f"cannot publish to topic {tally.topic}"
    problem = translate(error, what)
    if isinstance(problem, TopicError):
        raise problem
    # What the connection died of is told by a callback.
    wait_in_slices(client.poll, 0)
    hint = tally.client_error
    if hint is not None and hint.code() in HOPELESS:
        raise translate(hint, what)
    LOGGER.warning("%s; events wait in the producer until it answers", problem)


def partition_count(client: Client | Consumer, topic: str, timeout: float = METADATA_TIMEOUT) -> int:
    """How many partitions the topic has.

    Raises:
        TopicError: there is no such topic, or no right to see it.
        BrokerUnavailableError: no broker answered within `timeout` seconds, or the topic has no leader yet.
    """
    what = f"cannot ask about topic {topic}"
    try:
        found = client.list_topics(topic, timeout).topics[topic]
    except KafkaException as error:
        raise translate(client_error(error), what) from None
    if found.error is None:
        return len(found.partitions)
    if found.error.code() == ClientError.LEADER_NOT_AVAILABLE:
        raise BrokerUnavailableError(f"{what}: it has no leader yet", code=found.error.name())
    raise translate(found.error, what)
