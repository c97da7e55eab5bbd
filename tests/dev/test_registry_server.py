"""The local registry's life, and that confluent's own client and serializers work against it."""

import json
import os
import socket
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from statistics import median
from time import perf_counter

import pytest
import requests
from confluent_kafka.schema_registry import SchemaRegistryClient
from confluent_kafka.schema_registry.avro import AvroDeserializer, AvroSerializer
from confluent_kafka.schema_registry.error import SchemaRegistryError
from confluent_kafka.serialization import MessageField, SerializationContext

from eventpact.dev.registry_server import RegistryServer
from eventpact.errors import RegistryError
from eventpact.registry import (
    MemoryRegistry,
    RegistryClient,
    RegistrySettings,
    SchemaText,
    client_config,
    deserializer_config,
    serializer_config,
)

PING = json.dumps({"type": "record", "name": "demo.Ping", "fields": [{"name": "n", "type": "long"}]})
WIDER = json.dumps({"type": "record", "name": "demo.Ping", "fields": [{"name": "n", "type": "string"}]})
CONTEXT = SerializationContext("pings", MessageField.VALUE)


@pytest.fixture(scope="module")
def shared() -> Iterator[RegistryServer]:
    with RegistryServer() as server:
        yield server


@pytest.fixture
def server(shared: RegistryServer) -> RegistryServer:
    shared.registry = MemoryRegistry()
    return shared


@pytest.fixture
def foreign(server: RegistryServer) -> Iterator[SchemaRegistryClient]:
    with SchemaRegistryClient(client_config(RegistrySettings(server.url, max_retries=0))) as client:
        yield client


def test_it_answers_between_enter_and_exit() -> None:
    with RegistryServer() as server:
        url = server.url
        answer = requests.get(f"{url}/subjects", timeout=5).json()
    with pytest.raises(requests.ConnectionError):
        requests.get(f"{url}/subjects", timeout=5)

    assert answer == []


def test_it_has_no_url_before_and_after() -> None:
    server = RegistryServer()
    with pytest.raises(RegistryError, match="not running"):
        _ = server.url
    with server:
        assert server.url
    with pytest.raises(RegistryError, match="not running"):
        _ = server.url


def test_it_comes_back_with_its_registry_on_its_port() -> None:
    registry = MemoryRegistry()
    registry.register("s", SchemaText(PING))
    with RegistryServer(registry) as first:
        requests.get(f"{first.url}/subjects", timeout=5)
    with RegistryServer(registry, port=first.port) as second:
        answer = requests.get(f"{second.url}/subjects", timeout=5).json()

    assert (second.port, answer) == (first.port, ["s"])


def test_a_taken_port_is_told() -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as taken,
        pytest.raises(RegistryError, match=r"cannot listen on .*; choose another port"),
        RegistryServer(port=taken.getsockname()[1]),
    ):
        pass


def test_it_cannot_be_entered_twice() -> None:
    with RegistryServer() as server, pytest.raises(RegistryError, match="running already"), server:
        pass


def test_stopping_does_not_wait_for_idle_connections() -> None:
    with requests.Session() as session, RegistryServer() as server:
        session.get(f"{server.url}/subjects", timeout=5)
        thread = server._thread
        server.close()

    assert thread is not None
    assert not thread.is_alive()


def test_an_answer_does_not_wait_for_an_acknowledgement(server: RegistryServer) -> None:
    """Nagle's algorithm would hold every answer back for 40 ms."""
    with RegistryClient(RegistrySettings(server.url)) as client:
        clock = [(perf_counter(), client.subjects()) for _ in range(50)]

    assert median(after - before for (before, _), (after, _) in pairwise(clock)) < 0.03


def test_stopping_leaves_no_thread_and_no_descriptor() -> None:
    with RegistryServer():
        pass
    threads, descriptors = threading.active_count(), len(os.listdir("/dev/fd"))
    for _ in range(3):
        with RegistryServer() as server:
            requests.get(f"{server.url}/subjects", timeout=5)

    assert (threading.active_count(), len(os.listdir("/dev/fd"))) == (threads, descriptors)


def test_the_registry_can_be_exchanged_while_it_runs(server: RegistryServer) -> None:
    server.registry.register("s", SchemaText(PING))
    before = requests.get(f"{server.url}/subjects", timeout=5).json()
    server.registry = MemoryRegistry()

    assert (before, requests.get(f"{server.url}/subjects", timeout=5).json()) == (["s"], [])


