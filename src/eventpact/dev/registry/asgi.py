"""The dialect as an ASGI application. Handlers run on the event loop one after another, which makes calls atomic."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, Final, TypeAlias
from urllib.parse import parse_qsl, unquote

from eventpact.dev.registry.call import Answer, Call
from eventpact.dev.registry.dialect import LARGEST_BODY

__all__ = ["Application"]

# ASGI's own types are open dictionaries.
Message: TypeAlias = MutableMapping[str, Any]
Receive: TypeAlias = Callable[[], Awaitable[Message]]
Send: TypeAlias = Callable[[Message], Awaitable[None]]

MOST_PARAMETERS: Final = 100


class Application:
    """``respond`` answers every call; ``on_start`` is called once the server is up."""

    def __init__(self, respond: Callable[[Call], Answer], on_start: Callable[[], None]) -> None:
        self._respond = respond
        self._on_start = on_start

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        elif scope["type"] == "http":
            body = await _body(receive)
            if body is not None:
                await _send(self._respond(_call(scope, body)), send)

    async def _live(self, receive: Receive, send: Send) -> None:
        while True:
            match (await receive())["type"]:
                case "lifespan.startup":
                    self._on_start()
                    await send({"type": "lifespan.startup.complete"})
                case _:
                    await send({"type": "lifespan.shutdown.complete"})
                    return


async def _body(receive: Receive) -> bytes | None:
    """The whole body, or its beginning when it is too large anyway; ``None`` when the client went away."""
    parts: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        part: bytes = message.get("body", b"")
        if size <= LARGEST_BODY:
            parts.append(part)
            size += len(part)
        if not message.get("more_body", False):
            return b"".join(parts)


def _call(scope: Message, body: bytes) -> Call:
    headers: dict[bytes, bytes] = dict(scope["headers"])
    raw_path: bytes = scope["raw_path"]
    query: bytes = scope["query_string"]
    try:
        parameters = dict(parse_qsl(query.decode("latin-1"), max_num_fields=MOST_PARAMETERS))
    except ValueError:
        parameters = {}
    return Call(
        method=scope["method"],
        # Split before unquoting: a subject may hold an encoded slash.
        path=tuple(unquote(segment) for segment in raw_path.decode("latin-1")[1:].split("/")),
        query=parameters,
        content_type=_text(headers.get(b"content-type")),
        accept=_text(headers.get(b"accept")),
        body=body,
        authorization=_text(headers.get(b"authorization")),
    )


def _text(header: bytes | None) -> str | None:
    return None if header is None else header.decode("latin-1")


async def _send(answer: Answer, send: Send) -> None:
    headers = [(b"content-length", str(len(answer.body)).encode())]
    if answer.body:
        headers.append((b"content-type", answer.media_type.encode()))
    if answer.status == 401:
        headers.append((b"www-authenticate", b'Basic realm="eventpact development registry"'))
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "http.response.body", "body": answer.body})
