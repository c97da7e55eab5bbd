"""Names in, the text of every file out. Nothing is written here."""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib.resources import files
from importlib.resources.abc import Traversable
from string import Template
from typing import Final

from eventpact.dead_letter import DeadLetter
from eventpact.scaffold.names import Names

__all__ = ["render"]

_SUFFIX: Final = ".in"
_SCHEMA: Final = "schemas/event.avsc"


class _Text(Template):
    """`@@{name}` stands for a name: `$` belongs to make, the shell and GitHub in these files."""

    delimiter = "@@"
    flags = re.VERBOSE


def render(names: Names, *, version: str, requirement: str) -> dict[str, str]:
    """Relative path -> text of everything that is written once and then belongs to the repository's people.

    ``version`` is the oldest eventpact that the package works with; ``requirement`` is what pip finds it by.
    """
    values = {
        "contract": names.contract,
        "event": names.event,
        "namespace": names.namespace,
        "package": names.package,
        "distribution": names.package.replace("_", "-"),
        "topic": names.topic,
        "owner": names.owner,
        "schema_file": names.schema_file,
        "strategy": names.strategy,
        "version": version,
        "requirement": requirement,
    }
    found = {path: _Text(text).substitute(values) for path, text in _templates()}
    found[f"schemas/{names.schema_file}"] = found.pop(_SCHEMA)
    found[f"src/{names.package}/py.typed"] = ""  # PEP 561: type checkers believe the classes in services, too
    # The envelope of dead letters is under contract, too; its classes ship with eventpact.
    found["schemas/dead_letter.avsc"] = DeadLetter.SCHEMA_TEXT
    return dict(sorted(found.items()))


def _templates() -> Iterator[tuple[str, str]]:
    yield from _below(files("eventpact.scaffold") / "templates", "")


def _below(folder: Traversable, prefix: str) -> Iterator[tuple[str, str]]:
    for entry in folder.iterdir():
        if entry.is_dir():
            yield from _below(entry, f"{prefix}{entry.name}/")
        elif entry.name.endswith(_SUFFIX):
            yield prefix + entry.name.removesuffix(_SUFFIX), entry.read_text("utf-8")
