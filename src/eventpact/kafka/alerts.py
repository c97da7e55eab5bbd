"""Telling people that records were parked: coordinates and causes, never a value."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, TypeAlias
from urllib.parse import urlsplit

import requests

from eventpact.secret import Secret

__all__ = ["Alert", "Parked", "Webhook", "log_alert"]

LOG: Final = logging.getLogger(__name__)
LISTED: Final = 100


@dataclass(frozen=True, slots=True)
class Parked:
    """One parked record. `dlq_id` and `reason` are `None` for a record that was no dead letter.

    `place` is where it stood, as topic[partition]@offset; `cause` is one of `retries`, `hopeless`, `forged`, `junk`,
    `failed`.
    """

    topic: str
    place: str
    cause: str
    dlq_id: str | None = None
    reason: str | None = None
    retry_count: int | None = None


Alert: TypeAlias = Callable[[tuple[Parked, ...]], object]
"""Called with what was parked since the last call, after it is stored and before offsets move: best effort. It may be
told of one record twice."""


class Hidden(logging.Filter):
    """Keeps what may be a token out of the HTTP library's own lines, which quote the path of every request."""

    def __init__(self) -> None:
        super().__init__()
        self._paths: set[str] = set()

    def hide(self, url: str) -> None:
        """From now on the part of this URL that follows its host is not logged."""
        parts = urlsplit(url)
        self._paths.add(parts.path + (f"?{parts.query}" if parts.query else ""))
        logging.getLogger("urllib3.connectionpool").addFilter(self)  # a second time does nothing

    def filter(self, record: logging.LogRecord) -> bool:
        if isinstance(record.args, tuple):
            record.args = tuple("***" if isinstance(one, str) and one in self._paths else one for one in record.args)
        return True


HIDDEN: Final = Hidden()


def log_alert(parked: tuple[Parked, ...]) -> None:
    """The default: one line per record, as an error."""
    for one in parked:
        LOG.error(
            "parked on %s: %s (%s, %s after %s retries)", one.topic, one.place, one.cause, one.reason, one.retry_count
        )


class Webhook:
    """Posts what was parked to a URL, as `{"parked": 3, "records": [...]}` with at most 100 records.

    A failed post is logged and not repeated; nothing waits for it longer than `timeout` seconds. The URL may hold a
    token, so it is never shown.
    """

    def __init__(self, url: str, *, timeout: float = 5.0) -> None:
        if not url.startswith(("http://", "https://")):
            raise ValueError("expected an http:// or https:// URL")
        self._url = Secret(url)
        self._timeout = timeout
        HIDDEN.hide(url)

    def __call__(self, parked: tuple[Parked, ...]) -> None:
        log_alert(parked)
        records = [
            {
                "topic": one.topic,
                "place": one.place,
                "cause": one.cause,
                "dlq_id": one.dlq_id,
                "reason": one.reason,
                "retry_count": one.retry_count,
            }
            for one in parked[:LISTED]
        ]
        problem: str
        try:
            answer = requests.post(
                self._url.reveal(),
                json={"parked": len(parked), "records": records},
                timeout=self._timeout,
                allow_redirects=False,
            )
        except (requests.RequestException, ValueError) as error:
            problem = type(error).__name__
        else:
            if 200 <= answer.status_code < 300:  # a redirect is not followed, so nobody was told
                return
            problem = f"status {answer.status_code}"
        LOG.error("the alert webhook did not take %d parked records: %s", len(parked), problem)
