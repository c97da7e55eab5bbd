"""What happens when something is deleted, or why it may not be."""

from __future__ import annotations

from collections.abc import Iterator

from eventpact.ids import Version
from eventpact.registry import refusals
from eventpact.registry.changes import Change, ContextDropped, Dropped, Hidden, LevelSet, ModeSet
from eventpact.registry.contexts import DEFAULT, context_of
from eventpact.registry.mode import Mode
from eventpact.registry.port import VersionChoice
from eventpact.registry.state import State

__all__ = ["context_deletion", "subject_deletion", "version_deletion"]


def version_deletion(
    state: State, subject: str, version: VersionChoice, permanent: bool
) -> tuple[Version, tuple[Change, ...]]:
    """The version's number, and what must happen. The last version takes the subject's level with it."""
    _refuse_read_only(state, subject)
    shelf = state.shelf(subject)
    number = shelf.find(version, deleted=version != "latest")
    if permanent:
        if number not in shelf.deleted:
            raise refusals.version_not_soft_deleted(subject, number)
        return number, (Dropped(subject, number),)
    if number in shelf.deleted:
        raise refusals.version_soft_deleted(subject, number)
    _refuse_if_referenced(state, subject, number)
    clears = len(shelf.live) == 1 and subject in state.levels
    return number, (Hidden(subject, number), *([LevelSet(subject, None)] if clears else []))


def subject_deletion(state: State, subject: str, permanent: bool) -> tuple[tuple[Version, ...], tuple[Change, ...]]:
    """The versions that go, and what must happen. The subject's level and mode go with them."""
    _refuse_read_only(state, subject)
    shelf = state.shelf(subject)
    numbers = shelf.versions(deleted=permanent)
    if permanent and shelf.live:
        raise refusals.subject_not_soft_deleted(subject)
    for number in numbers:
        _refuse_if_referenced(state, subject, number)
    if permanent:
        return numbers, tuple(Dropped(subject, number) for number in numbers)
    return numbers, (*(Hidden(subject, number) for number in numbers), *_bare(state, subject))


def context_deletion(state: State, context: str) -> tuple[Change, ...]:
    """What must happen. A context with a version in it stays, soft-deleted ones included; the default one too."""
    if context == DEFAULT:
        raise refusals.default_context()
    if context not in state.catalogues:
        raise refusals.no_context(context)
    if any(context_of(subject) == context for subject in state.shelves):
        raise refusals.context_not_empty(context)
    return (ContextDropped(context),)


def _bare(state: State, subject: str) -> Iterator[Change]:
    if subject in state.levels:
        yield LevelSet(subject, None)
    if subject in state.modes:
        yield ModeSet(subject, None)


def _refuse_read_only(state: State, subject: str) -> None:
    if state.mode_of(subject) is Mode.READONLY:
        raise refusals.read_only(subject)


def _refuse_if_referenced(state: State, subject: str, version: Version) -> None:
    if state.live_users(subject, version):
        raise refusals.referenced(subject, version)
