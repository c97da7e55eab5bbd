"""From a name that a person types to the generated class."""

import sys
from importlib import import_module
from typing import Any

from eventpact.contract import Manifest
from eventpact.contract.nearest import did_you_mean
from eventpact.errors import ManifestError

__all__ = ["event_class"]


def event_class(manifest: Manifest, name: str) -> type[Any]:
    """The event class called ``name`` (class name or Avro full name) in the manifest's packages.

    Raises:
        ManifestError: no package has it, or its package is not generated yet.
    """
    found = _classes(manifest)
    for known, cls in found.items():
        if name in {known, cls.__name__}:
            return cls
    near = did_you_mean(name, [*found, *(cls.__name__ for cls in found.values())])
    raise ManifestError(f"no event is called {name!r}{near} (there are: {', '.join(found)})", source=str(manifest.path))


def _classes(manifest: Manifest) -> dict[str, type[Any]]:
    found: dict[str, type[Any]] = {}
    for package in manifest.packages:
        root = str(package.out.resolve())
        if root not in sys.path:
            sys.path.insert(0, root)
        try:
            module = import_module(package.name)
        except ModuleNotFoundError:
            raise ManifestError(
                f"{package.name} is not there yet; run `eventpact generate`", source=str(manifest.path)
            ) from None
        members = (getattr(module, name) for name in module.__all__)
        found.update({cls.AVRO_NAME: cls for cls in members if hasattr(cls, "SCHEMA_TEXT")})
    return found
