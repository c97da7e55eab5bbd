"""Three addresses for those who watch a service: /metrics, /healthz, /readyz."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterable
from types import TracebackType
from typing import TYPE_CHECKING, Final, Self
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from prometheus_client import CollectorRegistry
from prometheus_client.exposition import ThreadingWSGIServer, make_wsgi_app

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment
    from prometheus_client.registry import Collector

__all__ = ["Server", "health_app"]

STOP_SECONDS: Final = 0.05
"""How long `close` may wait for the thread to notice."""
TEXT: Final = ("Content-Type", "text/plain; charset=utf-8")


class Server:
    """Serves in a thread of its own between enter and exit. Raises OSError when the port is taken."""

    def __init__(
        self, collector: Collector, unready: Callable[[], list[str]], *, host: str = "127.0.0.1", port: int = 9464
    ) -> None:
        self._app = health_app(collector, unready)
        self._address = (host, port)
        self._server: WSGIServer | None = None
        self._thread: threading.Thread | None = None

    @property
    def url(self) -> str:
        """Where it answers, while it does."""
        if self._server is None:
            raise RuntimeError("not serving yet")
        host = self._address[0]
        return f"http://{f'[{host}]' if ':' in host else host}:{self._server.server_port}"

    def __enter__(self) -> Self:
        family = socket.AF_INET6 if ":" in self._address[0] else socket.AF_INET
        listener = type("Listener", (ThreadingWSGIServer,), {"address_family": family})
        self._server = make_server(*self._address, self._app, listener, handler_class=Silent)
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(STOP_SECONDS,), name="eventpact-metrics", daemon=True
        )
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Answer no more. Safe to call twice."""
        if self._server is not None and self._thread is not None:
            self._server.shutdown()
            self._server.server_close()
            self._thread.join()
        self._server = self._thread = None


def health_app(
    collector: Collector, unready: Callable[[], list[str]]
) -> Callable[[WSGIEnvironment, StartResponse], Iterable[bytes]]:
    """A WSGI application of the three addresses, for services that have a web server anyway.

    /healthz answers 200 as long as the process does; /readyz answers 503 and names the groups that are not ready.
    """
    registry = CollectorRegistry(auto_describe=False)
    registry.register(collector)
    metrics = make_wsgi_app(registry)

    def app(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        match environ.get("PATH_INFO"):
            case "/metrics":
                answer: Iterable[bytes] = metrics(environ, start_response)
                return answer
            case "/healthz":
                start_response("200 OK", [TEXT])
                return [b"ok\n"]
            case "/readyz":
                waiting = unready()
                start_response("503 Service Unavailable" if waiting else "200 OK", [TEXT])
                return [f"not ready: {', '.join(waiting)}\n".encode() if waiting else b"ready\n"]
            case _:
                start_response("404 Not Found", [TEXT])
                return [b"try /metrics, /healthz or /readyz\n"]

    return app


class Silent(WSGIRequestHandler):
    """A scrape every few seconds is no news."""

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class calls it so
        del format, args
