"""The parts of the service, put together, and how it ends."""

from __future__ import annotations

import logging
import os
from argparse import ArgumentParser
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from typing import Final

from eventpact import EventpactError, Settings, SettingsError, Worker
from eventpact.kafka import DeadLetterProcessor
from extraction_worker.extraction import Extraction
from extraction_worker.files import FileStore, s3_client
from extraction_worker.health import health_served
from extraction_worker.redact import Redactor
from extraction_worker.settings import ExtractionSettings
from extraction_worker.store import DocumentStore
from ingestion_events import IngestionEvent

__all__ = ["extraction", "main"]

CLEAN: Final = 0
STOPPED: Final = 1
"""Something is wrong outside, or with the topic; a new process may fare better."""
MISCONFIGURED: Final = 2
"""A restart changes nothing."""

LOG: Final = logging.getLogger(__name__)


@contextmanager
def extraction(settings: ExtractionSettings) -> Iterator[Extraction]:
    """The handler with all that it works with, closed at the end. Nothing is connected yet."""
    store = DocumentStore(settings.database_url, settings.concurrency)
    try:
        yield Extraction(
            FileStore(s3_client(settings.concurrency), settings.buckets, settings.max_bytes),
            Redactor(settings.phone_regions),
            store,
            settings.max_characters,
        )
    finally:
        store.close()


def work(settings: ExtractionSettings, kafka: Settings) -> None:
    """Extract until SIGTERM or SIGINT."""
    with extraction(settings) as made:
        worker = Worker(IngestionEvent, made.extract, kafka, concurrency=settings.concurrency)
        with health_served(settings.health, lambda: worker.ready, lambda: asdict(worker.stats())):
            worker.run()
        LOG.info("stopped: %s", worker.stats())


def work_on_dead_letters(settings: ExtractionSettings, kafka: Settings) -> None:
    """Try dead letters again, and park the hopeless, until SIGTERM or SIGINT."""
    with extraction(settings) as made:
        processor = DeadLetterProcessor(IngestionEvent, made.extract, kafka)
        processor.run()
        LOG.info("stopped: %s", processor.stats())


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one process of the service; its exit code."""
    parser = ArgumentParser(prog="python -m extraction_worker", description="Extracts the text of ingested documents.")
    parser.add_argument("--dead-letters", action="store_true", help="work on the dead letters instead of the topic")
    run = work_on_dead_letters if parser.parse_args(arguments).dead_letters else work
    log_briefly()
    try:
        run(ExtractionSettings.from_env(os.environ), Settings.from_env())
    except SettingsError as error:
        LOG.error("%s", error)
        return MISCONFIGURED
    except EventpactError as error:  # its text holds no value of an event
        LOG.error("%s", error)
        return STOPPED
    return CLEAN


def log_briefly() -> None:
    """What this service and its worker do; of libraries only warnings, and nothing of what they were given."""
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    for name in ("eventpact", "extraction_worker"):
        logging.getLogger(name).setLevel(logging.INFO)
    # The parser of PDFs warns of what it stumbles over, and that is somebody's document.
    logging.getLogger("pypdf").setLevel(logging.CRITICAL)
