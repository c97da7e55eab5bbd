"""A body is read up to the limit and no further."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest
from starlette.exceptions import HTTPException

from upload_api.body_limit import BodyLimit

if TYPE_CHECKING:
    from starlette.types import Message, Receive, Scope, Send

PIECE = b"x" * 10


class Server:
    """Sends pieces for ever, and counts them."""

    def __init__(self) -> None:
        self.pieces = 0

    async def receive(self) -> Message:
        self.pieces += 1
        return {"type": "http.request", "body": PIECE, "more_body": True}

    async def send(self, message: Message) -> None:
        raise AssertionError("nobody answers here")


def read(server: Server, count: int, headers: list[tuple[bytes, bytes]]) -> None:
    """An application behind the limit reads so many pieces."""

    async def application(scope: Scope, receive: Receive, send: Send) -> None:
        for _ in range(count):
            await receive()

    scope = {"type": "http", "headers": headers}
    asyncio.run(BodyLimit(application, 100)(scope, server.receive, server.send))


@pytest.mark.parametrize("headers", [[], [(b"content-length", b"100")], [(b"content-length", b"-1")]])
def test_so_much_may_be_read(headers: list[tuple[bytes, bytes]]) -> None:
    server = Server()
    read(server, 10, headers)

    assert server.pieces == 10


@pytest.mark.parametrize("headers", [[], [(b"content-length", b"100")], [(b"content-length", "²".encode("latin-1"))]])
def test_more_is_cut_off_where_it_begins(headers: list[tuple[bytes, bytes]]) -> None:
    server = Server()
    with pytest.raises(HTTPException) as raised:
        read(server, 1000, headers)

    assert (raised.value.status_code, server.pieces) == (413, 11)


def test_what_says_that_it_is_more_is_not_read_at_all() -> None:
    server = Server()
    with pytest.raises(HTTPException):
        read(server, 1, [(b"content-length", b"101")])

    assert server.pieces == 0
