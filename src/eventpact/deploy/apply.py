"""A plan, carried out: its steps and no others, in their order, and only if nobody else has moved anything."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias, assert_never

from eventpact.contract import Topic
from eventpact.deploy.plan import Plan
from eventpact.deploy.state import State, SubjectState, TopicState, after, equal, states
from eventpact.deploy.steps import AddPartitions, AlterTopic, CreateTopic, RegisterSchema, SetLevel, Step
from eventpact.deploy.world import TopicAdmin, World, read_subjects
from eventpact.errors import NotRegisteredError, PlanError
from eventpact.ids import Version
from eventpact.registry import Reference, Registry, SchemaText

__all__ = ["Applied", "Outcome", "apply"]

Outcome: TypeAlias = Literal["done", "was done"]


@dataclass(frozen=True, slots=True)
class Applied:
    """What became of one step."""

    step: Step
    outcome: Outcome


def apply(
    plan: Plan, topics: TopicAdmin, registry: Registry, report: Callable[[Applied], None] = lambda _: None
) -> tuple[Applied, ...]:
    """Carry the plan out. What an earlier run of the same plan has done is found by reading, and skipped.

    ``report`` hears of each step once it is done.

    Raises:
        PlanError: the plan holds refusals, or something is in a state that the plan does not lead through. Nothing
            was changed.
        TopicError, RegistryError: a step was refused; what came before it stays done. Apply again to go on.
    """
    if plan.refusals:
        raise PlanError("the plan holds refusals and cannot be applied:\n" + "\n".join(map(str, plan.refusals)))
    skipped = _done_already(plan, topics, registry)
    applied: list[Applied] = []
    later: dict[str, SetLevel] = {}
    registered: dict[str, Version] = {}
    for step in plan.steps:
        done = skipped.get(step.target, 0) > 0
        if done:
            skipped[step.target] -= 1
        # A version that an earlier run has registered is needed by the users of its type.
        if isinstance(step, RegisterSchema):
            registered[step.subject] = _register(step, registry, registered, done=done)
            if step.subject in later:
                late = later.pop(step.subject)
                registry.set_level(late.level, late.subject)
        elif not done:
            _carry_out(step, topics, registry, later)
        applied.append(Applied(step, "was done" if done else "done"))
        report(applied[-1])
    return tuple(applied)


def _done_already(plan: Plan, topics: TopicAdmin, registry: Registry) -> dict[str, int]:
    """By target, how many of its steps are done. Raises PlanError when something else has happened."""
    now = _now(plan, topics, registry)
    done: dict[str, int] = {}
    moved: list[str] = []
    for target, seen in plan.seen.items():
        state, count = seen, 0
        steps = [step for step in plan.steps if step.target == target]
        # The last match counts: setting what is set already leaves the state as it is.
        reached = 0 if equal(state, now[target]) else None
        for count, step in enumerate(steps, 1):
            state = after(state, step)
            if _stands(state, seen, now[target]):
                reached = count
        if reached is None and _level_to_come(steps, seen, now[target]):
            reached = 0
        if reached is None:
            moved.append(target)
        else:
            done[target] = reached
    if moved:
        raise PlanError(
            "the world has moved since the plan was made: " + ", ".join(moved) + ". Nothing was changed; plan again"
        )
    return done


def _stands(state: State, seen: State, now: State) -> bool:
    """Equal, or a subject's first schema in a registry that shows NONE where a subject has no level of its own."""
    if equal(state, now):
        return True
    match state, seen, now:
        case SubjectState(None, wanted), SubjectState(None, ()), SubjectState("NONE", found):
            return wanted == found != ()
        case _:
            return False


def _level_to_come(steps: list[Step], seen: State, now: State) -> bool:
    """A registry that wants the schema before the level may have been left between the two."""
    match steps, seen, now:
        case [SetLevel(), RegisterSchema() as register], SubjectState() as before, SubjectState() as found:
            return not before.versions and _stands(after(before, register), before, found)
        case _:
            return False


def _now(plan: Plan, topics: TopicAdmin, registry: Registry) -> Mapping[str, State]:
    """The state of all that the plan has seen, read anew."""
    wanted: dict[str, Topic] = {}
    for target, seen in plan.seen.items():
        if isinstance(seen, TopicState):
            name = target.removeprefix("topic ")
            settings = _mentioned(plan, target, seen)
            wanted[name] = Topic(name, 1, 1, {key: "" for key in settings if key != "retention.ms"})
    subjects = [target.removeprefix("subject ") for target, seen in plan.seen.items() if isinstance(seen, SubjectState)]
    world = World({name: topics.describe(name) for name in wanted}, read_subjects(registry, subjects))
    return states(wanted, world)


def _mentioned(plan: Plan, target: str, seen: TopicState) -> set[str]:
    made = [step.topic for step in plan.steps if isinstance(step, CreateTopic) and step.target == target]
    return {*seen.settings, *(key for topic in made for key in topic.config())}


def _carry_out(
    step: CreateTopic | AddPartitions | AlterTopic | SetLevel,
    topics: TopicAdmin,
    registry: Registry,
    later: dict[str, SetLevel],
) -> None:
    match step:
        case CreateTopic(topic):
            if not topics.create(topic):
                raise PlanError(f"topic {topic.name} was made by somebody else a moment ago; plan again")
        case AddPartitions(name, partitions):
            topics.add_partitions(name, partitions)
        case AlterTopic(name, settings):
            topics.alter(name, settings)
        case SetLevel(subject, level):
            try:
                registry.set_level(level, subject)
            except NotRegisteredError:
                # This registry wants a schema in the subject first; a first schema meets no other.
                later[subject] = step
        case _:
            assert_never(step)


def _register(step: RegisterSchema, registry: Registry, registered: Mapping[str, Version], *, done: bool) -> Version:
    references = tuple(
        Reference(use.name, use.name, registered[use.name] if use.version is None else use.version) for use in step.uses
    )
    schema = SchemaText(step.text, references)
    if not done:
        registry.register(step.subject, schema)
    return registry.lookup(step.subject, schema).version
