"""Files from S3, from real answers: moto's, and errors and accidents as S3 documents them."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from eventpact import Reject, Retry, Unavailable
from extraction_worker import failures
from extraction_worker.files import FileStore, s3_client
from tests.examples.s3 import Bucket, Scripted, s3_environment, scripted_s3

MAX = 1000


@pytest.fixture
def files(bucket: Bucket) -> FileStore:
    return FileStore(s3_client(4), [bucket.name, "nowhere"], MAX)


@pytest.fixture
def script(monkeypatch: pytest.MonkeyPatch) -> Iterator[Scripted]:
    with scripted_s3() as made:
        for name, value in s3_environment(made.endpoint).items():
            monkeypatch.setenv(name, value)
        yield made


@pytest.mark.parametrize("key", ["a", "tenant/2026/Größe & more.pdf", "a//b", "k" * 1024])
def test_a_file_is_fetched_byte_for_byte(files: FileStore, bucket: Bucket, key: str) -> None:
    data = bytes(range(256)) * 3

    assert files.fetch(bucket.put(key, data)) == data


@pytest.mark.parametrize(("size", "fits"), [(MAX, True), (MAX + 1, False)])
def test_a_file_may_be_so_large(files: FileStore, bucket: Bucket, size: int, fits: bool) -> None:
    uri = bucket.put("big", b"x" * size)
    if fits:
        assert len(files.fetch(uri)) == MAX
    else:
        with pytest.raises(failures.FileTooLargeError):
            files.fetch(uri)


@pytest.mark.parametrize(
    "uri", ["s3://elsewhere/key", "https://documents/key", "s3://{}", "s3://{}/", "{}/key", "s3://{}/" + "k" * 1025, ""]
)
def test_an_event_cannot_send_the_worker_elsewhere(files: FileStore, bucket: Bucket, uri: str) -> None:
    """Whoever may publish must not read with the worker's rights whatever these open."""
    with pytest.raises(failures.ForeignFileError):
        files.fetch(uri.format(bucket.name))


def test_a_missing_object_is_asked_for_again(files: FileStore, bucket: Bucket) -> None:
    with pytest.raises(failures.FileMissingError):
        files.fetch(f"s3://{bucket.name}/missing")


def test_a_missing_bucket_is_everybodys(files: FileStore) -> None:
    with pytest.raises(failures.StorageUnavailableError):
        files.fetch("s3://nowhere/key")


@pytest.mark.parametrize(
    ("status", "code", "fate"),
    [
        (404, "NoSuchKey", Retry),
        (404, "NoSuchBucket", Unavailable),
        (403, "AccessDenied", Unavailable),
        (403, "InvalidAccessKeyId", Unavailable),
        (403, "SignatureDoesNotMatch", Unavailable),
        (403, "RequestTimeTooSkewed", Unavailable),
        (400, "ExpiredToken", Unavailable),
        (400, "AuthorizationHeaderMalformed", Unavailable),
        (301, "PermanentRedirect", Unavailable),
        (429, "TooManyRequests", Unavailable),
        (500, "InternalError", Unavailable),
        (503, "SlowDown", Unavailable),
        (403, "InvalidObjectState", Retry),
        (400, "InvalidArgument", Retry),
        (405, "MethodNotAllowed", Retry),
    ],
)
def test_a_refusal_is_judged_by_whom_it_concerns(
    script: Scripted, status: int, code: str, fate: type[Exception], caplog: pytest.LogCaptureFixture
) -> None:
    script.refuse(status, code)
    with pytest.raises(fate):
        FileStore(s3_client(1), ["bucket"], MAX).fetch("s3://bucket/jane.doe")

    assert "jane.doe" not in caplog.text
    assert (code in caplog.text) is (fate is Unavailable), "who reads the log has to know what to mend"


def test_an_answer_that_is_cut_short_is_no_file(script: Scripted) -> None:
    script.body, script.length = b"half", 8
    with pytest.raises(failures.StorageUnavailableError):
        FileStore(s3_client(1), ["bucket"], MAX).fetch("s3://bucket/key")


def test_nobody_answers(script: Scripted, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", "http://127.0.0.1:1")
    with pytest.raises(failures.StorageUnavailableError):
        FileStore(s3_client(1), ["bucket"], MAX).fetch("s3://bucket/key")


def test_no_credentials_are_nobodys_fault(script: Scripted, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    with pytest.raises(failures.StorageUnavailableError):
        FileStore(s3_client(1), ["bucket"], MAX).fetch("s3://bucket/key")

    assert script.requests == 0


def test_one_client_serves_many_threads(files: FileStore, bucket: Bucket) -> None:
    uris = [bucket.put(f"file-{number}", str(number).encode()) for number in range(24)]
    fetched: list[bytes | BaseException] = [b""] * len(uris)

    def fetch(number: int) -> None:
        try:
            fetched[number] = files.fetch(uris[number])
        except BaseException as error:
            fetched[number] = error

    threads = [threading.Thread(target=fetch, args=(number,)) for number in range(len(uris))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert fetched == [str(number).encode() for number in range(24)]


def test_the_fates_are_the_base_classes() -> None:
    """The worker knows three words; every failure here is one of them."""
    classes = [getattr(failures, name) for name in failures.__all__]

    assert all(sum(issubclass(cls, fate) for fate in (Reject, Retry, Unavailable)) == 1 for cls in classes)
