"""Every row of Redpanda's dialect, asked with plain requests and through confluent's client."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import requests
from confluent_kafka.schema_registry import SchemaRegistryClient
from confluent_kafka.schema_registry.error import SchemaRegistryError

from eventpact.dev.registry import Call
from eventpact.dev.registry.dialect import ENDPOINTS, _below_context
from eventpact.dev.registry_server import RegistryServer
from eventpact.registry import MemoryRegistry, RegistrySettings, client_config
from tests.dev.registry_rows import ABSENT, CODES, NOT_FOUND, ROWS, Row, Step

Send = Callable[[Step], tuple[int, Any]]
"""Gives the status and the whole answer; an error's answer has no message."""


@pytest.fixture(scope="module")
def shared() -> Iterator[RegistryServer]:
    with RegistryServer() as server:
        yield server


@pytest.fixture(scope="module")
def plain(shared: RegistryServer) -> Iterator[Send]:
    with requests.Session() as session:

        def send(step: Step) -> tuple[int, Any]:
            data = None if step.body is None else json.dumps(step.body)
            headers = {} if data is None else {"Content-Type": "application/vnd.schemaregistry.v1+json"}
            got = session.request(step.method, shared.url + step.path, data=data, headers=headers, timeout=5)
            said = got.json() if got.content else None
            if isinstance(said, dict) and "error_code" in said:
                assert said.keys() == {"error_code", "message"}
                return got.status_code, said["error_code"]
            return got.status_code, said

        yield send


@pytest.fixture(scope="module")
def confluent(shared: RegistryServer) -> Iterator[Send]:
    with SchemaRegistryClient(client_config(RegistrySettings(shared.url, max_retries=0))) as client:

        def send(step: Step) -> tuple[int, Any]:
            try:
                said = client._rest_client.send_request(step.path.removeprefix("/"), step.method, step.body)
            except SchemaRegistryError as error:
                code = error.error_code
                return error.http_status_code, NOT_FOUND if code is None else code
            # The client does not say which 2xx it was.
            return 204 if said is None and step.method == "DELETE" else 200, said

        yield send


@pytest.fixture(params=["plain", "confluent"])
def send(request: pytest.FixtureRequest, shared: RegistryServer) -> Send:
    shared.registry = MemoryRegistry()
    found: Send = request.getfixturevalue(request.param)
    return found


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_a_row_of_the_dialect(row: Row, send: Send) -> None:
    for step in row.given:
        status, said = send(step)

        assert status in {200, 204}, said

    assert send(row.ask) == (row.status, row.said)


@pytest.mark.parametrize("step", ABSENT, ids=str)
def test_what_redpanda_does_not_have(step: Step, send: Send) -> None:
    assert send(step) == (404, NOT_FOUND)


def test_every_endpoint_has_a_row() -> None:
    asked = {(row.ask.method, _pattern(row.ask)) for row in ROWS}

    assert {(endpoint.method, endpoint.path) for endpoint in ENDPOINTS} <= asked


def test_every_code_has_a_row() -> None:
    assert {row.said for row in ROWS if row.status >= 400 and isinstance(row.said, int)} >= CODES


def _pattern(step: Step) -> str | None:
    """The path of the endpoint that the step asks."""
    call = _below_context(Call(step.method, tuple(step.path.partition("?")[0][1:].split("/"))))
    for endpoint in ENDPOINTS:
        if (endpoint.method, len(endpoint.segments)) != (step.method, len(call.path)):
            continue
        if all(one.startswith("{") or one == got for one, got in zip(endpoint.segments, call.path, strict=True)):
            return endpoint.path
    return None
