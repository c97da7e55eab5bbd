"""The dead-letter processor as a service: tries a worker's failures again, parks what stays hopeless, tells people.

    ALERT_URL=https://alerts.example.net/hook python service.py

Runs until SIGTERM or Ctrl-C. Everything else comes from the variables of docs/settings.md.
"""

import logging
import os

from eventpact import Settings
from eventpact.kafka import DeadLetterProcessor, Reject
from eventpact.kafka.alerts import Alert, Webhook, log_alert
from ingestion_events import IngestionEvent

LOG = logging.getLogger("dead-letters")


def handle(event: IngestionEvent) -> None:
    """Stands for the worker's own handler: import that one, so that both always agree."""
    if not event.s3_uri.startswith("s3://"):
        raise Reject("no place in S3")
    LOG.info("handled %s", event.file_hash)


def alert() -> Alert:
    """A webhook where one is named, which logs as well; else the log alone. The URL may hold a token: never log it."""
    url = os.environ.get("ALERT_URL")
    return Webhook(url) if url else log_alert


def main() -> None:
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s %(message)s")
    processor = DeadLetterProcessor(
        IngestionEvent,
        handle,
        Settings.from_env(),
        alert=alert(),
        backoff=float(os.environ.get("BACKOFF_SECONDS", "60")),
    )
    processor.run()
    counts = processor.stats()
    LOG.info("handled %d, failed again %d, parked %d", counts.handled, counts.failed, counts.parked)


if __name__ == "__main__":
    main()
