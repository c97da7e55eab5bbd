"""The upload endpoint over HTTP, with the fixtures that eventpact gives to every service (docs/testing.md)."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from hashlib import sha256
from io import BytesIO
from typing import Any

import pytest
from confluent_kafka import Consumer, KafkaError, TopicPartition
from fastapi.testclient import TestClient

from eventpact import Codec, Contract, EncodeError, Producer, Settings, SettingsError
from eventpact.dev import EmbeddedBroker
from eventpact.dev.broker import Api
from eventpact.errors import NotRegisteredError
from ingestion_events import IngestionEvent
from tests.examples.s3 import Bucket
from upload_api.app import create_app
from upload_api.files import FileStore, s3_client
from upload_api.settings import UploadSettings
from upload_api.uploads import Uploads

TENANT = "0f8fad5b-d9cb-469f-a165-70867728950e"
MAX = 1000
NAME = "Jane Doe.txt"


@pytest.fixture
def contract(eventpact_topics: Callable[[type], Contract]) -> Contract:
    return eventpact_topics(IngestionEvent)


@pytest.fixture
def kafka(eventpact_settings: Settings) -> Settings:
    return replace(eventpact_settings, producer=replace(eventpact_settings.producer, message_timeout_ms=2000))


@pytest.fixture
def settings(bucket: Bucket) -> UploadSettings:
    return UploadSettings(bucket=bucket.name, max_bytes=MAX, acknowledged_within=5)


@pytest.fixture
def client(settings: UploadSettings, kafka: Settings, contract: Contract) -> Iterator[TestClient]:
    with TestClient(create_app(settings, kafka, contract)) as made:
        yield made


def upload(
    client: TestClient, data: bytes, mime_type: str = "text/plain", name: str = NAME, tenant: str = TENANT
) -> Any:
    return client.post("/documents", files={"file": (name, data, mime_type)}, headers={"X-Tenant-Id": tenant})


def stored(contract: Contract, settings: Settings) -> list[IngestionEvent]:
    """Every event on the topic."""
    consumer = Consumer(
        {
            "bootstrap.servers": settings.bootstrap_servers,
            "group.id": "a-test",
            "enable.auto.commit": False,
            "fetch.wait.max.ms": 10,
            "log_level": 0,
        }
    )
    codec = Codec(IngestionEvent)
    found: list[IngestionEvent] = []
    for partition in range(contract.topic.partitions):
        place = TopicPartition(contract.topic.name, partition, 0)
        _, end = consumer.get_watermark_offsets(place, 10)
        consumer.assign([place])
        for _ in range(end):
            message = consumer.poll(10)
            assert message is not None
            found.append(codec.decode((message.value() or b"")[5:]))
    consumer.close()
    return found


def test_201_means_stored_and_acknowledged(
    client: TestClient, bucket: Bucket, contract: Contract, kafka: Settings
) -> None:
    answer = upload(client, b"hello")
    digest = sha256(b"hello").hexdigest()
    [event] = stored(contract, kafka)

    assert answer.status_code == 201
    assert answer.json() == {
        "file_hash": digest,
        "topic": contract.topic.name,
        "partition": answer.json()["partition"],
        "offset": 0,
    }
    assert bucket.objects() == {f"{TENANT}/{digest}": b"hello"}
    assert (event.tenant_id, event.file_hash, event.original_filename) == (TENANT, digest, NAME)
    assert (event.s3_uri, event.mime_type) == (f"s3://{bucket.name}/{TENANT}/{digest}", "text/plain")


def test_the_same_file_again_is_no_new_file(
    client: TestClient, bucket: Bucket, contract: Contract, kafka: Settings
) -> None:
    """Its event comes twice: without it a client that lost the first answer could never be sure."""
    answers = [upload(client, b"hello"), upload(client, b"hello", name="other.txt")]
    events = stored(contract, kafka)

    assert [answer.status_code for answer in answers] == [201, 201]
    assert len(bucket.objects()) == 1
    assert {event.file_hash for event in events} == {answers[0].json()["file_hash"]}


def test_of_many_clients_each_hears_of_its_own_event(client: TestClient, contract: Contract, kafka: Settings) -> None:
    """One producer, many threads: an acknowledgement that one of them is handed may be another's."""
    texts = [f"document {number}".encode() for number in range(48)]
    with ThreadPoolExecutor(16) as threads:
        answers = [answer.json() for answer in threads.map(partial(upload, client), texts)]
    events = stored(contract, kafka)

    assert sorted(answer["file_hash"] for answer in answers) == sorted(sha256(text).hexdigest() for text in texts)
    assert sorted(answer["offset"] for answer in answers) == list(range(48)), "one tenant, one partition"
    by_offset = {answer["offset"]: answer["file_hash"] for answer in answers}
    assert [by_offset[offset] for offset in range(48)] == [event.file_hash for event in events]


