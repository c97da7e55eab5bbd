"""Topics as the contracts want them: created where missing, read back and compared where not. Nothing is altered."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Protocol

from eventpact.errors import TopicError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from eventpact.contract import Contract, Topic

__all__ = ["Difference", "FoundTopic", "TopicReport", "Topics", "compare", "ensure_topic", "ensure_topics", "topics_of"]


@dataclass(frozen=True, slots=True)
class FoundTopic:
    """A topic as the broker has it. `settings` are all that it shows, defaults included."""

    name: str
    partitions: int
    settings: Mapping[str, str] = field(default_factory=dict[str, str])

    def __post_init__(self) -> None:
        object.__setattr__(self, "settings", MappingProxyType(dict(self.settings)))


class Topics(Protocol):
    """Who can make and describe topics. Raises TopicError or BrokerUnavailableError, in bounded time."""

    def create(self, topic: Topic) -> bool:
        """Make the topic with its settings. False where a topic of this name exists; it is left as it is."""
        ...

    def describe(self, name: str) -> FoundTopic | None:
        """The topic as it stands, `None` where there is none."""
        ...


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing about a topic that is not as promised. `found` is `None` where the broker does not show it."""

    topic: str
    what: str
    wanted: str
    found: str | None

    def __str__(self) -> str:
        found = "not shown by the broker" if self.found is None else f"found {self.found}"
        return f"{self.topic}: {self.what} should be {self.wanted}, {found}"


@dataclass(frozen=True, slots=True)
class TopicReport:
    """What `ensure_topics` did and found."""

    created: tuple[str, ...] = ()
    differences: tuple[Difference, ...] = ()


def compare(wanted: Topic, found: FoundTopic) -> tuple[Difference, ...]:
    """Partitions first, then settings by name. Settings that the contract does not mention may be anything."""
    rows: list[tuple[str, str, str | None]] = [("partitions", str(wanted.partitions), str(found.partitions))]
    rows += [(key, value, found.settings.get(key)) for key, value in sorted(wanted.config().items())]
    return tuple(Difference(wanted.name, *row) for row in rows if not same(row[1], row[2]))


def same(wanted: str, found: str | None) -> bool:
    """Lists such as `compact, delete` have no order and no blanks; brokers show them without."""
    return found is not None and _listed(wanted) == _listed(found)


def _listed(value: str) -> list[str]:
    return sorted(part.strip() for part in value.split(","))


def topics_of(contract: Contract) -> tuple[Topic, ...]:
    """The topic of the events and, where there is one, that of the dead letters."""
    return (contract.topic,) if contract.dead_letter is None else (contract.topic, contract.dead_letter.topic)


def ensure_topic(topics: Topics, wanted: Topic) -> TopicReport:
    """The topic exists afterwards. What the broker made of it is read back, also of one just created."""
    created = topics.create(wanted)
    found = topics.describe(wanted.name)
    if found is None:
        raise TopicError(
            f"topic {wanted.name} cannot be seen, though the broker has it; ask for the right to describe it"
        )
    return TopicReport((wanted.name,) if created else (), compare(wanted, found))


def ensure_topics(topics: Topics, contract: Contract) -> TopicReport:
    """As `ensure_topic`, for all topics of a contract. Differences are for the caller to judge: nothing is altered."""
    reports = [ensure_topic(topics, wanted) for wanted in topics_of(contract)]
    return TopicReport(
        created=tuple(name for report in reports for name in report.created),
        differences=tuple(difference for report in reports for difference in report.differences),
    )
