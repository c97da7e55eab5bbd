"""An HTTP server that answers as it is told, for a client that must not believe everything."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class Canned:
    """``answer`` is (status, body, headers) for every request.

    ``paths`` are answers for some paths only. ``asked`` are the (method, path, headers) that came in, ``bodies`` what
    came with them.
    """

    url: str
    answer: tuple[int, bytes, dict[str, str]] = (200, b"{}", {})
    paths: dict[str, tuple[int, bytes, dict[str, str]]] = field(default_factory=dict)
    asked: list[tuple[str, str, dict[str, str]]] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)

    def say(self, status: int, body: object, **headers: str) -> None:
        """After this every request gets this answer; a body that is not bytes goes out as JSON."""
        encoded = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.answer = (status, encoded, {name.replace("_", "-"): value for name, value in headers.items()})


@contextmanager
def canned() -> Iterator[Canned]:
    """The server, on a free port of this machine."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True  # 40 ms per answer otherwise

        def answer_anything(self) -> None:
            told.bodies.append(self.rfile.read(int(self.headers.get("Content-Length", 0))))
            told.asked.append((self.command, self.path, dict(self.headers)))
            status, body, headers = told.paths.get(self.path, told.answer)
            self.send_response_only(status)
            for name, value in {"Content-Type": "application/json", **headers}.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST = do_PUT = do_DELETE = answer_anything  # noqa: N815  # the names that http.server calls

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # its name there
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        told = Canned(f"http://127.0.0.1:{server.server_port}")
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        yield told
        server.shutdown()
        thread.join()
