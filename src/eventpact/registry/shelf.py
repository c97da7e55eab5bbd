"""One subject's versions in memory."""

from __future__ import annotations

from dataclasses import dataclass, field

from eventpact.ids import SchemaId, Version
from eventpact.registry import refusals
from eventpact.registry.port import VersionChoice

__all__ = ["Shelf"]


@dataclass(slots=True)
class Shelf:
    """The versions of one subject, ascending, and which of them are soft-deleted.

    A version number is not used twice while the subject exists.
    """

    subject: str
    ids: dict[Version, SchemaId] = field(default_factory=dict)
    deleted: set[Version] = field(default_factory=set)
    live: dict[SchemaId, Version] = field(default_factory=dict)
    highest: int = 0

    def next_version(self) -> Version:
        """The number for a version that is to come."""
        return Version(self.highest + 1)

    def put(self, schema_id: SchemaId, version: Version) -> None:
        """After this the id stands under the version, which is higher than all before."""
        self.highest = version
        self.ids[version] = schema_id
        self.live[schema_id] = version

    def versions(self, *, deleted: bool = False) -> tuple[Version, ...]:
        """Ascending. NotRegisteredError (40401) if there are none."""
        found = tuple(self.ids) if deleted else tuple(self.live.values())
        if not found:
            raise refusals.no_subject(self.subject)
        return found

    def find(self, version: VersionChoice, *, deleted: bool = False) -> Version:
        """The number of a version that is there. NotRegisteredError (40401, 40402) otherwise."""
        there = self.versions(deleted=deleted)
        if version == "latest":
            return there[-1]
        if version not in self.ids or (version in self.deleted and not deleted):
            raise refusals.no_version(version)
        return version

    def holding(self, schema_id: SchemaId, *, deleted: bool = False) -> Version | None:
        """The version that holds the id, the newest one if several do."""
        if schema_id in self.live or not deleted:
            return self.live.get(schema_id)
        return max((version for version, held in self.ids.items() if held == schema_id), default=None)

    def hide(self, version: Version) -> None:
        """After this the version is soft-deleted."""
        self.deleted.add(version)
        del self.live[self.ids[version]]

    def drop(self, version: Version) -> SchemaId:
        """After this a soft-deleted version is gone for good. The id it held."""
        self.deleted.remove(version)
        return self.ids.pop(version)
