"""What a person wants to know of a contract, a group, a partition. Values only; `reporting` makes them."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["ContractReport", "GroupReport", "GroupRow", "LettersReport", "PartitionRow", "Report", "Share"]


@dataclass(frozen=True, slots=True)
class Share:
    """How much of a sample goes by this name, from 0 to 1."""

    name: str
    share: float


@dataclass(frozen=True, slots=True)
class PartitionRow:
    """A partition of the topic.

    `rate`: records a second written since the earlier look; `None` without one. `end`: the next record's offset.
    """

    partition: int
    end: int
    stored: int
    share: float
    rate: float | None


@dataclass(frozen=True, slots=True)
class GroupRow:
    """A group on a partition.

    Attributes:
        lag: records that it has not committed; a group without a commit has to read them all.
        oldest: seconds since the first of them was written; `None` when there is none, or nobody could say.
        rate: records a second committed since the earlier look.
        owner: client id of the member that holds the partition.
        missed: records that retention deleted before the group committed them.
        committed: its offset; `None` without a commit.
    """

    partition: int
    lag: int
    oldest: float | None
    rate: float | None
    owner: str | None
    missed: int
    committed: int | None


@dataclass(frozen=True, slots=True)
class GroupReport:
    """A group on the whole topic: sums, and the worst of ages."""

    name: str
    state: str | None
    members: int | None
    lag: int
    oldest: float | None
    rate: float | None
    missed: int
    rows: tuple[GroupRow, ...]


@dataclass(frozen=True, slots=True)
class LettersReport:
    """The dead letters. `reasons` come from the newest `sampled` ones; `group` is the processor's."""

    topic: str
    exists: bool
    stored: int
    rate: float | None
    parked: int | None
    sampled: int
    complete: bool
    reasons: tuple[Share, ...]
    group: GroupReport | None


@dataclass(frozen=True, slots=True)
class ContractReport:
    """One contract. `skew`: the fullest partition against an even one; 1 is even, `None` for an empty topic.

    `tenants`, the busiest first, and `writers` are shares of the newest `sampled` records. `strangers` are groups that
    have read the topic and that the contract does not name, `unread` are groups of which nobody knows how they stand.
    """

    name: str
    topic: str
    exists: bool
    stored: int
    rate: float | None
    skew: float | None
    partitions: tuple[PartitionRow, ...]
    groups: tuple[GroupReport, ...]
    sampled: int
    complete: bool
    tenants_seen: int
    tenants: tuple[Share, ...]
    writers: tuple[Share, ...]
    letters: LettersReport | None
    strangers: tuple[str, ...]
    unread: tuple[str, ...]
    gaps: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Report:
    """Everything at one moment. `seconds` lie between the two looks; `None` when there was no earlier one."""

    wall_ms: int
    seconds: float | None
    contracts: tuple[ContractReport, ...]
    gaps: tuple[str, ...]

    @property
    def unread(self) -> tuple[str, ...]:
        """Groups of which nobody knows how they stand."""
        return tuple(group for contract in self.contracts for group in contract.unread)

    @property
    def lag(self) -> int:
        """The largest lag of a group."""
        return max((group.lag for contract in self.contracts for group in contract.groups), default=0)

    @property
    def oldest(self) -> float:
        """The largest age of an unprocessed record, in seconds; 0 when everything is processed."""
        ages = [group.oldest for contract in self.contracts for group in contract.groups]
        return max((age for age in ages if age is not None), default=0.0)
