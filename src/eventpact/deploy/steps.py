"""What a plan can do to the world, as values. Topics are never deleted, subjects softly and with a waiver only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from eventpact.contract import Topic
from eventpact.ids import Version
from eventpact.schema import Level

__all__ = [
    "AddPartitions",
    "AlterTopic",
    "Change",
    "CreateTopic",
    "DeleteSubject",
    "RegisterSchema",
    "SetLevel",
    "Step",
    "Use",
]

Change: TypeAlias = Literal["new subject", "new version", "documentation only"]


@dataclass(frozen=True, slots=True)
class CreateTopic:
    """Make a topic with its settings."""

    topic: Topic

    @property
    def target(self) -> str:
        return f"topic {self.topic.name}"

    def __str__(self) -> str:
        return f"create topic {self.topic.name} with {self.topic.partitions} partitions"


@dataclass(frozen=True, slots=True)
class AddPartitions:
    """Raise a topic's partition count. Keys move: what a key's order meant before does not hold across the change."""

    topic: str
    partitions: int
    found: int

    @property
    def target(self) -> str:
        return f"topic {self.topic}"

    def __str__(self) -> str:
        return f"add partitions to topic {self.topic}: {self.found} -> {self.partitions}"


@dataclass(frozen=True, slots=True)
class AlterTopic:
    """Set topic settings. Those that are not named stay as they are."""

    topic: str
    settings: Mapping[str, str] = field(hash=False)
    found: Mapping[str, str | None] = field(hash=False)

    @property
    def target(self) -> str:
        return f"topic {self.topic}"

    def __str__(self) -> str:
        changes = ", ".join(f"{key}: {self.found[key] or 'not shown'} -> {self.settings[key]}" for key in self.settings)
        return f"alter topic {self.topic}: {changes}"


@dataclass(frozen=True, slots=True)
class SetLevel:
    """Set a subject's own compatibility level. ``found`` is ``None`` where the global one applied."""

    subject: str
    level: Level
    found: Level | None

    @property
    def target(self) -> str:
        return f"subject {self.subject}"

    def __str__(self) -> str:
        return f"set level of subject {self.subject}: {self.found or 'global'} -> {self.level}"


@dataclass(frozen=True, slots=True, order=True)
class Use:
    """A reference to a type that stands in the subject of its name. ``None``: in a version that this plan registers."""

    name: str
    version: Version | None


@dataclass(frozen=True, slots=True)
class RegisterSchema:
    """Register a schema. ``text`` is its stored form, so that formatting never makes a version."""

    subject: str
    text: str
    uses: tuple[Use, ...]
    change: Change

    @property
    def target(self) -> str:
        return f"subject {self.subject}"

    def __str__(self) -> str:
        return f"register schema in subject {self.subject}: {self.change}"


@dataclass(frozen=True, slots=True)
class DeleteSubject:
    """Soft-delete all versions of a subject that the manifest no longer wants. Its ids keep their meaning."""

    subject: str
    versions: tuple[Version, ...]

    @property
    def target(self) -> str:
        return f"subject {self.subject}"

    def __str__(self) -> str:
        versions = "1 version" if len(self.versions) == 1 else f"{len(self.versions)} versions"
        return f"soft-delete subject {self.subject}: {versions}, no longer in the manifest"


Step: TypeAlias = CreateTopic | AddPartitions | AlterTopic | SetLevel | RegisterSchema | DeleteSubject
