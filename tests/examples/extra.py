"""Is the `examples` extra installed? Its packages are too large for every developer: `make examples` brings them."""

from __future__ import annotations

import tomllib
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Final

from packaging.requirements import Requirement


def installed(name: str) -> bool:
    try:
        version(name)
    except PackageNotFoundError:
        return False
    return True


PROJECT: Final = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text("utf-8"))["project"]
WANTED: Final = {Requirement(line).name for line in PROJECT["optional-dependencies"]["examples"]}
MISSING: Final = {name for name in WANTED if not installed(name)}

IGNORED: Final = ["test_*.py"] if MISSING else []
"""For `collect_ignore_glob` of the folders that need the extra."""
