"""What one look at broker and registry finds. Values only; what could not be found out is said in `gaps`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

__all__ = ["ContractLook", "Ends", "GroupLook", "LetterSample", "Look", "Sample", "TopicLook"]


@dataclass(frozen=True, slots=True)
class Ends:
    """The offsets that a partition holds, `high` excluded."""

    low: int
    high: int

    @property
    def stored(self) -> int:
        """How many records, markers of transactions included."""
        return max(0, self.high - self.low)


@dataclass(frozen=True, slots=True)
class TopicLook:
    """A topic's partitions by number; `None` when there is no such topic."""

    name: str
    partitions: Mapping[int, Ends] | None

    @property
    def stored(self) -> int:
        return sum(ends.stored for ends in (self.partitions or {}).values())


@dataclass(frozen=True, slots=True)
class GroupLook:
    """A consumer group on one topic.

    Attributes:
        state: as the broker names it, `None` where it does not say.
        members: how many, on whatever topics; `None` where the broker does not say.
        owners: client id by partition.
        committed: offset by partition; a partition without a commit is left out.
        oldest_ms: time stamp of the first record that is not processed, by partition; left out where there is none.
    """

    name: str
    state: str | None = None
    members: int | None = None
    owners: Mapping[int, str] = field(default_factory=dict[int, str])
    committed: Mapping[int, int] = field(default_factory=dict[int, int])
    oldest_ms: Mapping[int, int] = field(default_factory=dict[int, int])


@dataclass(frozen=True, slots=True)
class Sample:
    """The newest records of a topic, counted.

    Attributes:
        read: how many records.
        complete: they are all that the topic holds.
        tenants: records by key, as visible ASCII.
        writers: records by the writer's schema: `v3`, `id 17` where that is no version of the subject, `no frame`.
    """

    read: int
    complete: bool
    tenants: Mapping[str, int]
    writers: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class LetterSample:
    """The newest dead letters, counted by reason; `complete` when these are all."""

    read: int
    complete: bool
    reasons: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class ContractLook:
    """One contract's topic, its readers and its dead letters; without dead letters these are `None`.

    `strangers` are groups that have read the topic and that the contract does not name; `unread` are groups whose
    offsets could not be read: they are not among `groups`.
    """

    name: str
    topic: TopicLook
    groups: tuple[GroupLook, ...] = ()
    sample: Sample | None = None
    letters: TopicLook | None = None
    letters_group: GroupLook | None = None
    letters_sample: LetterSample | None = None
    parked: TopicLook | None = None
    strangers: tuple[str, ...] = ()
    unread: tuple[str, ...] = ()
    gaps: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Look:
    """Everything at one moment: `monotonic` seconds for intervals, `wall_ms` for ages."""

    monotonic: float
    wall_ms: int
    contracts: tuple[ContractLook, ...]
    gaps: tuple[str, ...] = ()
