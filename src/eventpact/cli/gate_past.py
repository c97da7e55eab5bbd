"""What `check` compares with, when that is not the released history: a git revision, or the registry."""

from __future__ import annotations

from pathlib import Path

from eventpact.cli.gate_git import changed_files, folder_at
from eventpact.cli.gate_sources import open_registry, registry_schema
from eventpact.contract import Manifest, load_manifest
from eventpact.contract.schemas import renamed
from eventpact.errors import NotRegisteredError, SchemaError
from eventpact.registry import Registry
from eventpact_compat.facts import guarded
from eventpact_compat.finding import Finding
from eventpact_compat.gate import Folders, Past, named
from eventpact_compat.history import RELEASED_CHANGED
from eventpact_compat.versions import Older

__all__ = ["git_past", "registry_past"]


def git_past(manifest: Manifest, folders: Folders, revision: str) -> tuple[dict[str, Past], list[Finding]]:
    """Every contract as of a revision, and the released files that are others today."""
    past: dict[str, Past] = {}
    with folder_at(revision, manifest.path.parent) as folder:
        path = folder / manifest.path.name if folder is not None else None
        if path is not None and path.exists():
            for old in guarded(_manifest_at(revision, path, manifest.path.parent)):
                label = f"git:{revision}:{manifest.path.parent.as_posix()}/{Path(old.file).name}"
                past[old.name] = Past((Older(revision, named(old.schema, label)),), old.facts)
    changed = [
        _changed(file, file.relative_to(root), revision)
        for root in (folders.history, folders.golden)
        for file in changed_files(revision, root)
    ]
    return past, changed


def _manifest_at(revision: str, copy: Path, folder: Path) -> Manifest:
    try:
        return load_manifest(copy)
    except SchemaError as error:
        # The copy is gone when somebody reads this.
        file = Path(error.source).relative_to(copy.parent)
        raise renamed(error, f"git:{revision}:{(folder / file).as_posix()}") from None


def _changed(file: Path, inside: Path, revision: str) -> Finding:
    state = "another" if file.exists() else "not there any more"
    return Finding(
        rule=RELEASED_CHANGED.id,
        severity=RELEASED_CHANGED.severity,
        message=f"{file.name}: is {state} than in {revision}" if file.exists() else f"{file.name}: is {state}",
        contract=inside.parts[0],
        file=file.as_posix(),
        path=inside.as_posix(),
        why=RELEASED_CHANGED.why,
        hint=RELEASED_CHANGED.fix,
    )


def registry_past(manifest: Manifest) -> dict[str, Past]:
    """Every version of every contract's subject that the registry has."""
    with open_registry() as registry:
        return {subject.name: _versions(registry, f"{subject.facts.topic}-value") for subject in guarded(manifest)}


def _versions(registry: Registry, subject: str) -> Past:
    try:
        numbers = registry.versions(subject)
    except NotRegisteredError:
        return Past()
    older = []
    for number in numbers:
        found = registry.version(subject, number)
        source = f"registry:{subject}@{number}"
        older.append(Older(f"version {number}", registry_schema(registry, found.schema, source)))
    return Past(tuple(older))
