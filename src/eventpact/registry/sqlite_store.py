"""A registry's changes in a file: SQLite from the standard library, one transaction per request."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from eventpact.errors import RegistryError
from eventpact.registry.changes import Change, dump, load

__all__ = ["SqliteStore"]

APPLICATION: Final = 0x65767063
"""Marks a database as ours ("evpc"), so that nobody's other data is written into."""

STORE_FAILED: Final = 50001


class SqliteStore:
    """The file at ``path``, made when there is none. One process at a time.

    What `keep` has returned from survives the process, however it ends. A power failure may take the last moments.

    Raises:
        RegistryError: the file is in use, is no registry's, or cannot be read or written.
    """

    def __init__(self, path: Path | str) -> None:
        self._path = path
        with self._told("open"):
            # The registry takes care of threads. A second server must hear at once that the file is taken.
            self._base = sqlite3.connect(path, timeout=0, isolation_level=None, check_same_thread=False)
        try:
            with self._told("open"):
                self._prepare()
        except RegistryError:
            self._base.close()
            raise

    def changes(self) -> Sequence[Change]:
        with self._told("read"):
            return [load(line) for (line,) in self._base.execute("SELECT change FROM journal ORDER BY number")]

    def keep(self, changes: Sequence[Change]) -> None:
        with self._told("write"):
            rows = [(dump(change),) for change in changes]
            self._base.execute("BEGIN")
            try:
                self._base.executemany("INSERT INTO journal (change) VALUES (?)", rows)
                self._base.execute("COMMIT")
            except sqlite3.Error:
                if self._base.in_transaction:
                    self._base.execute("ROLLBACK")
                raise

    def close(self) -> None:
        self._base.close()

    def _prepare(self) -> None:
        self._base.execute("PRAGMA locking_mode = EXCLUSIVE")
        (application,) = self._base.execute("PRAGMA application_id").fetchone()
        (tables,) = self._base.execute("SELECT count(*) FROM sqlite_master").fetchone()
        if application != APPLICATION and tables:
            raise ValueError("this database belongs to something else")
        self._base.execute("PRAGMA journal_mode = WAL")
        # No wait for the disk: a commit outlives the process as it is, and a power failure leaves the file whole.
        self._base.execute("PRAGMA synchronous = NORMAL")
        # A write takes the lock for as long as the connection lives.
        self._base.execute("BEGIN IMMEDIATE")
        self._base.execute(f"PRAGMA application_id = {APPLICATION}")
        self._base.execute("CREATE TABLE IF NOT EXISTS journal (number INTEGER PRIMARY KEY, change TEXT NOT NULL)")
        self._base.execute("COMMIT")

    @contextmanager
    def _told(self, doing: str) -> Iterator[None]:
        try:
            yield
        except (sqlite3.Error, ValueError, TypeError) as error:
            # A change that cannot be read may hold anything: only the library's own words are shown.
            why = str(error) if isinstance(error, sqlite3.Error) or doing == "open" else "a line is not ours"
            hint = "; another registry is running on it" if "locked" in why else ""
            raise RegistryError(
                f"cannot {doing} the registry's file {self._path}: {why}{hint}",
                status=500,
                code=STORE_FAILED,
            ) from None
