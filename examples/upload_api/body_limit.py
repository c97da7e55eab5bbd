"""A body that is too large is refused as it comes, before it fills a disk."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

__all__ = ["BodyLimit"]


class BodyLimit:
    """Middleware: at most `most` bytes of a request's body are read, whether or not it says how long it is.

    FastAPI's own `max_body_size` would do, but answers with plain text, and this service answers with problems.
    """

    def __init__(self, app: ASGIApp, most: int) -> None:
        self._app = app
        self._most = most

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        announced = Headers(scope=scope).get("content-length", "0")
        count = 0

        async def counted() -> Message:
            # Raised where the body is read, so that it is answered like every other error.
            nonlocal count
            if announced.isdecimal() and int(announced) > self._most:
                raise self._too_large()
            message = await receive()
            count += len(message.get("body", b""))
            if count > self._most:
                raise self._too_large()
            return message

        await self._app(scope, counted, send)

    def _too_large(self) -> HTTPException:
        return HTTPException(413, f"a request may have {self._most} bytes")
