"""From a client's upload to a row without personal data: both services, one contract between them."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import create_engine, select

from eventpact import Contract, Settings, Worker
from extraction_worker.service import extraction
from extraction_worker.settings import ExtractionSettings
from extraction_worker.store import DOCUMENTS
from ingestion_events import IngestionEvent
from tests.examples.extraction_worker.calls import Calls
from tests.examples.extraction_worker.documents import LETTER, pdf
from tests.examples.s3 import Bucket
from tests.kafka.world import SWIFT, Running
from upload_api.app import create_app
from upload_api.settings import UploadSettings

TENANTS = ("0f8fad5b-d9cb-469f-a165-70867728950e", "7d444840-9dc0-11d1-b245-5ffdce74fad2")


@pytest.mark.parametrize("copies", [1, 3])
def test_an_upload_becomes_a_redacted_document_of_its_tenant(
    eventpact_topics: Callable[[type], Contract],
    eventpact_settings: Settings,
    bucket: Bucket,
    tmp_path: Path,
    copies: int,
) -> None:
    contract = eventpact_topics(IngestionEvent)
    url = f"sqlite:///{tmp_path / 'documents.db'}"
    uploads = [
        (tenant, data, mime_type)
        for tenant in TENANTS
        for data, mime_type in ((LETTER.encode(), "text/plain"), (pdf("to jane@corp.intern"), "application/pdf"))
    ]
    with TestClient(create_app(UploadSettings(bucket=bucket.name), eventpact_settings, contract)) as client:
        answers = [
            client.post("/documents", files={"file": ("Jane Doe", data, kind)}, headers={"X-Tenant-Id": tenant})
            for tenant, data, kind in uploads * copies
        ]
    with extraction(ExtractionSettings(database_url=url, buckets=(bucket.name,))) as made:
        calls = Calls(made.extract)
        worker = Worker(
            IngestionEvent,
            calls,
            eventpact_settings,
            contract=contract,
            policy=SWIFT,
            concurrency=8,
            stop=threading.Event(),
        )
        run = Running(worker)
        calls.wait(returned=len(answers))
        run.stop()
    engine = create_engine(url)
    with engine.connect() as connection:
        rows = connection.execute(select(DOCUMENTS)).all()
    engine.dispose()

    assert [answer.status_code for answer in answers] == [201] * len(answers)
    assert {(row.tenant_id, row.file_hash) for row in rows} == {
        (tenant, answer.json()["file_hash"]) for (tenant, _, _), answer in zip(uploads * copies, answers, strict=True)
    }
    assert len(rows) == 4
    assert {row.text for row in rows if row.mime_type == "application/pdf"} == {"to <EMAIL_ADDRESS>"}
    assert calls.raised == []
