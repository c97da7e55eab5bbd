"""Which dead letters are meant: a frozen question, asked of one letter at a time."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from datetime import datetime

from eventpact.dead_letter import DeadLetter, Reason, Stage

__all__ = ["LetterFilter"]


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterFilter:
    """Everything that is not `None` has to hold.

    Attributes:
        since, until: when the record failed last; `until` is excluded. Aware.
        partition: of the dead-letter topic.
        first_offset, last_offset: in the dead-letter topic, both included.
    """

    tenant: str | None = None
    reason: Reason | None = None
    stage: Stage | None = None
    schema_id: int | None = None
    since: datetime | None = None
    until: datetime | None = None
    partition: int | None = None
    first_offset: int | None = None
    last_offset: int | None = None

    def matches(self, letter: DeadLetter) -> bool:
        """Is this letter meant? Its place is the reader's business: see `clip`."""
        return (
            (self.tenant is None or letter.tenant_id == self.tenant)
            and (self.reason is None or letter.reason is self.reason)
            and (self.stage is None or letter.stage is self.stage)
            and (self.schema_id is None or letter.schema_id == self.schema_id)
            and (self.since is None or letter.failed_at >= self.since)
            and (self.until is None or letter.failed_at < self.until)
        )

    def clip(self, partition: int, start: int, end: int) -> tuple[int, int]:
        """The part of a partition's offsets, `end` excluded, in which letters can be meant."""
        if self.partition is not None and partition != self.partition:
            return end, end
        first = start if self.first_offset is None else max(start, self.first_offset)
        last = end if self.last_offset is None else min(end, self.last_offset + 1)
        return (first, last) if first < last else (end, end)

    def __or__(self, other: LetterFilter) -> LetterFilter:
        """Both questions at once; they do not ask about the same."""
        said = {name: value for name in self.__slots__ if (value := getattr(other, name)) is not None}
        return replace(self, **said)

    @property
    def digest(self) -> str:
        """Eight characters that tell this question from others."""
        said = "|".join(f"{name}={getattr(self, name)}" for name in self.__slots__)
        return hashlib.sha256(said.encode()).hexdigest()[:8]
