"""What else a released contract promised: its topic, its key, its level. Stored next to the schema of the version."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from eventpact.contract import Contract, Manifest, Topic
from eventpact.schema import Level, Schema

__all__ = ["Facts", "Guarded", "guarded"]


@dataclass(frozen=True, slots=True)
class Facts:
    """``retention_ms`` is ``None`` for ever; ``key`` is ``None`` where the key is no field of the event."""

    topic: str
    partitions: int
    retention_ms: int | None
    settings: Mapping[str, str] = field(hash=False)
    key: str | None
    level: Level
    event: str

    def to_json(self) -> dict[str, object]:
        return {
            "topic": self.topic,
            "partitions": self.partitions,
            "retention_ms": self.retention_ms,
            "settings": dict(sorted(self.settings.items())),
            "key": self.key,
            "level": self.level.name,
            "event": self.event,
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Facts:
        """The inverse of `to_json`. KeyError, TypeError or ValueError when it is not one."""
        return cls(
            topic=str(value["topic"]),
            partitions=int(value["partitions"]),
            retention_ms=None if value["retention_ms"] is None else int(value["retention_ms"]),
            settings={str(key): str(text) for key, text in value["settings"].items()},
            key=None if value["key"] is None else str(value["key"]),
            level=Level[value["level"]],
            event=str(value["event"]),
        )


@dataclass(frozen=True, slots=True)
class Guarded:
    """One schema on one topic, as the working tree has it: ``contract``'s own, or its dead letter's.

    ``at`` is its place in the manifest.
    """

    name: str
    contract: str
    schema: Schema
    file: str
    facts: Facts
    at: tuple[str, ...]


def guarded(manifest: Manifest) -> tuple[Guarded, ...]:
    """Every contract, and every dead letter that has a schema of its own (``<contract>.dead_letter``)."""
    found: list[Guarded] = []
    for contract in manifest.contracts:
        at = ("contracts", contract.name)
        facts = _facts(contract.topic, contract, contract.key, contract.event)
        found.append(_guarded(contract.name, contract, contract.schema, facts, at, manifest))
        letter = contract.dead_letter
        if letter is not None and letter.schema is not None:
            event = manifest.schemas[letter.schema].name or ""
            facts = _facts(letter.topic, contract, None, event)
            found.append(
                _guarded(f"{contract.name}.dead_letter", contract, letter.schema, facts, (*at, "dead_letter"), manifest)
            )
    return tuple(found)


def _guarded(
    name: str, contract: Contract, file: str, facts: Facts, at: tuple[str, ...], manifest: Manifest
) -> Guarded:
    return Guarded(name, contract.name, manifest.schemas[file], (manifest.path.parent / file).as_posix(), facts, at)


def _facts(topic: Topic, contract: Contract, key: str | None, event: str) -> Facts:
    return Facts(topic.name, topic.partitions, topic.retention_ms, topic.settings, key, contract.level, event)
