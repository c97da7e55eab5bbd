"""The embedded broker: any client, any number of them, and every fault that is asked for."""

from __future__ import annotations

from pathlib import Path

import pytest
from confluent_kafka import Consumer, KafkaError, Message, Producer, TopicPartition

from eventpact.dev import Api, EmbeddedBroker
from eventpact.dev.librdkafka import find_library
from eventpact.errors import EmbeddedBrokerError
from tests.forking import forked

QUIET = {"log_level": 0}


def produce(broker: EmbeddedBroker, *values: bytes, topic: str = "events", partition: int = 0) -> list[str | None]:
    """The error name of each delivery report, `None` for stored."""
    reports: list[str | None] = []
    config = {
        "bootstrap.servers": broker.bootstrap_servers,
        "message.timeout.ms": 2_000,
        "log_level": 0,
        "linger.ms": 0,
    }
    client = Producer(config)

    def report(error: KafkaError | None, _: Message) -> None:
        reports.append(None if error is None else error.name())

    for value in values:
        client.produce(topic, value, partition=partition, on_delivery=report)
    client.flush(10)
    return reports


def consume(broker: EmbeddedBroker, count: int, topic: str = "events") -> list[bytes | None]:
    """`count` values of partition 0, from its start."""
    client = Consumer(
        {
            "bootstrap.servers": broker.bootstrap_servers,
            "group.id": "g",
            "auto.offset.reset": "earliest",
            "log_level": 0,
        }
    )
    client.assign([TopicPartition(topic, 0, 0)])
    try:
        return [message.value() for message in client.consume(count, 10)]
    finally:
        client.close()


def test_what_is_produced_can_be_consumed() -> None:
    with EmbeddedBroker() as broker:
        broker.create_topic("events", 3)

        assert produce(broker, b"1", b"2") == [None, None]
        assert consume(broker, 2) == [b"1", b"2"]
        assert broker.topics == {"events": 3}


def test_several_brokers_know_nothing_of_each_other() -> None:
    with EmbeddedBroker(2) as one, EmbeddedBroker() as other:
        one.create_topic("events", 1)

        assert len(one.bootstrap_servers.split(",")) == 2
        assert not set(one.bootstrap_servers.split(",")) & {other.bootstrap_servers}
        assert dict(other.topics) == {}


def test_a_topic_is_made_once() -> None:
    with EmbeddedBroker() as broker:
        broker.create_topic("events", 3)
        with pytest.raises(EmbeddedBrokerError, match="refused to create topic events with 3 partitions") as raised:
            broker.create_topic("events", 3)

        assert raised.value.code == "TOPIC_ALREADY_EXISTS"

        broker.delete_topic("events")

        assert dict(broker.topics) == {}


def test_a_broker_that_went_down_comes_back_with_its_data() -> None:
    with EmbeddedBroker() as broker:
        broker.create_topic("events", 1)
        produce(broker, b"before")
        broker.set_down()

        assert produce(broker, b"while down") == ["_MSG_TIMED_OUT"]

        broker.set_up()

        assert produce(broker, b"after") == [None]
        assert consume(broker, 2) == [b"before", b"after"]


def test_errors_meet_the_next_requests_of_their_kind_only() -> None:
    with EmbeddedBroker() as broker:
        broker.create_topic("events", 2)
        broker.push_request_errors(Api.PRODUCE, KafkaError.INVALID_RECORD)

        assert produce(broker, b"1") == ["INVALID_RECORD"]
        assert produce(broker, b"2") == [None]

        broker.push_partition_errors("events", 1, Api.PRODUCE, KafkaError.TOPIC_AUTHORIZATION_FAILED)

        assert produce(broker, b"3") == [None]
        assert produce(broker, b"4", partition=1) == ["TOPIC_AUTHORIZATION_FAILED"]

        broker.push_request_errors(Api.PRODUCE, KafkaError.INVALID_RECORD)
        broker.clear_request_errors(Api.PRODUCE)

        assert produce(broker, b"5") == [None]


