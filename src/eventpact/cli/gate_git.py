"""What a git revision holds. Everything is asked of the `git` on this machine; nothing is checked out."""

from __future__ import annotations

import io
import subprocess
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import typer

__all__ = ["changed_files", "file_at", "folder_at", "known"]


def known(revision: str, folder: Path) -> None:
    """Raises a usage error when ``revision`` is no commit of the repository around ``folder``."""
    if revision.startswith("-"):
        raise typer.BadParameter(f"{revision!r} is not a git revision")
    _git(folder, "rev-parse", "--verify", "--quiet", f"{revision}^{{commit}}", wrong=f"{revision!r} is not a revision")


def file_at(revision: str, path: str) -> str:
    """The text of a file, whose path is relative to the current folder, as of ``revision``."""
    known(revision, Path())
    spelled = path if path.startswith("/") else f"./{path}"
    content = _git(Path(), "show", f"{revision}:{spelled}", wrong=f"{revision} has no file {path}")
    try:
        return content.decode()
    except UnicodeDecodeError:
        raise typer.BadParameter(f"{path} is not UTF-8 as of {revision}") from None


@contextmanager
def folder_at(revision: str, folder: Path) -> Iterator[Path | None]:
    """A copy of a folder as of ``revision``; ``None`` where it was not there yet."""
    known(revision, folder)
    outside = f"{folder} is in no git repository"
    top = Path(_git(folder, "rev-parse", "--show-toplevel", wrong=outside).decode().rstrip("\n"))
    prefix = _git(folder, "rev-parse", "--show-prefix", wrong=outside).decode().rstrip("\n").rstrip("/")
    if prefix and not _git(top, "ls-tree", "-d", "-z", revision, "--", prefix, wrong=f"cannot list {revision}"):
        yield None
        return
    archive = _git(top, "archive", "--format=tar", f"{revision}:{prefix}", wrong=f"cannot read {prefix} of {revision}")
    with TemporaryDirectory(prefix="eventpact-") as place:
        with tarfile.open(fileobj=io.BytesIO(archive)) as files:
            for member in files:
                # Plain files only: a link could lead anywhere.
                if member.isfile() and ".." not in Path(member.name).parts and not member.name.startswith("/"):
                    target = Path(place) / member.name
                    target.parent.mkdir(parents=True, exist_ok=True)
                    content = files.extractfile(member)
                    target.write_bytes(content.read() if content is not None else b"")
        yield Path(place)


def changed_files(revision: str, folder: Path) -> list[Path]:
    """Files below ``folder`` that ``revision`` holds and that are another or none today."""
    if not folder.exists():
        return []
    listed = _git(
        folder, "diff", "--name-only", "--no-renames", "--diff-filter=MDT", "--relative", "-z", revision, "--", ".",
        wrong=f"cannot compare {folder} with {revision}",
    )  # fmt: skip
    return [folder / name for name in listed.decode("utf-8", "replace").split("\0") if name]


def _git(folder: Path, *arguments: str, wrong: str) -> bytes:
    try:
        # A list of arguments and no shell; git is where the user's PATH says.
        command = ["git", "-C", str(folder), *arguments]
        done = subprocess.run(command, capture_output=True, check=False)  # noqa: S603
    except FileNotFoundError:
        raise typer.BadParameter("git is not installed") from None
    if done.returncode != 0:
        raise typer.BadParameter(wrong)
    return done.stdout
