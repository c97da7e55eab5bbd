"""What lies on a dead-letter topic, counted in one pass; and how much of it could go."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from eventpact.kafka.letter_filter import LetterFilter
from eventpact.kafka.letter_scan import Scanned, Span

__all__ = ["LetterStats", "count", "expiring_before", "purgeable"]

MOST_TENANTS: Final = 10_000
OTHERS: Final = "(others)"
LAST_SHARE: Final = 10


@dataclass(slots=True)
class LetterStats:
    """Counts of the letters that a filter means. After 10,000 tenants further ones are counted together.

    `expiring` of them are so old that the topic's retention soon deletes them.
    """

    read: int = 0
    matched: int = 0
    unreadable: int = 0
    expiring: int = 0
    oldest: datetime | None = None
    newest: datetime | None = None
    reasons: Counter[str] = field(default_factory=Counter[str])
    stages: Counter[str] = field(default_factory=Counter[str])
    schema_ids: Counter[str] = field(default_factory=Counter[str])
    retries: Counter[str] = field(default_factory=Counter[str])
    partitions: Counter[str] = field(default_factory=Counter[str])
    tenants: Counter[str] = field(default_factory=Counter[str])


def expiring_before(retention_ms: int | None, now_ms: int) -> int:
    """Records written before this, in milliseconds since 1970 UTC, have a tenth of their time left, or less."""
    return 0 if retention_ms is None else now_ms - retention_ms + retention_ms // LAST_SHARE


def count(
    letters: Iterable[Scanned],
    wanted: LetterFilter,
    expiring: int = 0,
    tenant_name: Callable[[str], str] = lambda tenant: tenant,
) -> LetterStats:
    """Read to the end and count; what was written before `expiring` is counted as such."""
    stats = LetterStats()
    for scanned in letters:
        stats.read += 1
        letter = scanned.letter
        if letter is None:
            stats.unreadable += 1
            continue
        if not wanted.matches(letter):
            continue
        stats.matched += 1
        stats.expiring += 0 <= scanned.record.timestamp_ms < expiring
        stats.oldest = letter.failed_at if stats.oldest is None else min(stats.oldest, letter.failed_at)
        stats.newest = letter.failed_at if stats.newest is None else max(stats.newest, letter.failed_at)
        stats.reasons[letter.reason.value] += 1
        stats.stages[letter.stage.value] += 1
        stats.schema_ids["none" if letter.schema_id is None else str(letter.schema_id)] += 1
        stats.retries[str(letter.retry_count)] += 1
        stats.partitions[str(scanned.record.partition)] += 1
        tenant = "none" if letter.tenant_id is None else tenant_name(letter.tenant_id)
        if tenant not in stats.tenants and len(stats.tenants) >= MOST_TENANTS:
            tenant = OTHERS
        stats.tenants[tenant] += 1
    return stats


def purgeable(
    letters: Iterable[Scanned], wanted: LetterFilter, spans: Mapping[int, Span], settled: Mapping[int, int]
) -> dict[int, int]:
    """By partition the offset below which everything is meant by the filter and settled by the processors.

    Kafka deletes from the front only, so the first record that has to stay keeps all that follow. Partitions where
    nothing could go are left out.
    """
    before: dict[int, int] = {partition: min(settled.get(partition, 0), span.end) for partition, span in spans.items()}
    for scanned in letters:
        partition, offset = scanned.record.partition, scanned.record.offset
        meant = scanned.letter is not None and wanted.matches(scanned.letter)
        if not meant:
            before[partition] = min(before[partition], offset)
    return {partition: offset for partition, offset in sorted(before.items()) if offset > spans[partition].start}
