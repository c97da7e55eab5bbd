"""The environment over a `.env` file, read without changing the process's own environment."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from dotenv import dotenv_values

from eventpact.errors import SettingsError
from eventpact.secret import Secret

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["Environment"]


@dataclass(frozen=True, slots=True)
class Environment:
    """Variables by name. One that is set to nothing counts as not set, and hides the `.env` file's value."""

    variables: Mapping[str, str]
    defaults: Mapping[str, str]

    def __repr__(self) -> str:
        return f"<Environment of {len(self.variables)} variables over {len(self.defaults)}>"

    @classmethod
    def read(cls, environ: Mapping[str, str] | None = None, dotenv: str | Path | None = ".env") -> Environment:
        """`environ` (the process's by default) over the file `dotenv`, which need not exist; `None` reads no file."""
        return cls(os.environ if environ is None else environ, {} if dotenv is None else read_file(Path(dotenv)))

    def get(self, name: str) -> str | None:
        """The value without surrounding white space, or `None` where there is none."""
        value = self.variables.get(name)
        if value is None:
            value = self.defaults.get(name)
        return None if value is None else value.strip() or None

    def secret(self, name: str) -> Secret | None:
        """The value, hidden."""
        value = self.get(name)
        return None if value is None else Secret(value)

    def path(self, name: str) -> Path | None:
        """The value as a path; `~` is the home folder."""
        value = self.get(name)
        return None if value is None else Path(value).expanduser()


def read_file(path: Path) -> Mapping[str, str]:
    """Values as written: `$` is a character like any other, so that a password needs no quoting rules."""
    if not path.is_file():
        return {}
    try:
        values = dotenv_values(path, interpolate=False, encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        # The exception would carry the file's bytes.
        raise SettingsError(path.name, "cannot be read as a UTF-8 text file of NAME=value lines") from None
    return {name: value for name, value in values.items() if value is not None}
