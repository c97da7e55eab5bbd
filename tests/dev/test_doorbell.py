"""The ring before each request: it comes first, it finds an open door, and it is no request itself."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import pytest

from eventpact.dev import Api, EmbeddedBroker
from eventpact.dev.doorbell import Doorbell


@pytest.fixture
def door() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(10)
        yield listener


def address(listener: socket.socket) -> str:
    host, port = listener.getsockname()
    return f"{host}:{port}"


def shut() -> str:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return address(listener)


def test_a_ring_has_come_and_gone_when_it_returns(door: socket.socket) -> None:
    rung = Doorbell(address(door)).ring()
    visitor, _ = door.accept()
    with visitor, pytest.raises(ConnectionResetError):
        visitor.recv(1)

    assert rung


def test_behind_a_shut_door_the_next_is_tried(door: socket.socket) -> None:
    assert Doorbell(f"{shut()},{address(door)}").ring()

    door.accept()[0].close()


def test_nobody_is_waited_for_behind_shut_doors() -> None:
    assert not Doorbell(f"{shut()},{shut()}").ring()


@pytest.fixture
def heard(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Rings and requests, in their order."""
    heard: list[str] = []
    ring = Doorbell.ring

    def listen(bell: Doorbell) -> bool:
        heard.append("ring")
        return ring(bell)

    monkeypatch.setattr(Doorbell, "ring", listen)
    return heard


class Overheard:
    """The library, with a list of what the cluster's thread is asked."""

    def __init__(self, library: object, heard: list[str]) -> None:
        self._library = library
        self._heard = heard

    def __getattr__(self, name: str) -> object:
        if name.startswith("rd_kafka_mock"):
            self._heard.append(name.removeprefix("rd_kafka_mock_"))
        return getattr(self._library, name)


def test_each_request_to_the_cluster_s_thread_is_rung_for(heard: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    with EmbeddedBroker() as broker:
        monkeypatch.setattr(broker, "_library", Overheard(broker._library, heard))
        heard.clear()
        broker.create_topic("events", 1)
        broker.set_leader("events", 0, 1)
        broker.push_request_delays(Api.PRODUCE, (0, 1))
        broker.push_partition_errors("events", 0, Api.PRODUCE, 1)
        broker.set_topic_error("events", 0)
        broker.delete_records("events", 0, 0)
        broker.set_coordinator("workers", 1)
        broker.set_api_version(Api.INIT_PRODUCER_ID, -1, -1)
        broker.set_rtt(0)
        broker.delete_topic("events")
        broker.set_down()
        broker.set_up()
        asked = heard[1::2]
        rings = heard[::2]

    assert rings == ["ring"] * 12
    assert asked == [
        "topic_create",
        "partition_set_leader",
        "broker_push_request_error_rtts",
        "partition_push_request_errors",
        "topic_set_error",
        "partition_delete_records",
        "coordinator_set",
        "set_apiversion",
        "broker_set_rtt",
        "topic_delete",
        "broker_set_down",
        "broker_set_up",
    ]
    assert heard[24:] == ["ring", "cluster_destroy"]


def test_a_ring_is_no_request() -> None:
    with EmbeddedBroker() as broker:
        broker.track_requests()
        for number in range(20):
            broker.create_topic(f"topic-{number}", 1)

        assert broker.requests() == ()
