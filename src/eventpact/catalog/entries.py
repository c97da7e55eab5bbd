"""Everything the catalog shows, as values: one entry per contract, and one per dead letter that has a schema."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass

from eventpact.catalog.example import TooLargeError, example
from eventpact.catalog.python_names import python_names
from eventpact.catalog.slugs import slugs
from eventpact.catalog.types import TypeSection, type_sections
from eventpact.catalog.versions import Version, versions_of
from eventpact.contract import Contract, Manifest
from eventpact.contract.duration import written
from eventpact.errors import SchemaError
from eventpact.schema.names import simple_name
from eventpact.schema.tree import Json, Record
from eventpact_compat.facts import Guarded, guarded
from eventpact_compat.gate import Folders
from eventpact_compat.history import read_history

__all__ = ["Catalog", "Entry", "Example", "Reader", "read_catalog"]


@dataclass(frozen=True, slots=True)
class Example:
    """A made-up event, and what is special about it."""

    title: str
    event: Json

    @property
    def text(self) -> str:
        return json.dumps(self.event, indent=2, ensure_ascii=False)


@dataclass(frozen=True, slots=True)
class Entry:
    """A page. ``slug`` is its name in paths; ``letters`` is the entry's dead letter, ``source`` is the other way.

    ``python`` is the statement that imports its class.
    """

    subject: Guarded
    contract: Contract
    slug: str
    sections: tuple[TypeSection, ...]
    examples: tuple[Example, ...]
    versions: tuple[Version, ...]
    letters: str | None = None
    source: str | None = None
    python: str | None = None

    @property
    def name(self) -> str:
        return self.subject.name

    @property
    def page(self) -> str:
        """Its path in the site."""
        return f"contracts/{self.slug}.html"

    @property
    def event(self) -> str:
        return simple_name(self.subject.facts.event)

    @property
    def is_dead_letter(self) -> bool:
        return self.source is not None

    @property
    def doc(self) -> str | None:
        return self.sections[0].doc

    @property
    def retention(self) -> str:
        return written(self.subject.facts.retention_ms)

    @property
    def standing(self) -> str:
        """The newest released version, and whether there is more than that."""
        numbers = [version.number for version in self.versions if version.number is not None]
        if not numbers:
            return "not released"
        return f"{numbers[0]}" if self.versions[0].number is not None else f"{numbers[0]}, and unreleased changes"

    @property
    def groups(self) -> tuple[str, ...]:
        """Who reads the topic."""
        letter = self.contract.dead_letter
        return (letter.group,) if self.is_dead_letter and letter is not None else self.contract.groups

    @property
    def personal(self) -> int:
        """How many fields are tagged as personal data."""
        return sum("PII" in field.tags for section in self.sections for field in section.fields)


@dataclass(frozen=True, slots=True)
class Reader:
    """A consumer group and what it reads. A group's name may hold anything, so the anchor is a number."""

    group: str
    anchor: str
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class Catalog:
    """The site's contents. Entries are in the order of their names."""

    title: str
    entries: tuple[Entry, ...]

    @property
    def contracts(self) -> tuple[Entry, ...]:
        return tuple(entry for entry in self.entries if not entry.is_dead_letter)

    def entry(self, name: str) -> Entry:
        return next(entry for entry in self.entries if entry.name == name)

    def readers(self) -> tuple[Reader, ...]:
        """The consumer groups, in the order of their names."""
        groups = sorted({group for entry in self.entries for group in entry.groups})
        return tuple(
            Reader(group, f"group:{number}", tuple(entry for entry in self.entries if group in entry.groups))
            for number, group in enumerate(groups, 1)
        )


def read_catalog(manifest: Manifest, folders: Folders, *, title: str) -> Catalog:
    """The contracts of a manifest with their released versions.

    Raises:
        SchemaError: the released versions are not as they were released; the gate says more.
    """
    contracts = {contract.name: contract for contract in manifest.contracts}
    subjects = sorted(
        (subject for subject in guarded(manifest) if _travels(subject, contracts[subject.contract])),
        key=lambda subject: subject.name,
    )
    pages = slugs(subject.name for subject in subjects)
    imports = python_names(manifest)
    found = []
    for subject in subjects:
        contract = contracts[subject.contract]
        letters, is_letter = f"{contract.name}.dead_letter", subject.name != contract.name
        entry = Entry(
            subject=subject,
            contract=contract,
            slug=pages[subject.name],
            sections=type_sections(subject.schema, subject.facts.event, subject.facts.key),
            examples=tuple(_examples(subject)),
            versions=_versions(subject, folders),
            letters=letters if letters in pages and not is_letter else None,
            source=contract.name if is_letter else None,
            python=imports.get(subject.facts.event),
        )
        found.append(entry)
    return Catalog(title, tuple(found))


def _travels(subject: Guarded, contract: Contract) -> bool:
    """Raw dead letters are original records: an envelope's schema says nothing about them."""
    letter = contract.dead_letter
    return subject.name == contract.name or (letter is not None and letter.format == "envelope")


def _versions(subject: Guarded, folders: Folders) -> tuple[Version, ...]:
    released, problems = read_history(folders.history / subject.name, subject.name)
    if problems:
        first = problems[0]
        raise SchemaError(f"{first.message}; run: eventpact check {subject.contract}", source=first.file)
    return versions_of(subject, released)


def _examples(subject: Guarded) -> Iterable[Example]:
    names = subject.schema.names
    event = names[subject.facts.event]
    if not isinstance(event, Record):
        raise AssertionError(event)
    try:
        full = example(event, names)
        small = example(event, names, required_only=True)
    except TooLargeError:
        return
    yield Example("Every field", full)
    if small != full:
        yield Example("Only what has no default", small)