def test_a_late_answer_is_a_stored_record() -> None:
    with EmbeddedBroker() as broker:
        broker.create_topic("events", 1)
        broker.push_request_delays(Api.PRODUCE, (0, 3_000))

        assert produce(broker, b"late") == ["_MSG_TIMED_OUT"]
        assert consume(broker, 1) == [b"late"]


def test_a_slow_broker_answers_late() -> None:
    with EmbeddedBroker() as broker:
        broker.create_topic("events", 1)
        broker.set_rtt(5_000)

        assert produce(broker, b"1") == ["_MSG_TIMED_OUT"]


def test_deleted_records_move_the_low_watermark() -> None:
    with EmbeddedBroker() as broker:
        broker.create_topic("events", 1)
        produce(broker, b"0", b"1", b"2")
        broker.delete_records("events", 0, 2)

        client = Consumer({"bootstrap.servers": broker.bootstrap_servers, "group.id": "g", **QUIET})
        watermarks = client.get_watermark_offsets(TopicPartition("events", 0), timeout=10)
        client.close()

        assert watermarks == (2, 3)


def test_requests_are_counted_from_the_start_of_tracking() -> None:
    with EmbeddedBroker() as broker:
        broker.create_topic("events", 1)
        produce(broker, b"before")
        broker.track_requests()

        assert broker.requests() == ()

        produce(broker, b"after")
        seen = [request for request in broker.requests() if request.api == Api.PRODUCE]

        assert [request.broker for request in seen] == [1]


def test_leaders_and_coordinators_move() -> None:
    with EmbeddedBroker(2) as broker:
        broker.create_topic("events", 1)
        broker.set_leader("events", 0, 2)
        broker.set_coordinator("workers", 2)
        broker.track_requests()
        produce(broker, b"1")

        assert {request.broker for request in broker.requests() if request.api == Api.PRODUCE} == {2}
        with pytest.raises(EmbeddedBrokerError):
            broker.set_leader("events", 0, 7)


def test_every_other_fault_is_taken() -> None:
    with EmbeddedBroker() as broker:
        broker.create_topic("events", 1)
        broker.set_topic_error("events", KafkaError.TOPIC_AUTHORIZATION_FAILED)
        broker.set_topic_error("events", 0)
        broker.set_group_initial_rebalance_delay(100)
        broker.set_group_consumer_session(2_000, 300)
        broker.set_api_version(Api.INIT_PRODUCER_ID, -1, -1)
        with pytest.raises(EmbeddedBrokerError, match="refused to set broker 9 down"):
            broker.set_down(9)


def test_it_runs_between_enter_and_exit_only() -> None:
    broker = EmbeddedBroker()
    with pytest.raises(EmbeddedBrokerError, match="not running"):
        broker.create_topic("events", 1)
    with broker:
        with pytest.raises(EmbeddedBrokerError, match="running already"):
            broker.__enter__()
        broker.stop()
    with pytest.raises(EmbeddedBrokerError, match="not running"):
        _ = broker.bootstrap_servers
    with broker:
        assert broker.bootstrap_servers


def test_a_forked_child_has_no_broker_and_ends() -> None:
    def use() -> int:
        with pytest.raises(EmbeddedBrokerError):
            broker.create_topic("events", 1)
        broker.stop()
        return 0

    with EmbeddedBroker() as broker:
        code = forked(use)
        broker.create_topic("events", 1)

        assert code == 0


def test_there_is_at_least_one_broker() -> None:
    with pytest.raises(ValueError, match="at least 1"):
        EmbeddedBroker(0)


@pytest.mark.parametrize(
    "name", ["confluent_kafka.libs/librdkafka-0cb94173.so.1", "confluent_kafka/.dylibs/librdkafka.1.dylib"]
)
def test_the_library_is_found_where_wheels_keep_it(tmp_path: Path, name: str) -> None:
    library = tmp_path / name
    library.parent.mkdir(parents=True)
    library.touch()

    assert find_library(tmp_path) == library


def test_a_missing_library_says_what_to_install(tmp_path: Path) -> None:
    with pytest.raises(EmbeddedBrokerError, match=r"Install the wheel: pip install .*confluent-kafka"):
        find_library(tmp_path)
