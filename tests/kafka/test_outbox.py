"""Bytes on their way: counted, reported, refused in time, never dropped in silence."""

from __future__ import annotations

import gc
import logging
import signal
import subprocess
import sys
import threading
import time
from typing import TYPE_CHECKING, Any

import pytest
from confluent_kafka import KafkaError as Code

from eventpact.dev.broker import Api, EmbeddedBroker
from eventpact.errors import (
    DeliveryError,
    KafkaError,
    MessageTooLargeError,
    ProducerStoppedError,
    QueueFullError,
    TopicError,
    UnacknowledgedError,
)
from eventpact.kafka import ProducerSettings, Settings, partition_of
from eventpact.kafka.delivery import Delivery, Tally
from eventpact.kafka.outbox import Outbox
from tests.forking import forked

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

TOPIC = "events"
CANARY = b"canary-0xC0FFEE"


@pytest.fixture
def broker() -> Iterator[EmbeddedBroker]:
    with EmbeddedBroker() as running:
        running.create_topic(TOPIC, 6)
        yield running


def settings(broker: EmbeddedBroker, **producer: int) -> Settings:
    wanted = {"linger_ms": 0, "message_timeout_ms": 5_000, **producer}
    return Settings(bootstrap_servers=broker.bootstrap_servers, producer=ProducerSettings(**wanted))  # type: ignore[arg-type]


def outbox(broker: EmbeddedBroker, **producer: int) -> Outbox:
    return Outbox(settings(broker, **producer), TOPIC)


def counts(box: Outbox) -> tuple[int, int, int, int]:
    stats = box.stats()
    return stats.published, stats.delivered, stats.failed, stats.waiting


def test_flush_returns_when_all_is_acknowledged(broker: EmbeddedBroker) -> None:
    box = outbox(broker)
    for number in range(1000):
        box.send(CANARY, b"%d" % number)
    box.flush()

    assert counts(box) == (1000, 1000, 0, 0)

    box.close()


def test_a_callback_hears_where_its_message_is(broker: EmbeddedBroker) -> None:
    box, heard = outbox(broker), list[Delivery | DeliveryError]()
    for _ in range(3):
        box.send(CANARY, b"one tenant", heard.append)
    box.close()

    assert [(type(report), report.offset) for report in heard if isinstance(report, Delivery)] == [
        (Delivery, offset) for offset in range(3)
    ]
    assert {report.topic for report in heard if isinstance(report, Delivery)} == {TOPIC}


def test_every_message_fails_by_itself_when_the_broker_goes_down(broker: EmbeddedBroker) -> None:
    # Long enough for the first event on a busy machine, too.
    box, heard = outbox(broker, message_timeout_ms=4_000), list[Delivery | DeliveryError]()
    box.send(CANARY, b"before", heard.append)
    box.flush()
    broker.set_down()
    for _ in range(20):
        box.send(CANARY, b"after", heard.append)

    with pytest.raises(DeliveryError) as raised:
        box.flush()

    assert [type(report) for report in heard] == [Delivery] + [UnacknowledgedError] * 20
    assert counts(box) == (21, 1, 20, 0)
    assert (raised.value.failed, raised.value.maybe, raised.value.code) == (20, 20, "_MSG_TIMED_OUT")
    assert "20 x _MSG_TIMED_OUT (no acknowledgement in time, maybe stored)" in str(raised.value)

    box.close()


def test_a_broker_that_is_down_at_the_start_costs_the_events_not_the_program(broker: EmbeddedBroker) -> None:
    broker.set_down()
    box = outbox(broker, message_timeout_ms=1_000, start_timeout_ms=50)
    box.send(CANARY, b"key")

    with pytest.raises(DeliveryError, match="1 event not acknowledged") as raised:
        box.close()

    assert "see KAFKA_BOOTSTRAP_SERVERS" in str(raised.value)
    assert counts(box) == (1, 0, 1, 0)


def test_a_broker_that_comes_up_later_gets_what_waited(broker: EmbeddedBroker) -> None:
    broker.set_down()
    box = outbox(broker, start_timeout_ms=50)
    box.send(CANARY, b"key")
    broker.set_up()
    box.close()

    assert counts(box) == (1, 1, 0, 0)


def test_a_full_queue_makes_send_wait_until_there_is_room(broker: EmbeddedBroker) -> None:
    box = outbox(broker, queue_max_messages=10)
    for _ in range(500):
        box.send(CANARY, b"key")
    box.close()

    assert counts(box) == (500, 500, 0, 0)


