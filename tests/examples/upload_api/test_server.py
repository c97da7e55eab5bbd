"""The endpoint behind a real server with two processes, as the documentation starts it."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from socket import socket

import pytest
import requests

from tests.examples.process import process, served, wait_for_line
from tests.examples.s3 import Bucket
from tests.kafka.world import LIMIT, TOPIC, World

TENANT = "0f8fad5b-d9cb-469f-a165-70867728950e"


@pytest.fixture
def world() -> Iterator[World]:
    with World() as made:
        yield made


def test_each_process_has_a_producer_of_its_own(world: World, bucket: Bucket) -> None:
    with socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = ("uvicorn", "--factory", "upload_api.app:create_app", f"--port={port}", "--workers=2")
    with (
        served(world) as variables,
        process({**variables, **bucket.environment, "UPLOAD_BUCKET": bucket.name}, *command) as running,
    ):
        for _ in range(2):
            wait_for_line(running, "Application startup complete")
        answers = [
            # Each on a connection of its own, which either process may take.
            requests.post(
                f"http://127.0.0.1:{port}/documents",
                files={"file": ("Jane Doe.txt", str(number).encode(), "text/plain")},
                headers={"X-Tenant-Id": TENANT, "Connection": "close"},
                timeout=LIMIT,
            )
            for number in range(8)
        ]
        running.send_signal(signal.SIGTERM)
        for _ in range(2):
            wait_for_line(running, "Application shutdown complete")
        running.wait(LIMIT)

    assert [answer.status_code for answer in answers] == [201] * 8
    assert world.stored(TOPIC) == 8
    assert len(bucket.objects()) == 8


def test_without_its_settings_it_does_not_start(world: World) -> None:
    with served(world) as variables, process(variables, "uvicorn", "--factory", "upload_api.app:create_app") as running:
        wait_for_line(running, "UPLOAD_BUCKET: expected the name of a bucket")

        assert running.wait(LIMIT) != 0