@pytest.mark.parametrize("settings", [{}, {"subject.name.strategy.type": "TOPIC"}], ids=["defaults", "topic"])
def test_confluent_s_serializers_work_with_their_defaults(
    foreign: SchemaRegistryClient, server: RegistryServer, settings: dict[str, object]
) -> None:
    written = AvroSerializer(foreign, PING, conf=settings)({"n": 7}, CONTEXT)
    read = AvroDeserializer(foreign, conf=settings)(written, CONTEXT)

    assert read == {"n": 7}
    assert server.registry.subjects() == ("pings-value",)


def test_confluent_s_serializers_work_with_the_presets(foreign: SchemaRegistryClient, server: RegistryServer) -> None:
    server.registry.register("pings-value", SchemaText(PING))
    written = AvroSerializer(foreign, PING, conf=serializer_config())({"n": 7}, CONTEXT)

    assert AvroDeserializer(foreign, PING, conf=deserializer_config())(written, CONTEXT) == {"n": 7}


def test_with_the_presets_a_producer_registers_nothing(foreign: SchemaRegistryClient, server: RegistryServer) -> None:
    with pytest.raises(SchemaRegistryError) as caught:
        AvroSerializer(foreign, PING, conf=serializer_config())({"n": 7}, CONTEXT)

    assert (caught.value.http_status_code, caught.value.error_code) == (404, 40401)
    assert server.registry.subjects() == ()


@pytest.mark.parametrize("settings", [{"use.latest.version": True}, {"use.schema.id": 1}], ids=["latest", "id"])
def test_confluent_s_other_ways_to_choose_a_schema_work(
    foreign: SchemaRegistryClient, server: RegistryServer, settings: dict[str, object]
) -> None:
    server.registry.register("pings-value", SchemaText(PING))

    assert AvroSerializer(foreign, PING, conf=serializer_config() | settings)({"n": 7}, CONTEXT)


def test_confluent_s_client_reads_every_answer(foreign: SchemaRegistryClient, server: RegistryServer) -> None:
    from confluent_kafka.schema_registry import Schema

    schema = Schema(PING, "AVRO")
    schema_id = foreign.register_schema("s", schema)

    assert foreign.get_schema(schema_id).schema_str == '{"type":"record","name":"Ping","namespace":"demo",' + (
        '"fields":[{"name":"n","type":"long"}]}'
    )
    assert foreign.lookup_schema("s", schema).version == 1
    assert foreign.get_subjects() == ["s"]
    assert foreign.get_versions("s") == [1]
    assert foreign.get_version("s", 1).schema_id == schema_id
    assert foreign.get_latest_version("s").version == 1
    assert [(place.subject, place.version) for place in foreign.get_schema_versions(schema_id)] == [("s", 1)]
    assert foreign.get_subjects_by_schema_id(schema_id) == ["s"]
    assert foreign.get_schema_types() == ["JSON", "PROTOBUF", "AVRO"]
    assert foreign.get_referenced_by("s", 1) == []
    assert foreign.get_compatibility() == "BACKWARD"
    foreign.set_compatibility("s", "FULL")
    assert foreign.get_compatibility("s") == "FULL"
    assert foreign.test_compatibility("s", Schema(WIDER, "AVRO")) is False
    assert foreign.get_global_mode() == "READWRITE"
    assert foreign.get_contexts() == ["."]
    assert foreign.delete_version("s", 1) == 1
    assert foreign.delete_version("s", 1, permanent=True) == 1


def test_fifty_clients_get_one_id_per_schema(server: RegistryServer) -> None:
    def schema(n: int) -> SchemaText:
        return SchemaText(PING.replace("Ping", f"Ping{n}"))

    with RegistryClient(RegistrySettings(server.url, timeout=30)) as client, ThreadPoolExecutor(50) as pool:
        barrier = threading.Barrier(50)

        def work(worker: int) -> list[tuple[int, int]]:
            barrier.wait()
            return [(n, client.register(f"s{n}", schema(n))) for n in (0, 1, 2, 3 + worker)]

        ids = [pair for pairs in pool.map(work, range(50)) for pair in pairs]

    assert sorted(set(ids)) == sorted(dict(ids).items())
    assert sorted(dict(ids).values()) == list(range(1, 54))
    assert all(server.registry.versions(f"s{n}") == (1,) for n in range(53))
