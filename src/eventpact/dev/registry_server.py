"""The local registry over HTTP, in this process: a `MemoryRegistry` that speaks Redpanda's dialect.

For development and tests; production is Redpanda. What it holds outlives it when the `MemoryRegistry` has a store.
"""

from __future__ import annotations

import errno
import os
import socket
import threading
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Final, Self

from eventpact.errors import RegistryError
from eventpact.registry import MemoryRegistry
from eventpact.schema.dialect import DialectName
from eventpact.secret import Secret

if TYPE_CHECKING:
    from collections.abc import Callable

    from uvicorn import Server

    from eventpact.dev.registry.call import Answer, Call

__all__ = ["RegistryServer"]

START_SECONDS: Final = 10.0
STOP_SECONDS: Final = 2
"""How long requests in flight may take when the server stops; then they are cut off."""


class RegistryServer:
    """Serves ``registry`` between enter and exit. ``registry`` may be exchanged at any time, such as per test.

    Args:
        port: 0 takes a free one; `url` says which.
        credentials: user name and password that every request must bring; ``None`` lets everybody in.
        certificate, key: PEM files; with them the server speaks HTTPS only. The key may be in the first.
        dialect: ``redpanda``, or ``confluent`` for its codes and endpoints where they differ.
        beside: asked first about every call; what it answers ``None`` to is for the registry.
    """

    def __init__(
        self,
        registry: MemoryRegistry | None = None,
        host: str = "127.0.0.1",
        port: int = 0,
        *,
        credentials: tuple[str, Secret] | None = None,
        certificate: Path | None = None,
        key: Path | None = None,
        dialect: DialectName = "redpanda",
        beside: Callable[[Call], Answer | None] = lambda _: None,
    ) -> None:
        self.registry = MemoryRegistry(checker=dialect) if registry is None else registry
        self.host = host
        self.port = port
        self._credentials = credentials
        self._certificate = certificate
        self._key = key
        self._dialect = dialect
        self._beside = beside
        self._server: Server | None = None
        self._thread: threading.Thread | None = None

    @property
    def url(self) -> str:
        """Where it answers. RegistryError when it is not running."""
        if self._server is None:
            raise RegistryError("the local registry is not running")
        scheme = "http" if self._certificate is None else "https"
        return f"{scheme}://{f'[{self.host}]' if ':' in self.host else self.host}:{self.port}"

    def __enter__(self) -> Self:
        if self._server is not None:
            raise RegistryError("the local registry is running already")
        started = threading.Event()
        server = self._new_server(started)
        listener = self._listen()
        self._server = server
        self._thread = threading.Thread(
            target=_serve, args=(self._server, listener, started), name="eventpact-registry", daemon=True
        )
        self._thread.start()
        started.wait(START_SECONDS)
        if not self._thread.is_alive() or not started.is_set():
            self.close()
            raise RegistryError("the local registry did not start")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """After this nobody listens on the port. Safe to call twice."""
        if self._server is None or self._thread is None:
            return
        self._server.should_exit = True
        self._thread.join(STOP_SECONDS + 1)
        if self._thread.is_alive():
            self._server.force_exit = True
            self._thread.join(STOP_SECONDS)
        self._server = self._thread = None

    def _listen(self) -> socket.socket:
        family = socket.AF_INET6 if ":" in self.host else socket.AF_INET
        # The protocol is named so that asyncio knows TCP and turns Nagle's algorithm off: 40 ms per request otherwise.
        listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        if os.name == "posix":
            # So that a server can come back to its port at once. On Windows this would share the port.
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((self.host, self.port))
            listener.listen()
        except OSError as error:
            listener.close()
            other = "port" if error.errno in {errno.EADDRINUSE, errno.EACCES} else "address"
            raise RegistryError(
                f"the local registry cannot listen on {self.host}:{self.port}: {error.strerror}; choose another {other}"
            ) from None
        self.port = listener.getsockname()[1]
        return listener

    def _new_server(self, started: threading.Event) -> Server:
        # Here, so that importing the room costs nothing.
        from importlib import metadata

        import uvicorn

        from eventpact.dev.registry.asgi import Application
        from eventpact.dev.registry.dialect import answer
        from eventpact.dev.registry.flavour import FLAVOURS
        from eventpact.dev.registry.guard import Credentials

        flavour = FLAVOURS[self._dialect]
        credentials = None if self._credentials is None else Credentials(*self._credentials)
        config = uvicorn.Config(
            Application(
                lambda call: self._beside(call) or answer(self.registry, call, flavour, credentials), started.set
            ),
            interface="asgi3",
            loop="asyncio",
            http="h11",
            ws="none",
            lifespan="on",
            log_config=None,
            log_level="warning",
            access_log=False,
            server_header=False,
            # Redpanda tells the time, too, and the doctor compares it with ours.
            date_header=True,
            headers=[("server", f"eventpact/{metadata.version('eventpact')}")],
            timeout_graceful_shutdown=STOP_SECONDS,
            ssl_certfile=self._certificate,
            ssl_keyfile=self._key,
        )
        if self._certificate is not None:
            # Here, because the server's own thread could only log what is wrong with the files.
            try:
                config.load()
            except OSError as error:
                raise RegistryError(f"the certificate and its key cannot be used: {error}") from None
        return uvicorn.Server(config)


def _serve(server: Server, listener: socket.socket, started: threading.Event) -> None:
    try:
        server.run(sockets=[listener])
    finally:
        listener.close()
        # Whoever waits for the start need not wait for the end of its patience.
        started.set()
