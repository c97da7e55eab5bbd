"""Documents are stored once, in SQLite and in PostgreSQL; what a database says no to has somebody to blame."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import create_engine, select, text

from extraction_worker import failures
from extraction_worker.store import DOCUMENTS, Document, DocumentStore
from tests.examples.extraction_worker.documents import TENANT
from tests.examples.postgres import Postgres

if TYPE_CHECKING:
    from sqlalchemy.engine import Row

DOCUMENT = Document(
    tenant_id=TENANT,
    file_hash="0" * 64,
    s3_uri="s3://bucket/key",
    mime_type="text/plain",
    source_type="UPLOAD",
    accepted_at=datetime(2026, 11, 24, 9, 30, tzinfo=UTC),
    text="Größe 😀",
    redactions={"EMAIL_ADDRESS": 2},
)


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'documents.db'}"
    postgres: Postgres = request.getfixturevalue("postgres")
    return postgres.new_database()


@pytest.fixture
def store(url: str) -> Iterator[DocumentStore]:
    made = DocumentStore(url, 4)
    yield made
    made.close()


def rows(url: str) -> list[Row[tuple[object, ...]]]:
    engine = create_engine(url.replace("postgresql:", "postgresql+psycopg:"))
    with engine.connect() as connection:
        found = list(connection.execute(select(DOCUMENTS)))
    engine.dispose()
    return found


def test_a_document_is_stored_whole(store: DocumentStore, url: str) -> None:
    before = store.has(DOCUMENT.tenant_id, DOCUMENT.file_hash)
    added = store.add(DOCUMENT)
    [row] = rows(url)

    assert (before, added, store.has(DOCUMENT.tenant_id, DOCUMENT.file_hash)) == (False, True, True)
    assert row.accepted_at.replace(tzinfo=UTC) == DOCUMENT.accepted_at  # SQLite keeps no time zone
    assert (row.text, row.redactions) == (DOCUMENT.text, DOCUMENT.redactions)
    assert row.stored_at is not None


def test_a_repetition_changes_nothing(store: DocumentStore, url: str) -> None:
    store.add(DOCUMENT)

    assert store.add(replace(DOCUMENT, text="other")) is False
    assert [row.text for row in rows(url)] == [DOCUMENT.text]


def test_the_same_file_of_two_tenants_is_two_documents(store: DocumentStore, url: str) -> None:
    other = replace(DOCUMENT, tenant_id="7d444840-9dc0-11d1-b245-5ffdce74fad2")

    assert (store.add(DOCUMENT), store.add(other)) == (True, True)
    assert len(rows(url)) == 2


def test_of_many_at_the_same_time_one_stores(url: str) -> None:
    """Two processes with four threads each, as it were; the table is not there yet either."""
    stores = [DocumentStore(url, 4), DocumentStore(url, 4)]
    together = threading.Barrier(8)
    added: list[object] = []

    def add(chosen: DocumentStore) -> None:
        together.wait()
        for _ in range(100):  # whoever makes the table a moment too late is told to come back, as the worker does
            try:
                added.append(chosen.add(DOCUMENT))
                return
            except failures.DatabaseUnavailableError:
                continue

    threads = [threading.Thread(target=add, args=(stores[number % 2],)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for one in stores:
        one.close()

    assert sorted(added, key=str) == [False] * 7 + [True]
    assert len(rows(url)) == 1


def test_a_value_that_the_database_refuses_is_the_documents_fault(postgres: Postgres) -> None:
    store = DocumentStore(postgres.new_database(), 1)
    with pytest.raises(failures.DatabaseRefusedError) as raised:
        store.add(replace(DOCUMENT, source_type="x" * 33))
    store.close()

    assert DOCUMENT.text not in f"{raised.value}{raised.value.__context__}", "whoever shows the context shows no text"


def test_no_database_is_nobodys_fault(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    for url in ("postgresql://user:hunter2@127.0.0.1:1/none", f"sqlite:///{tmp_path / 'no' / 'folder.db'}"):
        store = DocumentStore(url, 1)
        with pytest.raises(failures.DatabaseUnavailableError) as raised:
            store.add(DOCUMENT)
        store.close()

        assert raised.value.__suppress_context__, "the text of the cause may hold the document's"

    assert caplog.messages == [
        "the database is not to be had: OperationalError",
        "the database is not to be had: OperationalError SQLITE_CANTOPEN",
    ]
    assert "hunter2" not in caplog.text


def test_missing_rights_are_nobodys_fault(postgres: Postgres, caplog: pytest.LogCaptureFixture) -> None:
    """A role that may not write is a mistake of the deployment; no record should pay for it."""
    url = postgres.new_database()
    first = DocumentStore(url, 1)
    first.add(DOCUMENT)
    first.close()
    engine = create_engine(url.replace("postgresql:", "postgresql+psycopg:"))
    with engine.begin() as connection:
        connection.execute(text("CREATE ROLE reader LOGIN"))
        connection.execute(text("GRANT SELECT ON documents TO reader"))
    engine.dispose()
    store = DocumentStore(url.replace("extraction@", "reader@"), 1)

    assert store.has(DOCUMENT.tenant_id, DOCUMENT.file_hash)
    with pytest.raises(failures.DatabaseUnavailableError):
        store.add(replace(DOCUMENT, file_hash="1" * 64))
    assert caplog.messages == ["the database is not to be had: InsufficientPrivilege 42501"]
    store.close()


def test_a_database_that_was_away_is_used_again(postgres: Postgres) -> None:
    store = DocumentStore(postgres.new_database(), 2)
    store.add(DOCUMENT)
    postgres.stop()
    try:
        with pytest.raises(failures.DatabaseUnavailableError):
            store.has(DOCUMENT.tenant_id, DOCUMENT.file_hash)
    finally:
        postgres.start()

    assert store.has(DOCUMENT.tenant_id, DOCUMENT.file_hash)
    store.close()
