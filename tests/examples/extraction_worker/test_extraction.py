"""The handler in a real worker, on the embedded broker and a local S3: stored once, or the right fate."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeAlias

import pytest
from sqlalchemy import create_engine, select

from eventpact.dead_letter import Reason
from eventpact.kafka import DeadLetterProcessor
from extraction_worker.extraction import Extraction
from extraction_worker.service import extraction
from extraction_worker.settings import ExtractionSettings
from extraction_worker.store import DOCUMENTS
from ingestion_events import IngestionEvent
from tests.examples.extraction_worker.calls import Calls
from tests.examples.extraction_worker.documents import LETTER, SECRETS, TENANT, announced, locked, pdf
from tests.examples.postgres import Postgres
from tests.examples.s3 import Bucket, s3_environment, scripted_s3
from tests.kafka.world import DEAD_LETTERS, SWIFT, Running, World, with_attempts

Announce: TypeAlias = Callable[[Callable[[bytes], str]], IngestionEvent]
"""From a function that puts a file and gives its URI, to the event."""

SEALED = locked(pdf("secret"), "password")
PARKED = "ingestion-events-parked"


@pytest.fixture
def world() -> Iterator[World]:
    with World() as made:
        yield made


@pytest.fixture
def settings(bucket: Bucket, tmp_path: Path) -> ExtractionSettings:
    return ExtractionSettings(
        database_url=f"sqlite:///{tmp_path / 'documents.db'}", buckets=(bucket.name,), max_bytes=10_000
    )


@pytest.fixture
def made(settings: ExtractionSettings) -> Iterator[Extraction]:
    with extraction(settings) as handler:
        yield handler


def publish(world: World, *events: IngestionEvent) -> None:
    for event in events:
        world.put(world.encode(event), key=event.tenant_id.encode())


def stored(url: str) -> list[dict[str, object]]:
    """Every row, all columns."""
    engine = create_engine(url.replace("postgresql:", "postgresql+psycopg:"))
    with engine.connect() as connection:
        found = [dict(row) for row in connection.execute(select(DOCUMENTS)).mappings()]
    engine.dispose()
    return found


def test_documents_are_extracted_redacted_and_stored(
    world: World, made: Extraction, settings: ExtractionSettings, bucket: Bucket
) -> None:
    text, sheet = LETTER.encode(), pdf("Dear Jane,", f"write to {SECRETS[0]}.")
    calls = Calls(made.extract)
    publish(
        world,
        announced(text, bucket.put("letter", text)),
        announced(sheet, bucket.put("sheet", sheet), "application/pdf"),
    )
    with world.running(calls):
        calls.wait(returned=2)
    rows = {row["mime_type"]: row for row in stored(settings.database_url)}

    assert rows["application/pdf"]["text"] == "Dear Jane,\nwrite to <EMAIL_ADDRESS>."
    assert rows["text/plain"]["redactions"] == {
        "CREDIT_CARD": 1,
        "EMAIL_ADDRESS": 1,
        "IBAN_CODE": 1,
        "PHONE_NUMBER": 1,
    }
    assert rows["text/plain"]["tenant_id"] == TENANT


def test_personal_data_is_in_no_column_no_log_and_no_dead_letter_text(
    world: World, made: Extraction, settings: ExtractionSettings, bucket: Bucket, caplog: pytest.LogCaptureFixture
) -> None:
    """What the file holds, and what the event says about people: the name of the file, paths, permissions."""
    caplog.set_level(logging.INFO)
    text, damaged = LETTER.encode(), b"%PDF-1.4 " + LETTER.encode()
    calls = Calls(made.extract)
    publish(
        world,
        announced(text, bucket.put("letter", text)),
        announced(damaged, bucket.put("damaged", damaged), "application/pdf"),
        announced(text, bucket.put("changed", text + b" "), file_hash="0" * 64),
    )
    with world.running(calls):
        letters = world.letters(2)
        calls.wait(returned=1)
    told = " ".join(
        [caplog.text, str(stored(settings.database_url))]
        + [f"{one.error_summary} {one.error_class} {one.error_location}" for one in letters]
    )

    assert len(stored(settings.database_url)) == 1
    assert "DamagedPdfError" in told, "the canary has to sing where it may"
    for secret in (*SECRETS, "Jane Doe", "jane.doe", "termination"):
        assert secret not in told


def test_a_document_that_comes_twice_is_stored_once_and_fetched_once(
    world: World, made: Extraction, settings: ExtractionSettings, bucket: Bucket
) -> None:
    event = announced(b"once", bucket.put("once", b"once"))
    calls = Calls(made.extract)
    publish(world, event, event)
    with world.running(calls):
        calls.wait(returned=2)
        bucket.delete("once")
        publish(world, event)
        calls.wait(returned=3)

    assert [row["text"] for row in stored(settings.database_url)] == ["once"]
    assert world.stored(DEAD_LETTERS) == 0


@pytest.mark.parametrize(
    ("event", "error"),
    [
        pytest.param(lambda put: announced(b"x", "s3://elsewhere/x"), "ForeignFileError", id="foreign"),
        pytest.param(lambda put: announced(b"x", put(b"x"), "image/png"), "UnsupportedTypeError", id="type"),
        pytest.param(lambda put: announced(b"x", put(b"x" * 10_001)), "FileTooLargeError", id="large"),
        pytest.param(lambda put: announced(b"x", put(b"y")), "WrongHashError", id="hash"),
        pytest.param(lambda put: announced(b"\xff", put(b"\xff")), "UnreadableTextError", id="text"),
        pytest.param(lambda put: announced(b"%PDF", put(b"%PDF"), "application/pdf"), "DamagedPdfError", id="damaged"),
        pytest.param(
            lambda put: announced(SEALED, put(SEALED), "application/pdf"), "EncryptedPdfError", id="encrypted"
        ),
    ],
)
def test_what_will_never_work_is_dead_lettered_at_once(
    world: World, made: Extraction, bucket: Bucket, event: Announce, error: str
) -> None:
    calls = Calls(made.extract)
    publish(world, event(lambda data: bucket.put("file", data)))
    with world.running(calls):
        [letter] = world.letters(1)

    assert (letter.reason, letter.error_class) == (Reason.REJECTED, f"extraction_worker.failures.{error}")
    assert calls.count == 1


def test_a_missing_file_is_asked_for_again_and_then_dead_lettered(
    world: World, made: Extraction, settings: ExtractionSettings, bucket: Bucket
) -> None:
    """S3 copies between regions in its own time: the event may be here first."""
    late, never = announced(b"late", f"s3://{bucket.name}/late"), announced(b"never", f"s3://{bucket.name}/never")
    calls = Calls(made.extract)
    publish(world, late)
    with world.running(calls, policy=with_attempts(1000)):
        calls.wait(raised=2)
        bucket.put("late", b"late")
        calls.wait(returned=1)
    publish(world, never)
    with world.running(made.extract):
        [letter] = world.letters(1)

    assert [row["text"] for row in stored(settings.database_url)] == ["late"]
    assert letter.reason is Reason.TRANSIENT_EXHAUSTED
    assert letter.error_class == "extraction_worker.failures.FileMissingError"


def test_a_dead_letter_is_extracted_when_its_file_has_come(
    world: World, made: Extraction, settings: ExtractionSettings, bucket: Bucket
) -> None:
    """The processor calls the same handler again, later."""
    publish(world, announced(b"late", f"s3://{bucket.name}/late"))
    with world.running(made.extract):
        world.letters(1)
    bucket.put("late", b"late")
    world.broker.create_topic(PARKED, 6)
    calls = Calls(made.extract)
    processor: Any = DeadLetterProcessor(
        IngestionEvent, calls, world.settings, registry=world.registry, policy=SWIFT, backoff=0.01
    )
    run = Running(processor)
    calls.wait(returned=1)
    run.stop()

    assert [row["text"] for row in stored(settings.database_url)] == ["late"]
    assert world.stored(PARKED) == 0


def test_a_storage_that_refuses_everybody_is_waited_for(
    world: World, settings: ExtractionSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Expired credentials: not one of the events may end among the dead letters."""
    events = [announced(str(number).encode(), f"s3://{settings.buckets[0]}/{number}") for number in range(5)]
    with scripted_s3() as script:
        for name, value in s3_environment(script.endpoint).items():
            monkeypatch.setenv(name, value)
        script.refuse(403, "ExpiredToken")
        with extraction(settings) as made:
            calls = Calls(made.extract)
            publish(world, *events)
            with world.running(calls) as run:
                calls.wait(raised=6)
                before = run.worker.stats()
                script.answer_with_key()
                calls.wait(returned=5)

    assert (before.handled, before.dead_lettered, before.retries) == (0, 0, 0)
    assert sorted(str(row["text"]) for row in stored(settings.database_url)) == ["0", "1", "2", "3", "4"]
    assert world.stored(DEAD_LETTERS) == 0


def test_a_database_that_is_down_is_waited_for(world: World, postgres: Postgres, bucket: Bucket) -> None:
    settings = ExtractionSettings(database_url=postgres.new_database(), buckets=(bucket.name,))
    texts = [str(number).encode() for number in range(5)]
    postgres.stop()
    try:
        with extraction(settings) as made:
            calls = Calls(made.extract)
            publish(world, *(announced(text, bucket.put(text.decode(), text)) for text in texts))
            with world.running(calls):
                calls.wait(raised=4)
                postgres.start()
                calls.wait(returned=5)
    finally:
        postgres.start()

    assert sorted(str(row["text"]) for row in stored(settings.database_url)) == ["0", "1", "2", "3", "4"]
    assert world.stored(DEAD_LETTERS) == 0
