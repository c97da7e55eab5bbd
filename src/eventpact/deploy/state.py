"""The state of each thing that a plan looked at, and what a step makes of it. Plain values that go into the plan file.

A plan may be applied while everything is in a state that the plan itself leads through; anything else has moved.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TypeAlias, assert_never

from eventpact.contract import Topic
from eventpact.deploy.steps import (
    AddPartitions,
    AlterTopic,
    CreateTopic,
    DeleteSubject,
    RegisterSchema,
    SetLevel,
    Step,
)
from eventpact.deploy.world import FoundSubject, World, digest
from eventpact.kafka.topics import FoundTopic, same

__all__ = ["State", "SubjectState", "TopicState", "after", "equal", "states"]


@dataclass(frozen=True, slots=True)
class TopicState:
    """``partitions`` is 0 where there is no topic; ``settings`` are those that the manifest mentions."""

    partitions: int = 0
    settings: Mapping[str, str | None] = field(default_factory=dict[str, str | None], hash=False)


@dataclass(frozen=True, slots=True)
class SubjectState:
    """``versions`` are digests of the stored schemas, the oldest first."""

    level: str | None = None
    versions: tuple[str, ...] = ()


State: TypeAlias = TopicState | SubjectState


def states(topics: Mapping[str, Topic], world: World) -> dict[str, State]:
    """By target. ``topics`` are the wanted ones."""
    found: dict[str, State] = {}
    for name, topic in world.topics.items():
        found[f"topic {name}"] = _topic(topic, topics[name])
    for name, subject in world.subjects.items():
        found[f"subject {name}"] = _subject(subject)
    return found


def after(state: State, step: Step) -> State:
    """The state once the step is done."""
    match state, step:
        case TopicState(), CreateTopic(topic):
            return TopicState(topic.partitions, dict(topic.config()))
        case TopicState(), AddPartitions(_, partitions):
            return replace(state, partitions=partitions)
        case TopicState(), AlterTopic(_, settings):
            return replace(state, settings={**state.settings, **settings})
        case SubjectState(), SetLevel(_, level):
            return replace(state, level=str(level))
        case SubjectState(), RegisterSchema(_, text, uses):
            return replace(state, versions=(*state.versions, digest(text, (use.name for use in uses))))
        case SubjectState(), DeleteSubject():
            return SubjectState()
        case _:
            raise ValueError(f"a step of {step.target} does not fit the state of something else")


def equal(one: State, other: State) -> bool:
    """Lists such as `compact,delete` have no order."""
    match one:
        case TopicState(partitions, settings):
            return (
                isinstance(other, TopicState)
                and partitions == other.partitions
                and settings.keys() == other.settings.keys()
                and all(v == other.settings[k] or (v is not None and same(v, other.settings[k]))
                        for k, v in settings.items())
            )  # fmt: skip
        case SubjectState():
            return one == other
        case _:
            assert_never(one)


def _topic(found: FoundTopic | None, wanted: Topic) -> TopicState:
    if found is None:
        return TopicState()
    return TopicState(found.partitions, {key: found.settings.get(key) for key in wanted.config()})


def _subject(found: FoundSubject) -> SubjectState:
    return SubjectState(
        None if found.level is None else str(found.level),
        tuple(digest(v.schema.stored_text, (r.name for r in v.references)) for v in found.versions),
    )
