"""How far a plan has come with one thing, told by looking at it. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from eventpact.deploy.state import State, SubjectState, TopicState, after, equal
from eventpact.deploy.steps import DeleteSubject, RegisterSchema, SetLevel, Step

__all__ = ["reached"]

EVERY_BROKER_SHOWS: Final = frozenset(
    {
        "cleanup.policy",
        "compression.type",
        "max.message.bytes",
        "message.timestamp.type",
        "retention.bytes",
        "retention.ms",
    }
)
"""Of these, "not shown" means that somebody made the topic without them, on the embedded broker."""


def reached(steps: Sequence[Step], seen: State, now: State) -> int | None:
    """How many of the target's steps are done. ``None`` for a state that the plan does not lead through."""
    state = seen
    # The last match counts: setting what is set already leaves the state as it is.
    found = 0 if equal(state, now) else None
    for count, step in enumerate(steps, 1):
        state = after(state, step)
        if _stands(state, seen, now) or (isinstance(step, DeleteSubject) and _empty(now)):
            found = count
    if found is None and _level_to_come(steps, seen, now):
        return 0
    if found is None:
        shown = _as_shown(steps, seen, now)
        return reached(steps, seen, shown) if shown != now else None
    return found


def _as_shown(steps: Sequence[Step], seen: State, now: State) -> State:
    """With what the steps set, where the broker has never shown it: Redpanda takes some settings and ignores them."""
    match seen, now:
        case TopicState(), TopicState(partitions, settings) if partitions:
            last: State = seen
            for step in steps:
                last = after(last, step)
            wanted = last.settings if isinstance(last, TopicState) else {}
            never = {key for key in settings if settings[key] is None and seen.settings.get(key) is None}
            return replace(now, settings={**settings, **{k: wanted.get(k) for k in never - EVERY_BROKER_SHOWS}})
        case _:
            return now


def _stands(state: State, seen: State, now: State) -> bool:
    """Equal, or a subject's first schema in a registry that shows NONE where a subject has no level of its own."""
    if equal(state, now):
        return True
    match state, seen, now:
        case SubjectState(None, wanted), SubjectState(None, ()), SubjectState("NONE", found):
            return wanted == found != ()
        case _:
            return False


def _empty(now: State) -> bool:
    """Nothing is left in the subject. Some registries keep its level, others show one that it does not have."""
    return isinstance(now, SubjectState) and not now.versions


def _level_to_come(steps: Sequence[Step], seen: State, now: State) -> bool:
    """A registry that wants the schema before the level may have been left between the two."""
    match steps, seen, now:
        case [SetLevel(), RegisterSchema() as register], SubjectState() as before, SubjectState() as found:
            return not before.versions and _stands(after(before, register), before, found)
        case _:
            return False
