"""What happens when a level or a mode is set or taken back, or why it may not be."""

from __future__ import annotations

from eventpact.registry import refusals
from eventpact.registry.changes import LevelSet, ModeSet
from eventpact.registry.contexts import context_of, is_scope, split
from eventpact.registry.mode import Mode
from eventpact.registry.registering import RESERVED
from eventpact.registry.state import State
from eventpact.schema import Level

__all__ = ["level_change", "mode_change"]


def level_change(state: State, name: str, level: Level | None) -> LevelSet:
    """For a subject or a scope. ``None`` takes back what is set; NotRegisteredError (40401) when nothing is."""
    _refuse_reserved(name)
    if state.mode_of(name) is Mode.READONLY:
        raise refusals.read_only(name)
    if level is None and name not in state.levels:
        raise refusals.no_subject(name)
    return LevelSet(name, level)


def mode_change(state: State, name: str, mode: Mode | None, *, force: bool) -> ModeSet:
    """For a subject or a scope. IMPORT wants an empty subject or context, or ``force``: ids could clash otherwise."""
    _refuse_reserved(name)
    if mode is None and name not in state.modes:
        raise refusals.no_subject(name)
    if mode is Mode.IMPORT and not force and state.mode_of(name) is not Mode.IMPORT and _holds_something(state, name):
        raise refusals.not_empty(name)
    return ModeSet(name, mode)


def _holds_something(state: State, name: str) -> bool:
    if is_scope(name):
        return any(context_of(subject) == context_of(name) for subject in state.shelves)
    return name in state.shelves


def _refuse_reserved(name: str) -> None:
    if not is_scope(name) and split(name)[1] in RESERVED:
        raise refusals.reserved(name)
