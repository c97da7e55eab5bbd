"""A plan, carried out: its steps and no others, in their order, and only if nobody else has moved anything.

Each thing is looked at once more directly before its step. Between that look and the step a moment is left in which
somebody else may move it: neither Kafka nor a registry offers a change that is made only if nothing has changed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias, assert_never

from eventpact.contract import Topic
from eventpact.deploy.plan import Plan
from eventpact.deploy.position import reached
from eventpact.deploy.state import State, SubjectState, TopicState, states
from eventpact.deploy.steps import (
    AddPartitions,
    AlterTopic,
    CreateTopic,
    DeleteSubject,
    RegisterSchema,
    SetLevel,
    Step,
)
from eventpact.deploy.world import SubjectAdmin, TopicAdmin, World, read_subjects
from eventpact.errors import IncompatibleError, NotRegisteredError, PlanError
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
    plan: Plan, topics: TopicAdmin, registry: SubjectAdmin, report: Callable[[Applied], None] = lambda _: None
) -> tuple[Applied, ...]:
    """Carry the plan out. What an earlier run of the same plan, or another one, has done is found and skipped.

    ``report`` hears of each step once it is done.

    Raises:
        PlanError: the plan holds refusals, or something is in a state that the plan does not lead through. Nothing
            was changed; or what was reported stays done, when it moved in the middle.
        TopicError, RegistryError: a step was refused; what came before it stays done. Apply again to go on.
    """
    if plan.refusals:
        raise PlanError("the plan holds refusals and cannot be applied:\n" + "\n".join(map(str, plan.refusals)))
    run = _Run(plan, topics, registry)
    moved = [target for target, done in run.positions(plan.seen).items() if done is None]
    if moved:
        raise PlanError(
            "the world has moved since the plan was made: " + ", ".join(moved) + ". Nothing was changed; plan again"
        )
    applied: list[Applied] = []
    for step in plan.steps:
        applied.append(Applied(step, run.take(step)))
        report(applied[-1])
    return tuple(applied)


@dataclass(slots=True)
class _Run:
    """One application of a plan, and what its steps leave for later ones."""

    plan: Plan
    topics: TopicAdmin
    registry: SubjectAdmin
    taken: dict[str, int] = field(default_factory=dict[str, int])
    registered: dict[str, Version] = field(default_factory=dict[str, Version])
    # Levels that the registry wants after the schema: a first schema meets no other.
    late: dict[str, SetLevel] = field(default_factory=dict[str, SetLevel])

    def take(self, step: Step) -> Outcome:
        done = self._is_done(step) or not self._carry_out(step)
        if isinstance(step, RegisterSchema):
            # A version that an earlier run has registered is needed by the users of its type, too.
            self.registered[step.subject] = self.registry.lookup(step.subject, self._text(step)).version
            late = self.late.pop(step.subject, None)
            if late is not None:
                self._set_level(late)
        self.taken[step.target] = self.taken.get(step.target, 0) + 1
        return "was done" if done else "done"

    def _is_done(self, step: Step) -> bool:
        """Looks at the step's target. Raises PlanError when that has moved."""
        before = self.taken.get(step.target, 0)
        done = self.positions([step.target])[step.target]
        waits = before - 1 if isinstance(step, RegisterSchema) and step.subject in self.late else before
        if done is None or done < waits:
            raise PlanError(
                f"{step.target} has moved since the last look at it. The steps before stay done, no other was taken;"
                " plan again"
            )
        return done > before

    def _carry_out(self, step: Step) -> bool:
        """False where somebody else did the very same a moment ago."""
        match step:
            case CreateTopic(topic):
                if not self.topics.create(topic):
                    if not self._is_done(step):
                        raise PlanError(f"topic {topic.name} was made by somebody else a moment ago; plan again")
                    return False
            case AddPartitions(name, partitions):
                self.topics.add_partitions(name, partitions)
            case AlterTopic(name, settings):
                self.topics.alter(name, settings)
            case SetLevel(subject):
                try:
                    return self._set_level(step)
                except NotRegisteredError:
                    self.late[subject] = step
            case RegisterSchema(subject):
                try:
                    self.registry.register(subject, self._text(step))
                except IncompatibleError:
                    # Apicurio says so, too, where two register the same first version at one moment.
                    if not self._is_done(step):
                        raise
                    return False
            case DeleteSubject(subject):
                try:
                    self.registry.delete_subject(subject)
                except NotRegisteredError:
                    if not self._is_done(step):
                        raise
                    return False
            case _:
                assert_never(step)
        return True

    def _set_level(self, step: SetLevel) -> bool:
        """False where somebody else did the very same a moment ago, which Apicurio answers with 409."""
        try:
            self.registry.set_level(step.level, step.subject)
        except IncompatibleError:
            if self.registry.own_level(step.subject) is not step.level:
                raise
            return False
        return True

    def _text(self, step: RegisterSchema) -> SchemaText:
        references = (
            Reference(use.name, use.name, self.registered[use.name] if use.version is None else use.version)
            for use in step.uses
        )
        return SchemaText(step.text, tuple(references))

    def positions(self, targets: Iterable[str]) -> dict[str, int | None]:
        """By target, how many of its steps are done; read anew."""
        now = _now(self.plan, targets, self.topics, self.registry)
        return {
            target: reached([step for step in self.plan.steps if step.target == target], self.plan.seen[target], state)
            for target, state in now.items()
        }


def _now(plan: Plan, targets: Iterable[str], topics: TopicAdmin, registry: Registry) -> Mapping[str, State]:
    wanted: dict[str, Topic] = {}
    subjects: list[str] = []
    for target in targets:
        match plan.seen[target]:
            case TopicState() as seen:
                name = target.removeprefix("topic ")
                settings = _mentioned(plan, target, seen)
                wanted[name] = Topic(name, 1, 1, {key: "" for key in settings if key != "retention.ms"})
            case SubjectState():
                subjects.append(target.removeprefix("subject "))
    world = World({name: topics.describe(name) for name in wanted}, read_subjects(registry, subjects))
    return states(wanted, world)


def _mentioned(plan: Plan, target: str, seen: TopicState) -> set[str]:
    made = [step.topic for step in plan.steps if isinstance(step, CreateTopic) and step.target == target]
    return {*seen.settings, *(key for topic in made for key in topic.config())}
