"""Answers that end: in time, and before they fill the memory.

The timeouts of an HTTP library begin anew with every byte, so a server that sends one byte a second is never late.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from eventpact.registry.border import http

if TYPE_CHECKING:
    from confluent_kafka.schema_registry import SchemaRegistryClient

__all__ = ["LARGEST_ANSWER", "bound"]

LARGEST_ANSWER: Final = 64 * 1024 * 1024
STARTED: Final = "eventpact.started"


def bound(client: SchemaRegistryClient, seconds: float) -> None:
    """After this an answer ends within ``seconds`` of its request, or the client sees a transport error."""

    def limit(response: http.Response) -> None:
        if isinstance(response.stream, http.SyncByteStream):
            response.stream = _Body(response.stream, response.request.extensions[STARTED] + seconds)

    with suppress(AttributeError):  # a version that keeps its session elsewhere: its own timeouts stay
        client._rest_client.session.event_hooks = {"request": [_start], "response": [limit]}


def _start(request: http.Request) -> None:
    request.extensions[STARTED] = time.monotonic()


class _Body(http.SyncByteStream):
    def __init__(self, body: http.SyncByteStream, until: float) -> None:
        self._body = body
        self._until = until

    def __iter__(self) -> Iterator[bytes]:
        size = 0
        for part in self._body:
            size += len(part)
            if size > LARGEST_ANSWER:
                raise http.ReadError("the answer is too large")
            if time.monotonic() > self._until:
                raise http.ReadTimeout("the answer did not end in time")
            yield part

    def close(self) -> None:
        self._body.close()
