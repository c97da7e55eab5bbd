"""A service as a process, whose log is its standard error."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from eventpact.dev.registry_server import RegistryServer
from tests.kafka.world import LIMIT, World

ROOT: Final = Path(__file__).parents[2]


@contextmanager
def served(world: World) -> Iterator[dict[str, str]]:
    """The world's registry over HTTP; the environment of a service of this world, with nothing else of ours."""
    with RegistryServer() as server:
        server.registry = world.registry
        yield {
            **{name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ},
            "PYTHONPATH": f"{ROOT / 'examples'}:{ROOT}",
            "KAFKA_BOOTSTRAP_SERVERS": world.broker.bootstrap_servers,
            "KAFKA_CONSUMER_SESSION_TIMEOUT_MS": "2000",
            "KAFKA_CONSUMER_HEARTBEAT_INTERVAL_MS": "300",
            "SCHEMA_REGISTRY_URL": server.url,
        }


@contextmanager
def process(environment: Mapping[str, str], *module: str) -> Iterator[subprocess.Popen[str]]:
    """`python -m module ...`; killed at the end if it still runs."""
    made = subprocess.Popen(
        [sys.executable, "-m", *module], env=environment, cwd="/", stderr=subprocess.PIPE, text=True
    )
    try:
        yield made
    finally:
        if made.poll() is None:
            made.kill()
        made.communicate(timeout=LIMIT)


def wait_for_line(running: subprocess.Popen[str], pattern: str) -> str:
    """The next line of the log that holds the pattern."""
    assert running.stderr is not None
    seen: list[str] = []
    for line in running.stderr:
        if re.search(pattern, line):
            return line
        seen.append(line)
    raise AssertionError("".join(seen))