def test_a_queue_that_stays_full_is_an_error_and_the_message_was_not_taken(broker: EmbeddedBroker) -> None:
    box = outbox(broker, queue_max_messages=10, queue_timeout_ms=50)
    broker.set_down()
    for _ in range(10):
        box.send(CANARY, b"key")

    with pytest.raises(QueueFullError) as raised:
        box.send(CANARY, b"key")

    assert raised.value.retriable
    assert counts(box) == (10, 0, 0, 10)

    broker.set_up()
    box.close()

    assert counts(box) == (10, 10, 0, 0)


def test_the_first_callback_comes_after_what_was_sent_without_one(broker: EmbeddedBroker) -> None:
    box, heard = outbox(broker, linger_ms=50), list[Delivery | DeliveryError]()
    for _ in range(10):
        box.send(CANARY, b"one tenant")
    for _ in range(3):
        box.send(CANARY, b"one tenant", heard.append)
    box.send(CANARY, b"one tenant")
    box.close()

    assert [report.offset for report in heard if isinstance(report, Delivery)] == [10, 11, 12]
    assert counts(box) == (14, 14, 0, 0)


def test_a_first_callback_waits_for_the_broker_no_longer_than_for_room(broker: EmbeddedBroker) -> None:
    box, heard = outbox(broker, queue_timeout_ms=50, message_timeout_ms=60_000), list[Delivery | DeliveryError]()
    broker.set_down()
    box.send(CANARY, b"key")

    with pytest.raises(QueueFullError):
        box.send(CANARY, b"key", heard.append)

    box.send(CANARY, b"key")

    assert counts(box) == (2, 0, 0, 2)

    broker.set_up()
    box.flush()
    box.send(CANARY, b"key", heard.append)
    box.close()

    assert counts(box) == (3, 3, 0, 0)
    assert len(heard) == 1


def test_a_failure_before_the_first_callback_is_still_told(broker: EmbeddedBroker) -> None:
    box, heard = outbox(broker), list[Delivery | DeliveryError]()
    broker.push_partition_errors(TOPIC, 0, Api.PRODUCE, Code.INVALID_RECORD)
    box.send(CANARY, key_of(0))
    box.send(CANARY, key_of(0), heard.append)

    with pytest.raises(DeliveryError, match="1 x INVALID_RECORD"):
        box.close()

    assert [type(report) for report in heard] == [Delivery]
    assert counts(box) == (2, 1, 1, 0)


