"""A TCP proxy on 127.0.0.1 whose line can be cut, delayed, or left hanging with both ends open."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine
from contextlib import suppress
from types import TracebackType
from typing import Final, Self, TypeVar

__all__ = ["Proxy"]

T = TypeVar("T")
PIECE: Final = 65_536
LIMIT: Final = 10.0


class Proxy:
    """Connections to `port` lead to `target`; a context manager, with a thread of its own.

    `carried` counts bytes, `severed` connections, `swallowed` bytes that went nowhere.
    """

    def __init__(self, port: int, target: int) -> None:
        self.carried = self.severed = self.swallowed = 0
        self._port = port
        self._target = target
        self._delay = 0.0
        self._hung = False
        self._shut = False
        self._lines: set[asyncio.StreamWriter] = set()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="proxy", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        self._server = self._do(asyncio.start_server(self._serve, "127.0.0.1", self._port))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.cut()
        self._server.close()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(LIMIT)
        self._loop.close()

    def _do(self, work: Coroutine[object, object, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(LIMIT)

    def cut(self) -> None:
        """Every line is severed, and new ones are as soon as they are made."""
        self._shut = True
        self._do(self._sever())

    def hang(self) -> None:
        """Lines stay open, and what is sent goes nowhere: no answer, no error."""
        self._hung = True

    def delay(self, seconds: float) -> None:
        """Every piece takes so much longer, either way."""
        self._delay = seconds

    def heal(self) -> None:
        """All is well. Lines that swallowed something cannot go on: they are severed."""
        self._shut, self._delay = False, 0.0
        if self._hung:
            self._hung = False
            self._do(self._sever())

    async def _sever(self) -> None:
        for line in list(self._lines):
            line.transport.abort()
            self.severed += 1
        self._lines.clear()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._shut:
            self.severed += 1
            writer.transport.abort()
            return
        try:
            there, back = await asyncio.open_connection("127.0.0.1", self._target)
        except OSError:  # the broker is away
            writer.transport.abort()
            return
        self._lines |= {writer, back}
        await asyncio.gather(self._carry(reader, back), self._carry(there, writer))
        self._lines -= {writer, back}

    async def _carry(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        with suppress(OSError):  # a line that was severed
            while piece := await source.read(PIECE):
                if self._delay:
                    await asyncio.sleep(self._delay)
                if self._hung:
                    self.swallowed += len(piece)
                    continue
                sink.write(piece)
                await sink.drain()
                self.carried += len(piece)
        sink.close()
