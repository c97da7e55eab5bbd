"""From the manifest and the world to one ordered list of steps, or the reasons why not. Pure: nothing is asked here."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final, Literal, TypeAlias

from eventpact.contract import Manifest, Topic
from eventpact.deploy.orphans import users_first, users_of
from eventpact.deploy.state import State, states
from eventpact.deploy.steps import (
    AddPartitions,
    AlterTopic,
    Change,
    CreateTopic,
    DeleteSubject,
    RegisterSchema,
    SetLevel,
    Step,
    Use,
)
from eventpact.deploy.world import FoundSubject, FoundVersion, World, wanted_subjects
from eventpact.ids import Version
from eventpact.kafka.topics import FoundTopic, compare, topics_of
from eventpact.registry.uses import parts
from eventpact.schema import Level, Schema, check_history, parse

__all__ = ["Plan", "Refusal", "Waiver", "plan"]

Waiver: TypeAlias = Literal["repartition", "retention-cut", "delete"]

RETENTION: Final = ("retention.ms", "retention.bytes")
UNLIMITED: Final = -1


@dataclass(frozen=True, slots=True)
class Refusal:
    """What the manifest asks for and the plan does not do. ``waiver`` names what would allow it, if anything does."""

    target: str
    reason: str
    waiver: Waiver | None = None

    def __str__(self) -> str:
        return f"{self.target}: {self.reason}" + (f" (allow it with --allow-{self.waiver})" if self.waiver else "")


@dataclass(frozen=True, slots=True)
class Plan:
    """Steps in the order of work. ``seen`` is the state of everything that the steps rely on, by target.

    ``orphans`` are subjects that the manifest wants no more, and that stay; ``environment`` is the section of the lock
    file that they were looked for in, and that `apply` writes.
    """

    steps: tuple[Step, ...]
    refusals: tuple[Refusal, ...] = ()
    orphans: tuple[str, ...] = ()
    seen: Mapping[str, State] = field(default_factory=dict[str, State], hash=False)
    environment: str = "default"


def plan(
    manifest: Manifest, world: World, waivers: frozenset[Waiver] = frozenset(), *, environment: str = "default"
) -> Plan:
    """What has to be done, topics first. With refusals it may not be applied.

    A subject's level goes before its schema, so that no schema gets in under a weaker one; types from other files go
    before their users. Schemas are compared in their stored form, and judged by the manifest's level. Deletions come
    last, users before what they use.
    """
    wanted = {topic.name: topic for contract in manifest.contracts for topic in topics_of(contract)}
    deleted = users_first(world.orphans) if "delete" in waivers else []
    work = [*_topics(wanted, world, waivers), *_subjects(manifest, world), *_deletions(world, deleted)]
    return Plan(
        tuple(one for one in work if not isinstance(one, Refusal)),
        tuple(one for one in work if isinstance(one, Refusal)),
        tuple(sorted(world.orphans.keys() - set(deleted))),
        states(wanted, replace(world, subjects={**world.subjects, **{n: world.orphans[n] for n in deleted}})),
        environment,
    )


def _topics(wanted: Mapping[str, Topic], world: World, waivers: frozenset[Waiver]) -> Iterator[Step | Refusal]:
    for name, topic in wanted.items():
        found = world.topics[name]
        if found is None:
            yield CreateTopic(topic)
            continue
        yield from _partitions(topic, found, waivers)
        different = {d.what: d.found for d in compare(topic, found) if d.what != "partitions"}
        if not different:
            continue
        settings = {key: topic.config()[key] for key in different}
        cuts = [key for key, value in different.items() if _may_lose(key, settings[key], value)]
        if cuts and "retention-cut" not in waivers:
            for key in cuts:
                reason = (
                    f"{key} {different[key] or 'not shown'} -> {settings[key]} may delete records that are kept now"
                )
                yield Refusal(f"topic {name}", reason, "retention-cut")
        else:
            yield AlterTopic(name, settings, different)


def _partitions(wanted: Topic, found: FoundTopic, waivers: frozenset[Waiver]) -> Iterator[Step | Refusal]:
    target = f"topic {wanted.name}"
    if wanted.partitions < found.partitions:
        yield Refusal(target, f"has {found.partitions} partitions, and Kafka cannot take any away")
    elif wanted.partitions > found.partitions:
        if "repartition" in waivers:
            yield AddPartitions(wanted.name, wanted.partitions, found.partitions)
        else:
            reason = f"partitions {found.partitions} -> {wanted.partitions} moves keys to other partitions"
            yield Refusal(target, reason, "repartition")


def _may_lose(key: str, wanted: str, found: str | None) -> bool:
    """Could the change make the broker delete what it keeps now? What is not shown counts as unlimited."""
    if key == "cleanup.policy":
        return True
    if key not in RETENTION or int(wanted) == UNLIMITED:
        return False
    return found is None or int(found) == UNLIMITED or int(wanted) < int(found)


def _subjects(manifest: Manifest, world: World) -> Iterator[Step | Refusal]:
    versions: dict[str, Version | None] = {}
    for subject, schema, level in wanted_subjects(manifest):
        texts: dict[str, str] = {}
        for part in parts(schema):
            name = part.name or subject
            uses = tuple(Use(other, versions[other]) for other in part.uses)
            if part.name:
                parsed = parse(part.text, references=dict(texts) or None, source=name, mode="stored")
                texts[part.name] = part.text
                if name in versions:
                    continue
            else:
                parsed = schema
                if world.subjects[name].level is not level:
                    yield SetLevel(name, level, world.subjects[name].level)
            found = _holding(world.subjects[name], parsed, uses)
            versions[name] = None if found is None else found.version
            if found is None:
                in_force = level if not part.name else world.subjects[name].level
                yield from _register(world.subjects[name], parsed, uses, in_force)


def _deletions(world: World, deleted: Sequence[str]) -> Iterator[Step | Refusal]:
    for name in deleted:
        users = users_of(name, world.subjects.values())
        if users:
            yield Refusal(f"subject {name}", f"cannot be deleted: versions of {', '.join(users)} use it")
        else:
            yield DeleteSubject(name, tuple(version.version for version in world.orphans[name].versions))


def _holding(subject: FoundSubject, schema: Schema, uses: tuple[Use, ...]) -> FoundVersion | None:
    wanted = {(use.name, use.version) for use in uses}
    return next(
        (
            version
            for version in reversed(subject.versions)
            if version.schema.stored_text == schema.stored_text
            and {(r.name, r.version) for r in version.references} == wanted
        ),
        None,
    )


def _register(
    subject: FoundSubject, schema: Schema, uses: tuple[Use, ...], level: Level | None
) -> Iterator[Step | Refusal]:
    if level is not None:
        history = [version.schema for version in subject.versions]
        for problem in check_history(schema, history, level, dialect="redpanda"):
            number = subject.versions[problem.version - 1].version
            yield Refusal(
                f"subject {subject.name}",
                f"{level} forbids it: {problem.direction} against version {number}: {problem.incompatibility}",
            )
    yield RegisterSchema(subject.name, schema.stored_text, uses, _change(subject, schema))


def _change(subject: FoundSubject, schema: Schema) -> Change:
    if not subject.versions:
        return "new subject"
    return "documentation only" if _meanings(subject.versions[-1].schema) == _meanings(schema) else "new version"


def _meanings(schema: Schema) -> dict[str, object]:
    """Of the schema and of the types that it uses, by their names: they may change while its own text does not."""
    texts: dict[str, str] = {}
    found = {"": _undocumented(json.loads(schema.stored_text))}
    for name, text in schema.references.items():
        parsed = parse(text, references=dict(texts) or None, source=name, mode="stored")
        texts[name] = text
        found[name] = _undocumented(json.loads(parsed.stored_text))
    return found


def _undocumented(node: object) -> object:
    """Without docs; a default is data and stays as it is."""
    match node:
        case dict():
            return {k: v if k == "default" else _undocumented(v) for k, v in node.items() if k != "doc"}
        case list():
            return [_undocumented(one) for one in node]
        case _:
            return node
