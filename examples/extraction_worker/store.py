"""Extracted documents in SQLite or PostgreSQL, each once."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import JSON, Column, DateTime, MetaData, String, Table, Text, create_engine, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import URL, Connection, make_url
from sqlalchemy.exc import DataError, DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from extraction_worker.failures import DatabaseRefusedError, DatabaseUnavailableError

__all__ = ["DOCUMENTS", "Document", "DocumentStore"]

LOG: Final = logging.getLogger(__name__)

DOCUMENTS: Final = Table(
    "documents",
    MetaData(),
    # Two tenants may own the same file: the hash is unique per tenant, or the second would never get its document.
    Column("tenant_id", String(36), primary_key=True),
    Column("file_hash", String(64), primary_key=True),
    Column("s3_uri", Text, nullable=False),
    Column("mime_type", Text, nullable=False),
    Column("source_type", String(32), nullable=False),
    Column("accepted_at", DateTime(timezone=True), nullable=False),
    Column("text", Text, nullable=False),
    Column("redactions", JSON, nullable=False),
    Column("stored_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
)
"""No file name, path, permissions or metadata of the event: they may name people, and nobody redacts them."""

CONNECT_ARGS: Final[Mapping[str, Mapping[str, object]]] = {
    "sqlite": {"timeout": 10},
    "postgresql": {"connect_timeout": 5, "tcp_user_timeout": 20_000, "options": "-c statement_timeout=20000"},
}


@dataclass(frozen=True, slots=True)
class Document:
    """One row. `redactions` counts what was taken out of the text."""

    tenant_id: str
    file_hash: str
    s3_uri: str
    mime_type: str
    source_type: str
    accepted_at: datetime
    text: str
    redactions: Mapping[str, int]


class DocumentStore:
    """May be shared by threads. Connects when it is first used, so a service starts while its database is away."""

    def __init__(self, url: str, connections: int) -> None:
        parsed = driver_named(make_url(url))
        self._engine = create_engine(
            parsed,
            pool_size=connections,
            max_overflow=0,
            pool_timeout=20,
            pool_pre_ping=True,  # a connection that the database dropped meanwhile is replaced, not reported
            connect_args=dict(CONNECT_ARGS[parsed.get_backend_name()]),
            hide_parameters=True,  # they are a document's text
        )
        self._insert = sqlite.insert if parsed.get_backend_name() == "sqlite" else postgresql.insert
        self._prepared = False
        self._preparing = threading.Lock()

    def has(self, tenant_id: str, file_hash: str) -> bool:
        """Is this document stored already?"""
        asked = select(DOCUMENTS.c.file_hash).where(
            DOCUMENTS.c.tenant_id == tenant_id, DOCUMENTS.c.file_hash == file_hash
        )
        with self._transaction() as connection:
            return connection.execute(asked).first() is not None

    def add(self, document: Document) -> bool:
        """The document is stored afterwards, by this call (true) or by an earlier one, whose row is left as it is."""
        row = {column: getattr(document, column) for column in Document.__dataclass_fields__}
        with self._transaction() as connection:
            added = self._insert(DOCUMENTS).values(row).on_conflict_do_nothing().returning(DOCUMENTS.c.file_hash)
            return connection.execute(added).first() is not None

    def close(self) -> None:
        self._engine.dispose()

    @contextmanager
    def _transaction(self) -> Iterator[Connection]:
        """Committed at the end. Foreign errors become ours here, without their text: it may hold a document's."""
        try:
            self._prepare()
            with self._engine.begin() as connection:
                yield connection
        except DataError:
            raise DatabaseRefusedError from None
        except (DBAPIError, PoolTimeout) as error:
            # Not only a lost connection: no disk space, no rights, no table, a replica that takes no writes. Whatever
            # it is, another document would fare no better.
            LOG.warning("the database is not to be had: %s", cause_of(error))
            raise DatabaseUnavailableError from None

    def _prepare(self) -> None:
        if not self._prepared:
            with self._preparing:
                DOCUMENTS.metadata.create_all(self._engine)
                self._prepared = True


def driver_named(url: URL) -> URL:
    return url.set(drivername="postgresql+psycopg") if url.get_backend_name() == "postgresql" else url


def cause_of(error: Exception) -> str:
    """Names only: the error's class, and where the database gave one, its code."""
    original = getattr(error, "orig", None) or error
    code = getattr(original, "sqlstate", None) or getattr(original, "sqlite_errorname", None)
    return f"{type(original).__name__} {code}" if code else type(original).__name__
