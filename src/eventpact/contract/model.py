"""What a contract says: which event travels on which topic, under which promises. Values only, no file is read here."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Final, Literal, Self, TypeAlias, get_args

from eventpact.schema import Level

__all__ = ["Contract", "DeadLetterTopic", "LetterFormat", "SubjectStrategy", "Topic"]

SubjectStrategy: TypeAlias = Literal["topic-name"]
"""How the registry subject is named. One contract per topic, so the topic's name is enough."""

LetterFormat: TypeAlias = Literal["envelope", "raw"]
"""How a dead letter is written: in its own Avro record, or as the original value with everything else in headers."""

MAX_PARTITIONS: Final = 10_000
"""A guard against typing errors: far above what one topic needs, far below what hurts a cluster."""

_TOPIC: Final = re.compile(r"[a-zA-Z0-9._-]{1,249}")
_SETTING: Final = re.compile(r"[a-z0-9._-]+")


@dataclass(frozen=True, slots=True)
class Topic:
    """A topic as it should be. ``retention_ms`` is ``None`` for ever; ``settings`` are Kafka topic settings.

    Raises:
        ValueError: the name breaks Kafka's rule (1 to 249 of ``a-z A-Z 0-9 . _ -``, not ``.`` or ``..``), or a
            number is out of bounds.
    """

    name: str
    partitions: int
    retention_ms: int | None = None
    settings: Mapping[str, str] = field(default_factory=dict[str, str], hash=False)

    def __post_init__(self) -> None:
        if not _TOPIC.fullmatch(self.name) or self.name in {".", ".."}:
            raise ValueError(
                f"{self.name!r} is not a Kafka topic name: 1 to 249 of a-z A-Z 0-9 . _ - and neither '.' nor '..'"
            )
        if not 1 <= self.partitions <= MAX_PARTITIONS:
            raise ValueError(f"partitions must be 1 to {MAX_PARTITIONS}, not {self.partitions}")
        if self.retention_ms is not None and not 0 < self.retention_ms < 2**63:
            raise ValueError("retention must be positive and fit into 64 bits of milliseconds")
        for key in self.settings:
            if not _SETTING.fullmatch(key):
                raise ValueError(f"{key!r} is not the name of a topic setting")
            if key == "retention.ms":
                raise ValueError("retention.ms is said by the key retention")
        object.__setattr__(self, "settings", MappingProxyType(dict(self.settings)))

    def config(self) -> dict[str, str]:
        """All Kafka topic settings, ``retention.ms`` included (-1 is for ever)."""
        retention = -1 if self.retention_ms is None else self.retention_ms
        return {"retention.ms": str(retention), **self.settings}

    def __reduce__(self) -> tuple[type[Topic], tuple[str, int, int | None, dict[str, str]]]:
        # A mappingproxy does not pickle.
        return Topic, (self.name, self.partitions, self.retention_ms, dict(self.settings))


@dataclass(frozen=True, slots=True)
class DeadLetterTopic:
    """Where records go that no handler could take: the topic, its reader group, and how often they are tried again.

    ``schema`` is the file name of the envelope's schema; raw dead letters need none.
    """

    topic: Topic
    max_retries: int
    group: str
    schema: str | None = None
    format: LetterFormat = "envelope"

    def __post_init__(self) -> None:
        if self.format not in get_args(LetterFormat):
            raise ValueError(f"a dead letter's format is one of {', '.join(get_args(LetterFormat))}")
        if not 0 <= self.max_retries <= 1000:
            raise ValueError(f"max_retries must be 0 to 1000, not {self.max_retries}")
        _check_group(self.group)

    @property
    def readable(self) -> bool:
        """Can its dead letters be told from other records? Envelopes need their schema for that."""
        return self.format == "raw" or self.schema is not None


@dataclass(frozen=True, slots=True)
class Contract:
    """One event on one topic.

    Attributes:
        name: its name in the manifest.
        schema: file name of its schema, relative to the manifest.
        event: Avro full name of the event's record.
        key: Avro name of the field whose text is the record key.
        level: what the registry enforces for the subject.
        groups: the consumer groups that are known to read the topic.
        owner: who answers for the event, such as a team; ``None`` where nobody is named.
    """

    name: str
    schema: str
    event: str
    topic: Topic
    key: str
    level: Level
    subject_strategy: SubjectStrategy = "topic-name"
    groups: tuple[str, ...] = ()
    dead_letter: DeadLetterTopic | None = None
    owner: str | None = None

    def __post_init__(self) -> None:
        if self.owner is not None and not _is_name(self.owner):
            raise ValueError(f"{self.owner!r} is no owner: 1 to 255 printable characters, no blank at either end")
        for group in self.groups:
            _check_group(group)
        if len(set(self.groups)) != len(self.groups):
            raise ValueError("a group is listed twice")
        if self.dead_letter is None:
            return
        if self.dead_letter.topic.name == self.topic.name:
            raise ValueError("the dead-letter topic is the topic itself: every dead letter would come back as an event")
        if self.dead_letter.group in self.groups:
            raise ValueError("the group that reads the dead letters must not be one that reads the events")

    @property
    def parked_topic(self) -> str:
        """Where records end that even the dead-letter processor gives up, unless it is told otherwise."""
        return f"{self.topic.name}-parked"

    @property
    def subject(self) -> str:
        """The registry subject of the event's schema."""
        return f"{self.topic.name}-value"

    @property
    def dead_letter_subject(self) -> str | None:
        """The registry subject of the dead letter's schema, ``None`` when there is no such schema."""
        if self.dead_letter is None or self.dead_letter.schema is None:
            return None
        return f"{self.dead_letter.topic.name}-value"

    def on_topic(self, name: str) -> Self:
        """The same contract on another topic, such as a test's own."""
        return replace(self, topic=replace(self.topic, name=name))


def _is_name(text: str) -> bool:
    return 0 < len(text) <= 255 and text.isprintable() and text == text.strip()


def _check_group(group: str) -> None:
    if not _is_name(group):
        raise ValueError(f"{group!r} is not a consumer group: 1 to 255 printable characters, no blank at either end")
