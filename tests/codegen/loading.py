"""Generated packages, written and imported for one test."""

from __future__ import annotations

import importlib
import itertools
import json
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType

from eventpact_codegen import generate, write

_numbers = itertools.count()


@contextmanager
def imported(schemas: Mapping[str, str], folder: Path) -> Iterator[ModuleType]:
    """The package of these schemas, under a name of its own; gone afterwards."""
    package = f"generated_{next(_numbers)}"
    write(generate(schemas, package=package), folder)
    sys.path.insert(0, str(folder))
    try:
        importlib.invalidate_caches()
        yield importlib.import_module(package)
    finally:
        sys.path.remove(str(folder))
        for name in [name for name in sys.modules if name.split(".")[0] == package]:
            del sys.modules[name]


def record(name: str, *fields: Mapping[str, object], namespace: str = "t", **properties: object) -> str:
    """The text of a record schema."""
    return json.dumps({"type": "record", "name": name, "namespace": namespace, **properties, "fields": list(fields)})


def field(name: str, type_: object, **properties: object) -> dict[str, object]:
    """A field; ``default=`` and the like are its properties."""
    return {"name": name, "type": type_, **properties}