@pytest.mark.parametrize(
    ("upload_of", "status"),
    [
        ({"data": b"x" * (MAX + 1)}, 413),
        ({"data": b"x" * (MAX + 100_000)}, 413),
        ({"data": b"x", "mime_type": "image/png"}, 415),
        ({"data": b"x", "mime_type": ""}, 415),
        ({"data": b""}, 422),
        ({"data": b"x", "tenant": "acme"}, 422),
        ({"data": b"x", "name": "x" * 256}, 422),
    ],
)
def test_what_cannot_be_taken_is_refused_and_leaves_nothing(
    client: TestClient,
    bucket: Bucket,
    contract: Contract,
    kafka: Settings,
    upload_of: dict[str, Any],
    status: int,
) -> None:
    answer = upload(client, **upload_of)

    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert (answer.json()["status"], answer.json()["type"]) == (status, "about:blank")
    assert answer.json()["detail"]
    assert "acme" not in answer.text
    assert "Retry-After" not in answer.headers
    assert bucket.objects() == {}
    assert stored(contract, kafka) == []


def test_a_body_without_a_length_is_refused_all_the_same(client: TestClient, bucket: Bucket) -> None:
    head = b'--b\r\nContent-Disposition: form-data; name="file"; filename="f"\r\nContent-Type: text/plain\r\n\r\n'
    answer = client.post(
        "/documents",
        content=iter([head, b"x" * 100_000]),
        headers={"Content-Type": "multipart/form-data; boundary=b", "X-Tenant-Id": TENANT},
    )

    assert "content-length" not in answer.request.headers
    assert answer.status_code == 413
    assert answer.headers["content-type"] == "application/problem+json"
    assert bucket.objects() == {}


def test_an_event_that_breaks_its_contract_leaves_no_file_without_an_event(
    bucket: Bucket, contract: Contract, kafka: Settings
) -> None:
    """The endpoint checks what clients send; should the schema ask for more one day, it is found before the file."""
    codec = Codec(IngestionEvent)
    with Producer(IngestionEvent, kafka, contract=contract, codec=codec) as producer:
        uploads = Uploads(FileStore(s3_client(), bucket.name), producer, codec, 5)
        with pytest.raises(EncodeError, match="tenant_id"):
            uploads.take("acme", BytesIO(b"x"), NAME, "text/plain")

    assert bucket.objects() == {}


def test_a_broker_that_is_down_is_told_as_503_and_mended_by_the_same_request(
    client: TestClient,
    bucket: Bucket,
    contract: Contract,
    kafka: Settings,
    eventpact_broker: EmbeddedBroker,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO)
    eventpact_broker.set_down()
    try:
        refused = upload(client, b"hello")
    finally:
        eventpact_broker.set_up()
    again = upload(client, b"hello")

    assert refused.status_code == 503
    assert refused.headers["content-type"] == "application/problem+json"
    assert refused.headers["Retry-After"] == "5"
    assert again.status_code == 201
    assert {event.original_filename for event in stored(contract, kafka)} == {NAME}
    assert len(bucket.objects()) == 1
    assert "an event was not acknowledged: _MSG_TIMED_OUT" in caplog.text
    assert "Jane" not in caplog.text


def test_no_201_before_the_acknowledgement(
    settings: UploadSettings, kafka: Settings, contract: Contract, eventpact_broker: EmbeddedBroker
) -> None:
    """The broker stores, and its answer is late: nobody knows yet, so nobody says so."""
    hasty = replace(settings, acknowledged_within=0.2)
    with TestClient(create_app(hasty, kafka, contract)) as client:
        eventpact_broker.push_request_delays(Api.PRODUCE, (KafkaError.NO_ERROR, 700))
        answer = upload(client, b"hello")

    assert answer.status_code == 503
    assert len(stored(contract, kafka)) == 1


def test_a_storage_that_is_down_is_told_as_503_and_announces_nothing(
    settings: UploadSettings, kafka: Settings, contract: Contract, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", "http://127.0.0.1:1")
    with TestClient(create_app(settings, kafka, contract)) as client:
        answer = upload(client, b"hello")

    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
    assert stored(contract, kafka) == []


def test_a_storage_that_refuses_is_told_as_503(
    settings: UploadSettings, kafka: Settings, contract: Contract, caplog: pytest.LogCaptureFixture
) -> None:
    with TestClient(create_app(replace(settings, bucket="nowhere"), kafka, contract)) as client:
        answer = upload(client, b"hello")

    assert answer.status_code == 503
    assert "a file was not stored: NoSuchBucket" in caplog.text


def test_a_schema_that_nobody_registered_ends_the_process_at_its_start(
    settings: UploadSettings, kafka: Settings, contract: Contract, eventpact_registry: Any
) -> None:
    app = create_app(settings, kafka, replace(contract, topic=replace(contract.topic, name="unknown")))
    with pytest.raises(NotRegisteredError, match="register"), TestClient(app):
        raise AssertionError("it must not start")


def test_the_environment_says_everything() -> None:
    given = {"UPLOAD_BUCKET": "documents", "UPLOAD_MAX_BYTES": "5", "UPLOAD_ACKNOWLEDGED_WITHIN": "2.5"}

    assert UploadSettings.from_env(given) == UploadSettings(bucket="documents", max_bytes=5, acknowledged_within=2.5)
    for name, wrong in (("BUCKET", ""), ("MAX_BYTES", "5MB"), ("MAX_BYTES", "0"), ("ACKNOWLEDGED_WITHIN", "nan")):
        with pytest.raises(SettingsError, match=f"UPLOAD_{name}: expected"):
            UploadSettings.from_env({**given, f"UPLOAD_{name}": wrong})
