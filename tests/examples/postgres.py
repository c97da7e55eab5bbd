"""A PostgreSQL server of the session's own: a new cluster in a temporary folder, on a free port of loopback."""

from __future__ import annotations

import os
import shutil
import subprocess
import uuid
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from socket import socket
from tempfile import TemporaryDirectory, TemporaryFile
from typing import Final

import psycopg
import pytest
from psycopg import sql

USER: Final = "nobody"
"""Who runs the server when the tests run as root, which PostgreSQL refuses to."""


class Postgres:
    """Started and stopped by a test; keeps port and data."""

    def __init__(self, programs: Path, folder: Path) -> None:
        self._programs = programs
        self._folder = folder
        self._user = USER if os.geteuid() == 0 else None
        with socket() as free:
            free.bind(("127.0.0.1", 0))
            self._port: int = free.getsockname()[1]
        self._running = False
        self.url = f"postgresql://extraction@127.0.0.1:{self._port}/postgres"

    def make(self) -> None:
        if self._user is not None:
            shutil.chown(self._folder, self._user)
        self._run("initdb", "--auth=trust", "--username=extraction", "--encoding=UTF8", "--locale=C", "--no-sync")

    def start(self) -> None:
        """It answers afterwards; nothing is done when it does already."""
        if self._running:
            return
        options = f"-p {self._port} -c listen_addresses=127.0.0.1 -c unix_socket_directories='' -c fsync=off"
        self._run("pg_ctl", "start", "--wait", "--silent", f"--log={self._folder / 'log'}", f"--options={options}")
        self._running = True

    def stop(self) -> None:
        """All connections are cut afterwards."""
        self._running = False
        self._run("pg_ctl", "stop", "--wait", "--silent", "--mode=immediate")

    def new_database(self) -> str:
        """The URL of an empty database."""
        name = f"test_{uuid.uuid4().hex[:12]}"
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        return f"{self.url.rpartition('/')[0]}/{name}"

    def _run(self, program: str, *arguments: str) -> None:
        command = [str(self._programs / program), f"--pgdata={self._folder / 'data'}", *arguments]
        # The server inherits what pg_ctl writes to, so a pipe would stay open as long as it runs.
        with TemporaryFile() as errors:
            done = subprocess.run(
                command,
                user=self._user,
                cwd=self._folder,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=errors,
                timeout=60,
                check=False,
            )
            errors.seek(0)
            assert done.returncode == 0, f"{program}: {errors.read().decode()}"


def programs() -> Path | None:
    """The folder with initdb and pg_ctl; Debian keeps them out of PATH."""
    if found := shutil.which("initdb"):
        return Path(found).resolve().parent
    return max(
        (path.parent for path in Path("/usr/lib/postgresql").glob("*/bin/initdb")),
        key=lambda folder: int(folder.parent.name) if folder.parent.name.isdigit() else 0,
        default=None,
    )


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A running server."""
    found = programs()
    if found is None:
        pytest.skip("no PostgreSQL server here: install postgresql")
    with ExitStack() as stack:
        # pytest's own temporary folders may be entered by their owner only.
        folder = stack.enter_context(TemporaryDirectory(prefix="postgres-", ignore_cleanup_errors=True))
        made = Postgres(found, Path(folder))
        made.make()
        made.start()
        stack.callback(made.stop)
        yield made
