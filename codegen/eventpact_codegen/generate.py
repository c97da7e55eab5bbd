"""Schemas in, a package's files out; nothing is written here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from eventpact.contract import Contract
from eventpact_codegen.doors import contracts_text, door_text
from eventpact_codegen.express import express
from eventpact_codegen.guard import guard
from eventpact_codegen.modules import module_text
from eventpact_codegen.naming import package_parts

__all__ = ["generate"]


def generate(schemas: Mapping[str, str], *, package: str, contracts: Sequence[Contract] = ()) -> dict[str, str]:
    """File name -> .avsc text in; relative path -> module text out.

    The paths start with the package's folders: ``a/b/order_placed.py`` for ``package="a.b"``. The files may use each
    other's types, in any order. ``contracts`` are those of the package's events; they become its module ``contracts``.

    Raises:
        SchemaError: a text is not valid Avro.
        ExpressionError: it is, but Python has no classes for it.
    """
    expressed = express(schemas, package)
    folder = "/".join(package_parts(package))
    files = {f"{folder}/__init__.py": door_text(expressed)}
    for module in expressed.modules:
        files[f"{folder}/{module.name}.py"] = module_text(module, expressed)
    if contracts:
        files[f"{folder}/contracts.py"] = contracts_text(expressed, contracts)
    for path, made in files.items():
        guard(path, made)
    return dict(sorted(files.items()))
