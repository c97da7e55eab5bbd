"""What services tell at /metrics, read from a URL or a file: which group reads with which version, and who writes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import requests
from prometheus_client.parser import text_string_to_metric_families

from eventpact.errors import MetricsError
from eventpact.observe.table import PRODUCER, READS

__all__ = ["Told", "read_metrics", "told"]

TIMEOUT: Final = 10.0
MOST_BYTES: Final = 50_000_000


@dataclass(slots=True)
class Told:
    """Sums over everything that was read.

    Attributes:
        readers: groups by the version that they read with.
        read: events by group and the version that they were written with.
        writers: events by the version that producers write.
    """

    readers: dict[int, set[str]] = field(default_factory=dict[int, set[str]])
    read: dict[tuple[str, int], int] = field(default_factory=dict[tuple[str, int], int])
    writers: dict[int, int] = field(default_factory=dict[int, int])


def read_metrics(source: str) -> str:
    """The text at a URL or in a file. Raises MetricsError."""
    if urlsplit(source).scheme not in {"http", "https"}:
        try:
            return Path(source).read_text("utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise MetricsError(
                f"cannot read {source} ({type(error).__name__}); name a file or an http:// URL"
            ) from None
    try:
        with requests.get(source, timeout=TIMEOUT, stream=True, headers={"Accept": "text/plain"}) as answer:
            if answer.status_code != 200:
                raise MetricsError(f"{source} answered {answer.status_code}; a service shows its metrics at /metrics")
            body = answer.raw.read(MOST_BYTES + 1, decode_content=True)
    except requests.RequestException as error:
        raise MetricsError(f"{source} did not answer ({type(error).__name__})") from None
    if len(body) > MOST_BYTES:
        raise MetricsError(f"{source} sent more than {MOST_BYTES:,} bytes; narrow it down, as with /federate?match[]=")
    return str(body.decode("utf-8", "replace"))


def told(texts: Iterable[tuple[str, str]], topic: str) -> Told:
    """What the texts, each with its source, say about `topic`. Raises MetricsError for what is no metrics text."""
    found = Told()
    for source, text in texts:
        try:
            for family in text_string_to_metric_families(text):
                for sample in family.samples:
                    if sample.labels.get("topic") == topic:
                        _count(found, sample.name, sample.labels, sample.value)
        except (ValueError, KeyError, IndexError):
            raise MetricsError(f"{source} holds no metrics in Prometheus' text format") from None
    return found


def _count(found: Told, name: str, labels: dict[str, str], value: float) -> None:
    if name == READS.name:
        group, reader, writer = labels["group"], int(labels["reader_version"]), int(labels["writer_version"])
        found.readers.setdefault(reader, set()).add(group)
        found.read[group, writer] = found.read.get((group, writer), 0) + int(value)
    elif name == PRODUCER["published"].name:
        version = int(labels["writer_version"])
        found.writers[version] = found.writers.get(version, 0) + int(value)
