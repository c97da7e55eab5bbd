"""How far a plan has come with one thing, told by looking at it. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from eventpact.deploy.state import State, SubjectState, after, equal
from eventpact.deploy.steps import DeleteSubject, RegisterSchema, SetLevel, Step

__all__ = ["reached"]


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
    return found


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
