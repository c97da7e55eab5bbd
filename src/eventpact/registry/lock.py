"""contracts.lock: which id each registry has given to each schema, so that services start while it is away.

One section per environment. Schemas never change under their id, so what was once read stays true until a registry is
set up anew; that is noticed at the first contact.
"""

from __future__ import annotations

import hashlib
import json
import os
import tomllib
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from eventpact.errors import LockError, NotRegisteredError
from eventpact.ids import SchemaId, Version
from eventpact.registry.port import Reference, Registered, Registry, SchemaText

__all__ = ["Locked", "locked_subjects", "read_lock", "registered_in", "write_lock"]

HEADER: Final = "# Written by `eventpact apply`: schema ids by environment. Commit it; do not edit it.\n"
DELETE: Final = "\x7f"


@dataclass(frozen=True, slots=True)
class Locked:
    """The versions of one environment."""

    versions: tuple[Registered, ...] = ()


def registered_in(registry: Registry, subjects: Iterable[str]) -> Locked:
    """All versions of the subjects, by subject and version. Raises RegistryError."""
    found: list[Registered] = []
    for subject in sorted(set(subjects)):
        try:
            numbers = registry.versions(subject)
        except NotRegisteredError:
            continue
        found += [registry.version(subject, number) for number in numbers]
    return Locked(tuple(found))


def read_lock(path: Path, environment: str) -> Locked:
    """The environment's section. Raises LockError: the file or the section is missing or wrong."""
    sections = _read(path)
    if environment not in sections:
        known = ", ".join(sections) or "none"
        raise LockError(
            f"{path}: no section for environment {environment!r} (there are: {known}); run `eventpact apply`"
        )
    return sections[environment]


def locked_subjects(path: Path, environment: str) -> frozenset[str]:
    """The subjects of the environment's section; none where there is no file or no section yet. Raises LockError."""
    if not path.exists():
        return frozenset()
    return frozenset(one.subject for one in _read(path).get(environment, Locked()).versions)


def write_lock(path: Path, environment: str, locked: Locked) -> None:
    """After this the file says so about the environment, and about others what it said. Whole or not at all.

    Raises LockError: it cannot be written, or what is there is no lock file.
    """
    sections = {**(_read(path) if path.exists() else {}), environment: locked}
    partial = path.with_name(f"{path.name}.{os.getpid()}")
    try:
        partial.write_text(_text(sections), "utf-8")
        partial.replace(path)
    except OSError as error:
        with suppress(OSError):
            partial.unlink()
        raise LockError(
            f"{path}: cannot be written ({error.strerror}), so it does not say yet what was applied; see"
            " that its folder is there and can be written, then run `eventpact apply` again"
        ) from None


def fingerprint(schema: SchemaText) -> str:
    """Of the text as the registry stores it."""
    return hashlib.sha256(schema.text.encode()).hexdigest()


def _read(path: Path) -> dict[str, Locked]:
    try:
        tables: Mapping[str, Any] = tomllib.loads(path.read_text("utf-8"))  # Any: TOML, read by name below
        return {name: Locked(tuple(map(_version, table["schemas"]))) for name, table in tables.items()}
    except FileNotFoundError:
        raise LockError(f"{path}: there is no such lock file; run `eventpact apply`") from None
    except (ValueError, KeyError, TypeError, AttributeError):
        raise LockError(f"{path}: this is not a lock file; remove it and run `eventpact apply`") from None


def _version(row: Mapping[str, Any]) -> Registered:
    references = tuple(
        Reference(one["name"], one["subject"], Version(one["version"])) for one in row.get("references", ())
    )
    schema = SchemaText(row["text"], references)
    if fingerprint(schema) != row["fingerprint"]:
        raise ValueError("the text was changed")
    return Registered(row["subject"], Version(int(row["version"])), SchemaId(int(row["id"])), schema)


def _text(sections: Mapping[str, Locked]) -> str:
    lines = [HEADER]
    for environment, locked in sorted(sections.items()):
        if not locked.versions:
            lines.append(f"[{_quoted(environment)}]\nschemas = []\n")
        for one in locked.versions:
            references = ", ".join(
                f"{{ name = {_quoted(r.name)}, subject = {_quoted(r.subject)}, version = {r.version} }}"
                for r in one.schema.references
            )
            lines.append(
                f"[[{_quoted(environment)}.schemas]]\n"
                f"subject = {_quoted(one.subject)}\n"
                f"version = {one.version}\n"
                f"id = {one.id}\n"
                f"fingerprint = {_quoted(fingerprint(one.schema))}\n"
                + (f"references = [{references}]\n" if references else "")
                + f"text = {_quoted(one.schema.text)}\n"
            )
    return "\n".join(lines)


def _quoted(text: str) -> str:
    """A TOML basic string: JSON's, but for one more control character."""
    return json.dumps(text, ensure_ascii=False).replace(DELETE, "\\u007f")