def test_threads_may_begin_to_ask_for_reports_while_others_send(broker: EmbeddedBroker) -> None:
    box, heard = outbox(broker), list[Delivery | DeliveryError]()
    start = threading.Barrier(4)

    def work(on_delivery: Callable[[Delivery | DeliveryError], None] | None) -> None:
        start.wait()
        for _ in range(300):
            box.send(CANARY, b"key", on_delivery)

    threads = [threading.Thread(target=work, args=[told]) for told in (None, None, heard.append, heard.append)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    box.close()

    assert len(heard) == 600
    assert counts(box)[:3] == (1200, 1200, 0)


def test_a_raising_callback_stops_nobody_and_shows_at_flush(broker: EmbeddedBroker) -> None:
    box, heard = outbox(broker), list[Delivery | DeliveryError]()

    def raising(_: Delivery | DeliveryError) -> None:
        raise LookupError("mine")

    box.send(CANARY, b"1", heard.append)
    box.send(CANARY, b"2", raising)
    box.send(CANARY, b"3", heard.append)

    with pytest.raises(LookupError, match="mine"):
        box.flush()

    assert len(heard) == 2
    assert counts(box) == (3, 3, 0, 0)

    box.close()


def test_what_was_raised_once_is_not_raised_again(broker: EmbeddedBroker) -> None:
    box = outbox(broker)
    broker.push_partition_errors(TOPIC, 0, Api.PRODUCE, Code.TOPIC_AUTHORIZATION_FAILED)
    box.send(CANARY, key_of(0))

    with pytest.raises(DeliveryError, match=r"no right on the topic; ask for an ACL for this user") as raised:
        box.flush()

    assert (raised.value.code, raised.value.maybe) == ("TOPIC_AUTHORIZATION_FAILED", 0)

    box.flush()
    box.close()


def test_flush_says_what_still_waits_and_can_be_called_again(broker: EmbeddedBroker) -> None:
    box = outbox(broker)
    broker.set_rtt(300)
    box.send(CANARY, b"key")

    with pytest.raises(DeliveryError, match="1 still waiting") as raised:
        box.flush(0.01)

    assert raised.value.maybe == 1

    box.flush()

    assert counts(box) == (1, 1, 0, 0)

    box.close()


def test_close_is_bounded_and_reports_what_it_gave_up(broker: EmbeddedBroker) -> None:
    box = outbox(broker, message_timeout_ms=60_000)
    broker.set_down()
    for _ in range(5):
        box.send(CANARY, b"key")
    started = time.monotonic()

    with pytest.raises(DeliveryError, match="5 events not acknowledged") as raised:
        box.close(0.1)

    assert time.monotonic() - started < 5
    assert (raised.value.failed, raised.value.maybe) == (5, 5)
    assert counts(box) == (5, 0, 5, 0)


def test_a_closed_outbox_refuses_everything(broker: EmbeddedBroker) -> None:
    box = outbox(broker)
    box.close()
    box.close()

    with pytest.raises(ProducerStoppedError, match="closed"):
        box.send(CANARY, b"key")
    with pytest.raises(ProducerStoppedError, match="closed"):
        box.flush()
    with pytest.raises(ProducerStoppedError, match="closed"):
        box.poll()


def test_a_missing_topic_shows_at_the_start_and_is_not_created(broker: EmbeddedBroker) -> None:
    for _ in range(2):
        with pytest.raises(TopicError, match="cannot publish to topic tpyo: the topic does not exist; create it"):
            Outbox(settings(broker), "tpyo")


def test_a_topic_that_is_missing_unseen_fails_its_messages(broker: EmbeddedBroker) -> None:
    box = Outbox(settings(broker, start_timeout_ms=0, message_timeout_ms=10_000), "tpyo")
    box.send(CANARY, b"key")

    with pytest.raises(DeliveryError, match="the topic does not exist"):
        box.close()


def test_a_message_that_is_too_large_is_refused_without_its_content(broker: EmbeddedBroker) -> None:
    box = outbox(broker, message_max_bytes=1_000)

    with pytest.raises(MessageTooLargeError) as raised:
        box.send(CANARY * 100, b"key")

    assert (raised.value.size, raised.value.limit) == (1503, 1_000)
    assert CANARY.decode() not in repr(raised.value)
    assert raised.value.__cause__ is None
    assert raised.value.__suppress_context__
    assert counts(box) == (0, 0, 0, 0)

    box.close()


def test_a_fatal_error_fails_what_waits_and_stops_the_outbox(broker: EmbeddedBroker) -> None:
    box = outbox(broker, linger_ms=200)
    box.send(CANARY, b"key")
    box.flush()
    broker.push_request_errors(Api.PRODUCE, *[Code.OUT_OF_ORDER_SEQUENCE_NUMBER] * 3)
    for _ in range(100):
        box.send(CANARY, b"key")

    with pytest.raises(DeliveryError, match="OUT_OF_ORDER_SEQUENCE_NUMBER"):
        box.flush()
    with pytest.raises(ProducerStoppedError, match="fatal error"):
        box.send(CANARY, b"key")

    assert counts(box) == (101, 1, 100, 0)

    box.close()


def test_errors_that_the_client_repeats_by_itself_are_nobodys_business(broker: EmbeddedBroker) -> None:
    box = outbox(broker)
    broker.push_request_errors(Api.PRODUCE, Code.NOT_ENOUGH_REPLICAS, Code.REQUEST_TIMED_OUT, Code._TRANSPORT)
    box.send(CANARY, b"key")
    box.close()

    assert counts(box) == (1, 1, 0, 0)


def test_several_threads_may_send(broker: EmbeddedBroker) -> None:
    box = outbox(broker, queue_max_messages=100)

    def work() -> None:
        for _ in range(500):
            box.send(CANARY, b"key")

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    box.close()

    assert counts(box) == (2000, 2000, 0, 0)


def test_a_forked_child_is_refused_and_the_parent_goes_on(broker: EmbeddedBroker) -> None:
    box = outbox(broker)

    def use() -> int:
        with pytest.raises(ProducerStoppedError, match="made before a fork"):
            box.send(CANARY, b"key")
        box.close()
        return 0

    code = forked(use)
    box.send(CANARY, b"key")
    box.close()

    assert code == 0
    assert counts(box) == (1, 1, 0, 0)


def test_an_outbox_that_nobody_closes_delivers_when_it_is_collected(broker: EmbeddedBroker) -> None:
    box, heard = outbox(broker), list[Delivery | DeliveryError]()
    box.send(CANARY, b"key", heard.append)
    del box
    gc.collect()

    assert [type(report) for report in heard] == [Delivery]


PROGRAM = """
import sys
from eventpact.kafka import ProducerSettings, Settings, partition_of
from eventpact.kafka.outbox import Outbox
from tests.forking import forked
from tests.forking import forked
box = Outbox(Settings(bootstrap_servers=sys.argv[1], producer=ProducerSettings(message_timeout_ms=1000)), "events")
for _ in range(int(sys.argv[2])):
    box.send(b"canary-0xC0FFEE", b"key")
    if sys.argv[3] == "lost":
        print("sent", flush=True)
        sys.stdin.readline()
"""


def test_a_program_that_ends_without_closing_still_delivers(broker: EmbeddedBroker) -> None:
    subprocess.run(
        [sys.executable, "-c", PROGRAM, broker.bootstrap_servers, "1000", "delivered"], check=True, timeout=30
    )
    box, heard = outbox(broker), list[Delivery | DeliveryError]()
    box.send(CANARY, b"key", heard.append)
    box.close()

    assert [report.offset for report in heard if isinstance(report, Delivery)] == [1000]


def test_a_program_that_ends_without_closing_says_what_it_lost(broker: EmbeddedBroker) -> None:
    command = [sys.executable, "-c", PROGRAM, broker.bootstrap_servers, "1", "lost"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as program:
        assert program.stdout is not None
        broker.set_rtt(20_000)
        assert program.stdout.readline() == b"sent\n"
        _, errors = program.communicate(b"\n", timeout=30)

    assert b"a producer ended without close(): 1 event not acknowledged by events" in errors
    assert CANARY not in errors


@pytest.mark.usefixtures("ctrl_c")
def test_ctrl_c_interrupts_a_full_queue(broker: EmbeddedBroker) -> None:
    box = outbox(broker, queue_max_messages=1, queue_timeout_ms=60_000, message_timeout_ms=60_000)
    broker.set_down()
    box.send(CANARY, b"key")
    timer = threading.Timer(0.2, signal.raise_signal, [signal.SIGINT])
    try:
        timer.start()
        with pytest.raises(KeyboardInterrupt):
            box.send(CANARY, b"key")
    finally:
        timer.join()
    with pytest.raises(DeliveryError):
        box.close(0)


@pytest.mark.usefixtures("ctrl_c")
def test_a_ctrl_c_that_comes_up_in_a_report_is_a_ctrl_c_and_costs_no_report(
    broker: EmbeddedBroker, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Raised in there it would be lost, and the client library would fail with a SystemError."""
    fail = Tally._fail

    def interrupted(self: Tally, error: Any, message: Any) -> None:
        signal.raise_signal(signal.SIGINT)
        fail(self, error, message)

    monkeypatch.setattr(Tally, "_fail", interrupted)
    box = outbox(broker)
    broker.set_down()
    for _ in range(3):
        box.send(CANARY, b"key")
    with pytest.raises(KeyboardInterrupt):
        box.close(0)

    assert counts(box) == (3, 0, 3, 0)
    assert "close() was interrupted: 3 events not acknowledged" in caplog.text


def test_no_error_and_no_log_line_holds_a_payload(broker: EmbeddedBroker, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    heard = list[Delivery | DeliveryError]()
    box = outbox(broker, message_max_bytes=1_000, message_timeout_ms=1_000)
    errors: list[KafkaError] = []
    broker.push_partition_errors(TOPIC, 0, Api.PRODUCE, Code.INVALID_RECORD)
    for value, key in ((CANARY * 100, CANARY), (CANARY, CANARY), (CANARY, key_of(0))):
        try:
            box.send(value, key, heard.append)
        except KafkaError as error:
            errors.append(error)
    broker.set_down()
    box.send(CANARY, CANARY, heard.append)
    with pytest.raises(DeliveryError) as raised:
        box.close()

    shown = repr([*errors, raised.value, *heard, box.stats()]) + caplog.text
    assert len(errors) == 1
    assert raised.value.failed >= 2
    assert CANARY.decode() not in shown


def key_of(partition: int) -> bytes:
    """A key that goes to this partition of the topic."""
    return next(key for key in (b"%d" % number for number in range(1000)) if partition_of(key, 6) == partition)
