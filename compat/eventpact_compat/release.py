"""Freeze the working schema of a contract as its next version, with what it promises and payloads that prove it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath, PureWindowsPath

from eventpact.contract import Manifest
from eventpact.errors import ManifestError
from eventpact_compat.facts import Guarded, guarded
from eventpact_compat.gate import Folders
from eventpact_compat.golden import golden_files
from eventpact_compat.history import Released, digest_files, read_history, released_files

__all__ = ["Release", "next_release", "releases_of", "write_release"]


@dataclass(frozen=True, slots=True)
class Release:
    """The next version of a contract, in memory. The contents depend on schema and manifest alone."""

    name: str
    number: int
    history: Mapping[str, bytes]
    golden: Mapping[str, bytes]


def next_release(subject: Guarded, released: tuple[Released, ...]) -> Release | None:
    """The version after the last released one; ``None`` when that one says the same already."""
    schema, facts = subject.schema, subject.facts
    references = dict(schema.references)
    if released:
        last = released[-1]
        if (last.text, dict(last.references), last.facts) == (schema.text, references, facts):
            return None
    number = len(released) + 1
    golden = golden_files(schema)
    digest = digest_files(golden.items()) if golden else ""
    files = released_files(facts, number, schema.text, references, digest)
    return Release(subject.name, number, {name: text.encode() for name, text in files}, golden)


def releases_of(manifest: Manifest, contract: str, folders: Folders) -> tuple[Release, ...]:
    """What a contract has to release: its schema, and its dead letter's.

    Raises:
        ManifestError: the contract's name is no name for a folder, and the versions stand in one.
    """
    if PurePosixPath(contract).name != contract or PureWindowsPath(contract).name != contract or contract == "..":
        what = f"versions of a contract stand in a folder of its name, and {contract!r} is none; rename the contract"
        raise ManifestError(what, source=str(manifest.path))
    found = []
    for subject in guarded(manifest):
        if subject.contract == contract:
            released, _ = read_history(folders.history / subject.name, subject.name)
            found.append(next_release(subject, released))
    return tuple(release for release in found if release is not None)


def write_release(release: Release, folders: Folders) -> tuple[Path, ...]:
    """Write the version's files, all or none. Every file is complete before any of them has its name.

    Raises:
        FileExistsError: something stands there already; it is left as it is.
        OSError: nothing could be written.
    """
    history = folders.history / release.name
    payloads = folders.golden / release.name / str(release.number)
    targets = {history / name: content for name, content in release.history.items()}
    for target in (*targets, *((payloads,) if release.golden else ())):
        if target.exists():
            raise FileExistsError(f"{target.as_posix()} exists already; a released version is never overwritten")
    made: list[Path] = []
    drafts: list[Path] = []
    try:
        for target, content in targets.items():
            draft = target.with_name(f".{target.name}.draft")
            drafts.append(draft)
            _write(draft, content)
        draft = payloads.with_name(f".{payloads.name}.draft")
        drafts.append(draft)
        for name, content in release.golden.items():
            _write(draft / name, content)
        for draft, target in zip(drafts, (*targets, payloads), strict=True):
            if draft.exists():
                draft.rename(target)
                made.append(target)
    except BaseException:
        for path in (*drafts, *made):
            _remove(path)
        raise
    return tuple(made)


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)
