"""A local S3: moto's server for what it does, and a server that answers as we say for what it does not."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from boto3.session import Session
from moto.server import ThreadedMotoServer


@dataclass(frozen=True)
class S3:
    """A server, and a client of it that tests look through."""

    endpoint: str
    client: Any


@pytest.fixture(scope="session")
def s3() -> Iterator[S3]:
    """An S3 server on loopback."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    endpoint = f"http://{host}:{port}"
    client = Session().client(
        "s3",
        endpoint_url=endpoint,
        region_name="us-east-1",
        aws_access_key_id="test",
        aws_secret_access_key="test",
    )
    yield S3(endpoint, client)
    server.stop()


class Bucket:
    """A bucket of a test's own; `environment` is what a service needs to reach it."""

    def __init__(self, s3: S3) -> None:
        self.name = f"documents-{uuid.uuid4().hex[:12]}"
        self.environment = s3_environment(s3.endpoint)
        self._client = s3.client
        self._client.create_bucket(Bucket=self.name)

    def put(self, key: str, data: bytes) -> str:
        """The object is stored afterwards; its URI."""
        self._client.put_object(Bucket=self.name, Key=key, Body=data)
        return f"s3://{self.name}/{key}"

    def delete(self, key: str) -> None:
        """The object is gone afterwards."""
        self._client.delete_object(Bucket=self.name, Key=key)

    def objects(self) -> dict[str, bytes]:
        """Every object of the bucket."""
        found = self._client.list_objects_v2(Bucket=self.name).get("Contents", [])
        return {one["Key"]: self._client.get_object(Bucket=self.name, Key=one["Key"])["Body"].read() for one in found}


@pytest.fixture
def bucket(s3: S3, monkeypatch: pytest.MonkeyPatch) -> Bucket:
    """An empty bucket, which this process's boto3 reaches."""
    made = Bucket(s3)
    for name, value in made.environment.items():
        monkeypatch.setenv(name, value)
    return made


def s3_environment(endpoint: str) -> dict[str, str]:
    return {
        "AWS_ENDPOINT_URL_S3": endpoint,
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_CONFIG_FILE": "/nowhere",
        "AWS_SHARED_CREDENTIALS_FILE": "/nowhere",
    }


class Scripted:
    """What an S3 server answers to everything."""

    def __init__(self, endpoint: str) -> None:
        self.endpoint = endpoint
        self.status = 200
        self.body = b""
        self.length: int | None = None
        self.requests = 0
        self.together: threading.Barrier | None = None
        """Answers wait here for each other."""

    def refuse(self, status: int, code: str) -> None:
        """Answer with an error of S3's."""
        self.status, self.length = status, None
        self.body = f"<?xml version='1.0'?><Error><Code>{code}</Code><Message>secret</Message></Error>".encode()

    def answer_with_key(self) -> None:
        """Answer every request with the last part of the object's key as its bytes."""
        self.status, self.length, self.body = 200, None, b""


@contextmanager
def scripted_s3() -> Iterator[Scripted]:
    class Answers(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            script.requests += 1
            if script.together is not None:
                script.together.wait()
            self.send_response(script.status)
            body = script.body or self.path.rpartition("/")[2].encode()
            self.send_header("Content-Length", str(len(body) if script.length is None else script.length))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    script = Scripted(f"http://127.0.0.1:{server.server_address[1]}")
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield script
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
