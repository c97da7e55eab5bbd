"""Generated modules, loaded from their text: the gate tests what the schemas say today, not what is installed."""

from __future__ import annotations

import hashlib
import importlib
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib.abc import InspectLoader, MetaPathFinder
from importlib.machinery import ModuleSpec
from importlib.util import spec_from_loader
from pathlib import PurePosixPath
from types import ModuleType
from typing import Any

__all__ = ["event_class"]


class _Texts(MetaPathFinder, InspectLoader):
    """Finds the modules of one package, under another name, in a mapping of texts."""

    def __init__(self, name: str, texts: Mapping[str, str]) -> None:
        self._name = name
        self._texts = texts

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname == self._name:
            return spec_from_loader(fullname, self, is_package=True)
        head, _, module = fullname.rpartition(".")
        return spec_from_loader(fullname, self) if head == self._name and module in self._texts else None

    def get_source(self, fullname: str) -> str:
        # The package's door would import everything; the modules are asked for one by one.
        return "" if fullname == self._name else self._texts[fullname.rpartition(".")[2]]


def event_class(files: Mapping[str, str], event: str) -> type[Any] | None:
    """The class of the record ``event`` in a package's files (path -> text), ``None`` when no module has it."""
    texts = {PurePosixPath(path).stem: text for path, text in files.items()}
    digest = hashlib.sha256(repr(sorted(texts.items())).encode("utf-8", "surrogatepass")).hexdigest()[:16]
    name = f"_eventpact_gate_{digest}"
    with _findable(_Texts(name, texts)):
        for module, text in sorted(texts.items()):
            if f'"{event}": ' not in text or "AVRO_TYPES" not in text:
                continue
            found = getattr(importlib.import_module(f"{name}.{module}"), "AVRO_TYPES", {}).get(event)
            if found is not None and hasattr(found, "SCHEMA_TEXT"):
                cls: type[Any] = found
                return cls
    return None


@contextmanager
def _findable(finder: _Texts) -> Iterator[None]:
    sys.meta_path.insert(0, finder)
    try:
        yield
    finally:
        sys.meta_path.remove(finder)
