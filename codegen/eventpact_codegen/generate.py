"""Schemas in, a package's files out; nothing is written here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal, TypeAlias, assert_never

from eventpact.contract import Contract
from eventpact_codegen.avromodel import avromodel_text
from eventpact_codegen.avromodel_subset import check_subset
from eventpact_codegen.doors import contracts_text, door_text
from eventpact_codegen.express import express
from eventpact_codegen.guard import guard
from eventpact_codegen.model import Package
from eventpact_codegen.modules import module_text
from eventpact_codegen.naming import package_parts
from eventpact_codegen.strategies import strategies_text
from eventpact_codegen.unwise import Finding, unwise

__all__ = ["Base", "findings", "generate", "render"]

Base: TypeAlias = Literal["dataclass", "avromodel"]
"""What the classes are: plain dataclasses, or those of dataclasses-avroschema."""


def generate(
    schemas: Mapping[str, str], *, package: str, contracts: Sequence[Contract] = (), base: Base = "dataclass"
) -> dict[str, str]:
    """File name -> .avsc text in; relative path -> module text out.

    The paths start with the package's folders: ``a/b/order_placed.py`` for ``package="a.b"``. The files may use each
    other's types, in any order. ``contracts`` are those of the package's events; they become its module ``contracts``.

    Raises:
        SchemaError: a text is not valid Avro.
        ExpressionError: it is, but Python has no classes for it, or (``base="avromodel"``) that library has none.
    """
    return render(express(schemas, package), contracts, base)


def findings(schemas: Mapping[str, str], *, package: str) -> tuple[Finding, ...]:
    """What is unwise about schemas that `generate` takes. Raises what `generate` raises."""
    return unwise(express(schemas, package))


def render(package: Package, contracts: Sequence[Contract] = (), base: Base = "dataclass") -> dict[str, str]:
    """The package's files: its door, one module per schema file, its contracts, its strategies."""
    match base:
        case "dataclass":
            text_of = module_text
        case "avromodel":
            check_subset(package)
            text_of = avromodel_text
        case _:
            assert_never(base)
    folder = "/".join(package_parts(package.name))
    files = {f"{folder}/__init__.py": door_text(package)}
    for module in package.modules:
        files[f"{folder}/{module.name}.py"] = text_of(module, package)
    if contracts:
        files[f"{folder}/contracts.py"] = contracts_text(package, contracts)
    if (strategies := strategies_text(package)) is not None:
        files[f"{folder}/strategies.py"] = strategies
    for path, made in files.items():
        guard(path, made)
    return dict(sorted(files.items()))
