"""Modules that the generator writes for a schema, imported from a folder that goes away with the process."""

from __future__ import annotations

import importlib
import itertools
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from eventpact_codegen import generate

_numbers = itertools.count()
_folder = tempfile.TemporaryDirectory(prefix="eventpact-generated-")


def import_generated(schemas: Mapping[str, str], module: str) -> Any:
    """Generate a fresh package from ``schemas`` (file name -> text) and import one module of it."""
    package = f"generated_for_tests_{next(_numbers)}"
    for path, text in generate(schemas, package=package).items():
        target = Path(_folder.name, path)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text)
    if _folder.name not in sys.path:
        sys.path.append(_folder.name)
    importlib.invalidate_caches()
    return importlib.import_module(f"{package}.{module}")
