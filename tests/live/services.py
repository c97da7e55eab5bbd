"""Real services as plain jars: Apache Kafka and Apicurio Registry, on free ports of 127.0.0.1.

The jars come from Maven Central once and stay outside the work tree, keyed by version. `kafka` and `apicurio` are plain
context managers, for tests and benchmarks alike; what a service printed stays in its folder and explains a failure.
"""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import tarfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import requests
from confluent_kafka import KafkaException
from confluent_kafka.admin import AdminClient

__all__ = ["MISSING", "Kafka", "Service", "apicurio", "free_ports", "kafka", "running"]

HERE: Final = Path(__file__).parent / "java" / "kafka"
KAFKA: Final = "4.2.0"
APICURIO: Final = "2.6.13.Final"
MISSING: Final = next((tool for tool in ("java", "mvn") if shutil.which(tool) is None), None)
START_SECONDS: Final = 60.0
STOP_SECONDS: Final = 20.0
LOOK_SECONDS: Final = 0.1


@dataclass(frozen=True, slots=True)
class Service:
    """A running service. `address` is what its clients are told; `log` is what it printed."""

    address: str
    log: Path
    process: subprocess.Popen[bytes]


class Kafka:
    """A broker that can be ended and started again: same folder, same ports. Topics are made explicitly only.

    `folder` holds its data and its log. `more` are further lines of its properties, which go before the file's.
    """

    def __init__(self, folder: Path, more: str = "") -> None:
        jars = kafka_jars()
        port, controller = free_ports(2)
        folder.mkdir(parents=True, exist_ok=True)
        properties = folder / "server.properties"
        text = (HERE / "server.properties").read_text("utf-8")
        text = (text + more).format(port=port, controller=controller, data=folder / "data")
        properties.write_text(text, "utf-8")
        java = ["java", "-Xms128m", "-Xmx384m", f"-Dlog4j2.configurationFile={HERE / 'log4j2.properties'}", "-cp"]
        tool = [*java, f"{jars}/*", "kafka.tools.StorageTool"]
        self._cluster = run([*tool, "random-uuid"]).splitlines()[-1]
        run([*tool, "format", "--standalone", "-t", self._cluster, "-c", str(properties)])
        self._command = [*java, f"{jars}/*", "kafka.Kafka", str(properties)]
        self._folder = folder
        self._running = ExitStack()
        self.address = f"127.0.0.1:{port}"
        self.service: Service | None = None

    def start(self) -> Service:
        """It runs and is ready afterwards."""
        made = running(self._command, self._folder, "kafka.log", self.address, self._ready)
        self.service = self._running.enter_context(made)
        return self.service

    def end(self, number: int = signal.SIGTERM) -> None:
        """It has ended afterwards, by this signal. Nothing happens when it does not run."""
        if self.service is not None:
            self.service.process.send_signal(number)
            self.service = None
            self._running.close()

    def _ready(self) -> bool:
        client = AdminClient({"bootstrap.servers": self.address, "log_level": 0})
        with suppress(KafkaException):
            return bool(client.list_topics(timeout=1).cluster_id == self._cluster)
        return False


@contextmanager
def kafka(folder: Path) -> Iterator[Service]:
    """A broker of its own."""
    broker = Kafka(folder)
    try:
        yield broker.start()
    finally:
        broker.end()


@contextmanager
def apicurio(folder: Path) -> Iterator[Service]:
    """A registry of its own, in memory, at the global level BACKWARD; it enforces none until told."""
    home = apicurio_home()
    (port,) = free_ports(1)
    folder.mkdir(parents=True, exist_ok=True)
    url = f"http://127.0.0.1:{port}/apis/ccompat/v7"
    command = ["java", "-Xms64m", "-Xmx384m", "-Dquarkus.http.host=127.0.0.1", f"-Dquarkus.http.port={port}"]
    jar = str(home / f"apicurio-registry-app-{APICURIO}-runner.jar")

    def ready() -> bool:
        with suppress(requests.RequestException):
            return requests.get(f"{url}/subjects", timeout=2).status_code == 200
        return False

    with running([*command, "-jar", jar], folder, "apicurio.log", url, ready, cwd=home) as service:
        requests.put(f"{url}/config", json={"compatibility": "BACKWARD"}, timeout=10).raise_for_status()
        yield service


@contextmanager
def running(
    command: Sequence[str], folder: Path, log: str, address: str, ready: Callable[[], bool], cwd: Path | None = None
) -> Iterator[Service]:
    """Between enter and exit the process runs and is ready. It is ended by its own id: asked first, then killed."""
    path = folder / log
    with path.open("ab") as printed:
        process = subprocess.Popen(command, stdout=printed, stderr=subprocess.STDOUT, cwd=cwd)
        try:
            deadline = time.monotonic() + START_SECONDS
            while not ready():
                if process.poll() is not None or time.monotonic() > deadline:
                    raise RuntimeError(f"{log.removesuffix('.log')} did not start; it said, at the end of {path}:\n"
                                       + path.read_text("utf-8", "replace")[-2000:])  # fmt: skip
                time.sleep(LOOK_SECONDS)
            yield Service(address, path, process)
        finally:
            process.terminate()
            try:
                process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def kafka_jars() -> Path:
    """The folder of the broker's jars."""

    def fetch(to: Path) -> None:
        copy = ["dependency:copy-dependencies", "-DincludeScope=runtime", f"-DoutputDirectory={to}"]
        run(["mvn", "-q", "-B", "-f", str(HERE / "pom.xml"), *copy])

    return cached(f"kafka-{KAFKA}", fetch)


def apicurio_home() -> Path:
    """The folder that the registry is started in."""

    def fetch(to: Path) -> None:
        artifact = f"io.apicurio:apicurio-registry-app:{APICURIO}:tar.gz:all"
        run(["mvn", "-q", "-B", "dependency:get", "-Dtransitive=false", f"-Dartifact={artifact}"])
        run(["mvn", "-q", "-B", "dependency:copy", f"-Dartifact={artifact}", f"-DoutputDirectory={to}"])
        archive = to / f"apicurio-registry-app-{APICURIO}-all.tar.gz"
        with tarfile.open(archive) as packed:
            packed.extractall(to, filter="data")
        archive.unlink()

    return cached(f"apicurio-{APICURIO}", fetch)


def cached(name: str, fetch: Callable[[Path], None]) -> Path:
    """Fetched once, whole or not at all, also when two runs start together."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "eventpact"
    home = cache / name
    if not home.exists():
        partial = cache / f"{name}.{os.getpid()}"
        partial.mkdir(parents=True)
        try:
            fetch(partial)
            with suppress(OSError):  # another run was faster
                partial.rename(home)
        finally:
            shutil.rmtree(partial, ignore_errors=True)
    return home


def free_ports(count: int) -> list[int]:
    """Ports that were free a moment ago: a broker has to know its own before it starts."""
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [int(each.getsockname()[1]) for each in sockets]
    for each in sockets:
        each.close()
    return ports


def run(command: Sequence[str]) -> str:
    done = subprocess.run(command, capture_output=True, text=True, timeout=300)
    if done.returncode != 0:
        raise RuntimeError(f"{command[0]} failed:\n{done.stdout[-2000:]}{done.stderr[-2000:]}")
    return done.stdout
