"""A registry in a process of its own, to be killed, started again on its port and its file, and frozen."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
import threading
from pathlib import Path
from typing import Self

from eventpact.errors import UnavailableError
from eventpact.registry import Registry, RegistryClient, RegistrySettings

__all__ = ["Counted", "RegistryProcess"]


class RegistryProcess:
    """`eventpact registry serve`; a context manager. What was registered outlives every kill."""

    def __init__(self, folder: Path) -> None:
        self._data = folder / "registry.db"
        with socket.create_server(("127.0.0.1", 0)) as listener:
            self._port: int = listener.getsockname()[1]
        self.url = f"http://127.0.0.1:{self._port}"
        self._process: subprocess.Popen[str] | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()

    def start(self) -> None:
        """It answers when this returns."""
        serve = ["registry", "serve", "--port", str(self._port), "--data", str(self._data)]
        command = [sys.executable, "-m", "eventpact", *serve]
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        assert self._process.stdout is not None
        assert self._process.stdout.readline().strip() == self.url

    def kill(self) -> None:
        """SIGKILL: connections die with it."""
        if self._process is None:
            return
        self._process.kill()
        self._process.communicate()
        self._process = None

    def freeze(self) -> None:
        """The worst kind of outage: connections are taken, and nobody answers."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        assert self._process is not None
        self._process.send_signal(signal.SIGCONT)

    def client(self) -> RegistryClient:
        return RegistryClient(RegistrySettings(self.url, timeout=0.5, max_retries=0))


class Counted:
    """A registry, and how often it was asked and did not answer. Tests wait on it instead of sleeping."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self._changed = threading.Condition()
        self.asked = 0
        self.unanswered = 0

    def __getattr__(self, name: str) -> object:
        method = getattr(self._registry, name)

        def ask(*arguments: object, **options: object) -> object:
            with self._changed:
                self.asked += 1
            try:
                return method(*arguments, **options)
            except UnavailableError:
                with self._changed:
                    self.unanswered += 1
                    self._changed.notify_all()
                raise

        return ask

    def wait_unanswered(self, more: int, limit: float) -> None:
        """Until it has not answered so often again."""
        with self._changed:
            wanted = self.unanswered + more
            assert self._changed.wait_for(lambda: self.unanswered >= wanted, limit), f"{self.unanswered} of {wanted}"
