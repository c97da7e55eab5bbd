"""Subjects that the manifest wants no more: in which order they can go, and which cannot. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from eventpact.deploy.world import FoundSubject

__all__ = ["users_first", "users_of"]


def users_first(orphans: Mapping[str, FoundSubject]) -> list[str]:
    """A registry refuses to delete what a version that is not deleted refers to."""
    left, order = dict(orphans), list[str]()
    while left:
        used = {name for subject in left.values() for name in _uses(subject)}
        # In a circle, which no parser lets through, the registry has the last word.
        free = sorted(left.keys() - used) or sorted(left)
        order += free
        left = {name: subject for name, subject in left.items() if name not in free}
    return order


def users_of(name: str, subjects: Iterable[FoundSubject]) -> list[str]:
    """Those that refer to it, by name."""
    return sorted(subject.name for subject in subjects if name in _uses(subject))


def _uses(subject: FoundSubject) -> set[str]:
    """The other subjects that the versions refer to."""
    return {r.subject for version in subject.versions for r in version.references} - {subject.name}
