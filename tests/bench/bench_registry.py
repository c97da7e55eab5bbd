"""The local registry's speed, asked by plain keep-alive connections, with the server in a process of its own.

`python -m tests.bench.bench_registry [SECONDS]`. Promised: 1,000 look-ups by id and 200 registrations a second, with
a file too, and 50 ms for a registration into a subject of 1,000 versions at FULL_TRANSITIVE. Exit 1 when it is less.
"""

from __future__ import annotations

import http.client
import json
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from time import perf_counter
from urllib.parse import urlsplit

SERVE = "import sys; from eventpact.cli import main; sys.exit(main())"
CLIENTS = 2
VERSIONS = 1_000
LOOKUPS_WANTED = 1_000
REGISTRATIONS_WANTED = 200
TRANSITIVE_WANTED_MS = 50


class Connection:
    """One keep-alive connection."""

    def __init__(self, url: str) -> None:
        self._http = http.client.HTTPConnection(urlsplit(url).netloc, timeout=60)

    def ask(self, method: str, path: str, body: object = None) -> object:
        data = None if body is None else json.dumps(body)
        headers = {} if body is None else {"Content-Type": "application/vnd.schemaregistry.v1+json"}
        self._http.request(method, path, data, headers)
        answer = self._http.getresponse()
        said: object = json.loads(answer.read())
        if answer.status != 200:
            raise RuntimeError(said)
        return said


@contextmanager
def server(*options: str) -> Iterator[str]:
    """A registry in its own process. Gives its URL."""
    command = [sys.executable, "-c", SERVE, "registry", "serve", "--port", "0", *options]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        assert process.stdout is not None
        try:
            yield process.stdout.readline().strip()
        finally:
            process.terminate()


def rate(url: str, seconds: float, ask: Callable[[Connection, int], object]) -> float:
    """Calls a second over all clients. ``ask`` gets a number that no other call gets."""

    def work(client: int) -> int:
        connection, count = Connection(url), 0
        end = perf_counter() + seconds
        while perf_counter() < end:
            ask(connection, count * CLIENTS + client)
            count += 1
        return count

    with ThreadPoolExecutor(CLIENTS) as pool:
        return sum(pool.map(work, range(CLIENTS))) / seconds


def record(number: int, *fields: object) -> str:
    common = [{"name": f"f{n}", "type": "long"} for n in range(10)]
    return json.dumps({"type": "record", "name": "R", "namespace": f"n{number}", "fields": [*common, *fields]})


def register(connection: Connection, number: int) -> object:
    return connection.ask("POST", f"/subjects/s{number}/versions", {"schema": record(number)})


def version(number: int, kind: str) -> str:
    """Each version has a field of its own, there or in a nested record, or a doc of its own, or one field more."""
    match kind:
        case "own field":
            return record(0, {"name": f"g{number}", "type": ["null", "string"], "default": None})
        case "nested":
            inner = [{"name": "i", "type": "long"}, {"name": f"g{number}", "type": "int", "default": 0}]
            return record(0, {"name": "n", "type": {"type": "record", "name": "N", "fields": inner}})
        case "docs":
            return record(0, {"name": "g", "type": ["null", "string"], "default": None, "doc": str(number)})
        case _:
            added = ({"name": f"g{n}", "type": ["null", "string"], "default": None} for n in range(number // 10))
            return record(0, *added, {"name": "last", "type": ["null", "string"], "default": None, "doc": str(number)})


def transitive(url: str, kind: str) -> list[float]:
    """Milliseconds of the registrations after the first `VERSIONS`."""
    connection = Connection(url)
    subject = kind.replace(" ", "-")
    connection.ask("PUT", f"/config/{subject}", {"compatibility": "FULL_TRANSITIVE"})
    took = []
    for number in range(VERSIONS + 25):
        before = perf_counter()
        connection.ask("POST", f"/subjects/{subject}/versions", {"schema": version(number, kind)})
        took.append((perf_counter() - before) * 1e3)
    return took[VERSIONS:]


def main(seconds: float) -> bool:
    """Prints what was measured. Is all of it as promised?"""
    fine = True
    with tempfile.TemporaryDirectory() as folder:
        for label, options in (("in memory", ()), ("with --data", ("--data", str(Path(folder) / "registry.db")))):
            with server(*options) as url:
                registrations = rate(url, seconds, register)
                lookups = rate(
                    url, seconds, lambda connection, number: connection.ask("GET", f"/schemas/ids/{number % 50 + 1}")
                )
                print(f"{label}: {lookups:,.0f} look-ups by id a second, {registrations:,.0f} registrations a second")
                fine = fine and lookups >= LOOKUPS_WANTED and registrations >= REGISTRATIONS_WANTED
                for kind in ("own field", "nested", "docs", "growing"):
                    took = transitive(url, kind)
                    median = statistics.median(took)
                    print(f"  after {VERSIONS:,} versions ({kind}): {median:.1f} ms, worst {max(took):.1f} ms")
                    fine = fine and median < TRANSITIVE_WANTED_MS
    return fine


if __name__ == "__main__":
    sys.exit(0 if main(float(sys.argv[1]) if len(sys.argv) > 1 else 3.0) else 1)
