"""Ingestion events in, upload notices out: one notice per event, whatever is killed in between.

    python transform.py notices-0

The argument is the transactional id: one per running process, and the same one when that process is started again.
"""

import logging
import signal
import sys
import threading

from upload_notices import UploadNotice

from eventpact import Producer, Settings
from eventpact.errors import TransactionAborted
from eventpact.kafka import Reject, Source
from ingestion_events import IngestionEvent

GROUP = "upload-notices-transform"
LOG = logging.getLogger("transform")


def notice_of(event: IngestionEvent) -> UploadNotice:
    """Pure: it may be called again for an event whose transaction was aborted. Raises Reject."""
    kind = event.mime_type.partition(";")[0].strip().lower()
    if "/" not in kind:
        raise Reject("no media type")
    return UploadNotice(tenant_id=event.tenant_id, file_hash=event.file_hash, kind=kind)


def transform(settings: Settings, transactional_id: str, stop: threading.Event) -> None:
    """Run until stopped. Ends with an exception when this process has to be started again."""
    with (
        Producer(UploadNotice, settings, transactional_id=transactional_id) as producer,
        Source(IngestionEvent, settings, GROUP) as source,
    ):
        while not stop.is_set():
            batch = source.take(most=500, timeout=0.5)
            if not source.offsets():
                continue
            try:
                with producer.transaction(source):
                    for taken in batch:
                        try:
                            notice = notice_of(taken.event)
                        except Reject as error:
                            source.reject(taken, error)
                        else:
                            producer.publish(notice)
            except TransactionAborted as aborted:
                LOG.warning("%s", aborted)  # the source went back: the next batch holds the same events


def main() -> None:
    logging.basicConfig(level=logging.INFO)
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    transform(Settings.from_env(), sys.argv[1], stop)


if __name__ == "__main__":
    main()
