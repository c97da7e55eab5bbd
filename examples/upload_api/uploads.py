"""One upload: stored, announced, acknowledged, in this order."""

from __future__ import annotations

import logging
from datetime import UTC, datetime
from typing import BinaryIO, Final

from eventpact import Codec, Producer
from eventpact.errors import KafkaError
from eventpact.kafka import Delivery
from ingestion_events import IngestionEvent, SourceType
from upload_api.files import FileStore, StorageError, digest_of
from upload_api.problems import come_back

__all__ = ["Uploads"]

LOG: Final = logging.getLogger(__name__)


class Uploads:
    """May be shared by threads; there is one producer and one S3 client per process."""

    def __init__(
        self,
        files: FileStore,
        producer: Producer[IngestionEvent],
        codec: Codec[IngestionEvent],
        acknowledged_within: float,
    ) -> None:
        self._files = files
        self._producer = producer
        self._codec = codec
        self._acknowledged_within = acknowledged_within

    def take(self, tenant_id: str, file: BinaryIO, filename: str, mime_type: str) -> tuple[str, Delivery]:
        """The file is stored and its event acknowledged afterwards; its hash, and where the event is.

        Raises:
            EncodeError: the event would break its contract; nothing was stored.
            HTTPException: 503, it is not certain that both happened. The same request again does no harm: the file has
                the same place, and who handles the event knows it by its hash.
        """
        digest = digest_of(file)
        event = IngestionEvent(
            tenant_id=tenant_id,
            source_type=SourceType.UPLOAD,
            file_hash=digest.hex(),
            s3_uri=self._files.uri(tenant_id, digest),
            original_filename=filename,
            mime_type=mime_type,
            timestamp=this_millisecond(),
        )
        self._codec.encode(event)  # refuses what the producer would refuse, before there is a file without an event
        try:
            self._files.put(tenant_id, digest, file, mime_type)
        except StorageError as error:
            LOG.warning("a file was not stored: %s", error.code)
            raise come_back("the file could not be stored") from error
        try:
            return event.file_hash, self._producer.submit(event).result(self._acknowledged_within)
        except (KafkaError, TimeoutError) as error:
            LOG.warning("an event was not acknowledged: %s", getattr(error, "code", None) or type(error).__name__)
            raise come_back("the upload could not be announced") from error


def this_millisecond() -> datetime:
    """Now, as exactly as the contract can say it; finer digits are refused, not dropped in silence."""
    now = datetime.now(UTC)
    return now.replace(microsecond=now.microsecond // 1000 * 1000)
