"""What happens to one event. May be called again with the same one, and from several threads."""

from __future__ import annotations

import hashlib

from extraction_worker.failures import WrongHashError
from extraction_worker.files import FileStore
from extraction_worker.redact import Redactor
from extraction_worker.store import Document, DocumentStore
from extraction_worker.text import reader_of
from ingestion_events import IngestionEvent

__all__ = ["Extraction"]


class Extraction:
    """The handler: fetch, verify, read, redact, store."""

    def __init__(self, files: FileStore, redactor: Redactor, store: DocumentStore, max_characters: int) -> None:
        self._files = files
        self._redactor = redactor
        self._store = store
        self._max_characters = max_characters

    def extract(self, event: IngestionEvent) -> None:
        """The document's redacted text is stored afterwards; see `failures` for what it raises."""
        if self._store.has(event.tenant_id, event.file_hash):
            return  # a redelivery costs one look; the store is what makes sure, also when two workers race
        read = reader_of(event.mime_type, self._max_characters)
        data = self._files.fetch(event.s3_uri)
        if hashlib.sha256(data).hexdigest() != event.file_hash:
            raise WrongHashError
        redacted = self._redactor.redact(read(data))
        self._store.add(
            Document(
                tenant_id=event.tenant_id,
                file_hash=event.file_hash,
                s3_uri=event.s3_uri,
                mime_type=event.mime_type,
                source_type=event.source_type.value,
                accepted_at=event.timestamp,
                text=redacted.text,
                redactions=redacted.found,
            )
        )
