"""`/live` and `/ready` for whoever supervises the process. Answers hold counts, never anything of an event."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

__all__ = ["health_served"]


@contextmanager
def health_served(
    address: tuple[str, int] | None, ready: Callable[[], bool], stats: Callable[[], dict[str, object]]
) -> Iterator[int | None]:
    """Served inside the block, if there is an address; gives the port. `/ready` answers 503 while it is not."""
    if address is None:
        yield None
        return

    class Answers(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if self.path not in {"/live", "/ready"}:
                self.send_error(404)
                return
            is_ready = ready()
            body = json.dumps({"ready": is_ready, **stats()}).encode()
            self.send_response(200 if is_ready or self.path == "/live" else 503)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
            """A probe every few seconds is no news."""

    server = ThreadingHTTPServer(address, Answers)
    thread = threading.Thread(target=server.serve_forever, name="health", daemon=True)
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
