"""How a service imports the class of an event."""

from __future__ import annotations

from collections.abc import Iterator

from eventpact.contract import Manifest, Package
from eventpact.errors import ExpressionError, SchemaError
from eventpact_codegen.doors import hidden_names
from eventpact_codegen.express import express

__all__ = ["python_names"]


def python_names(manifest: Manifest) -> dict[str, str]:
    """Avro full name -> the import statement, for every type that a package of the manifest has a class for."""
    return dict(pair for package in manifest.packages for pair in _of(package, manifest))


def _of(package: Package, manifest: Manifest) -> Iterator[tuple[str, str]]:
    try:
        made = express({file: manifest.schemas[file].text for file in package.schemas}, package.name)
    except (ExpressionError, SchemaError):
        # There are no classes: why is what `eventpact generate` says. The contract is one all the same.
        return
    hidden = hidden_names(made)
    for module in made.modules:
        for name, found in module.classes.items():
            home = made.name if hidden.get(found.name, module) is module else f"{made.name}.{module.name}"
            yield name, f"from {home} import {found.name}"
