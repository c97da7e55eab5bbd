"""The rendered files on disk, and the package that `eventpact generate` would write beside them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from eventpact.contract import load_manifest
from eventpact.errors import ForeignFileError
from eventpact_codegen import manifest_jobs

__all__ = ["write"]

_MANIFEST = "schemas/contracts.toml"


def write(files: Mapping[str, str], folder: Path) -> list[Path]:
    """All files below ``folder``, and the event classes of their schemas. Returns what is there now.

    Raises:
        ForeignFileError: a file of the same name is there already; then nothing is written.
    """
    _nothing_in_the_way(files, folder)
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode())
    written = [folder / name for name in files]
    for job in manifest_jobs(load_manifest(folder / _MANIFEST)):
        job.write()
        written += [job.place(name) for name in job.files]
    return sorted(written)


def _nothing_in_the_way(files: Mapping[str, str], folder: Path) -> None:
    if (folder / _MANIFEST).exists():
        raise ForeignFileError(
            f"{folder / _MANIFEST} is there already: this is a contract repository; "
            "add another [contracts.NAME] table and its schema to it, then run: eventpact generate",
            path=str(folder / _MANIFEST),
        )
    there = [name for name in files if (folder / name).exists() or (folder / name).is_symlink()]
    if there:
        raise ForeignFileError(
            f"nothing is written: {folder} has {', '.join(there)} already; move them away, or name another folder",
            path=str(folder / there[0]),
        )
