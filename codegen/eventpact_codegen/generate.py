"""Schemas in, a package's files out; nothing is written here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from eventpact.contract import Contract
from eventpact_codegen.doors import contracts_text, door_text
from eventpact_codegen.express import express
from eventpact_codegen.guard import guard
from eventpact_codegen.model import Package
from eventpact_codegen.modules import module_text
from eventpact_codegen.naming import package_parts
from eventpact_codegen.strategies import strategies_text
from eventpact_codegen.unwise import Finding, unwise

__all__ = ["findings", "generate", "render"]


def generate(schemas: Mapping[str, str], *, package: str, contracts: Sequence[Contract] = ()) -> dict[str, str]:
    """File name -> .avsc text in; relative path -> module text out.

    The paths start with the package's folders: ``a/b/order_placed.py`` for ``package="a.b"``. The files may use each
    other's types, in any order. ``contracts`` are those of the package's events; they become its module ``contracts``.

    Raises:
        SchemaError: a text is not valid Avro.
        ExpressionError: it is, but Python has no classes for it.
    """
    return render(express(schemas, package), contracts)


def findings(schemas: Mapping[str, str], *, package: str) -> tuple[Finding, ...]:
    """What is unwise about schemas that `generate` takes. Raises what `generate` raises."""
    return unwise(express(schemas, package))


def render(package: Package, contracts: Sequence[Contract] = ()) -> dict[str, str]:
    """The package's files: its door, one module per schema file, its contracts, its strategies."""
    folder = "/".join(package_parts(package.name))
    files = {f"{folder}/__init__.py": door_text(package)}
    for module in package.modules:
        files[f"{folder}/{module.name}.py"] = module_text(module, package)
    if contracts:
        files[f"{folder}/contracts.py"] = contracts_text(package, contracts)
    if (strategies := strategies_text(package)) is not None:
        files[f"{folder}/strategies.py"] = strategies
    for path, made in files.items():
        guard(path, made)
    return dict(sorted(files.items()))
