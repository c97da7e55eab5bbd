"""Generated text and the files on disk: what differs, and how it is put right."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final

from eventpact.errors import ForeignFileError
from eventpact_codegen.modules import is_ours

__all__ = ["Drift", "Kind", "drift", "write"]


class Drift(StrEnum):
    """How a file differs from what the schemas say."""

    MISSING = "missing"
    CHANGED = "changed"
    ORPHAN = "orphan"

    @property
    def mended(self) -> str:
        """What it was, said after `write` has put it right."""
        return {Drift.MISSING: "new", Drift.CHANGED: "changed", Drift.ORPHAN: "removed"}[self]


@dataclass(frozen=True, slots=True)
class Kind:
    """What kind of files: ``is_ours`` knows a text that we wrote, orphans are looked for among ``pattern`` ("": no)."""

    pattern: str
    is_ours: Callable[[str], bool]


PYTHON: Final = Kind("*.py", is_ours)


def drift(files: Mapping[str, str], root: Path, kind: Kind = PYTHON) -> dict[str, Drift]:
    """Relative path -> how it differs; empty when all is up to date.

    An orphan is a file of ours that stands in one of the files' folders and belongs to no schema any more.

    Raises:
        ForeignFileError: a file that we did not write stands where one of ours belongs.
    """
    found = {path: state for path, wanted in files.items() if (state := _state(root / path, wanted, kind)) is not None}
    found |= dict.fromkeys(_orphans(files, root, kind), Drift.ORPHAN)
    return dict(sorted(found.items()))


def write(files: Mapping[str, str], root: Path, kind: Kind = PYTHON) -> dict[str, Drift]:
    """Put right what `drift` finds, and say what that was: writes what is missing or changed, removes orphans.

    Raises:
        ForeignFileError: a file that we did not write stands in the way; then nothing was written.
    """
    found = drift(files, root, kind)
    for path, state in found.items():
        if state is Drift.ORPHAN:
            (root / path).unlink()
        else:
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_bytes(files[path].encode())
    return found


def _state(path: Path, wanted: str, kind: Kind) -> Drift | None:
    if not path.exists() and not path.is_symlink():
        return Drift.MISSING
    actual = _text(path)
    if actual == wanted:
        return None
    # An empty __init__.py is nobody's work.
    if actual == "" or (actual is not None and kind.is_ours(actual)):
        return Drift.CHANGED
    raise ForeignFileError(f"{path} is not a generated file, but one belongs there; move it away", path=str(path))


def _orphans(files: Mapping[str, str], root: Path, kind: Kind) -> Iterator[str]:
    for folder in {Path(path).parent for path in files} if kind.pattern else ():
        for path in (root / folder).glob(kind.pattern):
            relative = (folder / path.name).as_posix()
            if relative not in files and kind.is_ours(_text(path) or ""):
                yield relative


def _text(path: Path) -> str | None:
    """The file's exact text (line ends kept), ``None`` when it is no text file."""
    if path.is_symlink() or not path.is_file():
        return None
    try:
        return path.read_bytes().decode()
    except UnicodeDecodeError:
        return None
