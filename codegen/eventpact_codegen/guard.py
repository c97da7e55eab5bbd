"""A last look at generated text: it defines classes and constants and runs nothing else.

Every schema text passes through `literals` or `naming`, so this never fires. It stands for the day someone forgets.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Final

__all__ = ["guard"]

_MODULE: Final = (ast.Import, ast.ImportFrom, ast.ClassDef, ast.FunctionDef, ast.Assign, ast.AnnAssign, ast.Expr)
_META: Final = (ast.Assign,)
_CLASS: Final = (ast.FunctionDef, ast.Assign, ast.AnnAssign, ast.Expr)
_MODULES: Final = frozenset(
    {
        "__future__",
        "builtins",
        "collections.abc",
        "dataclasses",
        "dataclasses_avroschema",
        "datetime",
        "decimal",
        "enum",
        "hypothesis",
        "re",
    }
    | {"typing", "uuid", "eventpact.contract", "eventpact.duration", "eventpact.schema"}
)
_HARMFUL: Final = frozenset({"__import__", "compile", "eval", "exec", "getattr", "globals", "open", "setattr", "vars"})


def guard(path: str, made: str) -> None:
    """`AssertionError` when the text could do more than define classes, constants and strategies."""
    for problem in _problems(ast.parse(made, path)):
        raise AssertionError(f"{path}: the generator wrote {problem}; please report it")


def _problems(tree: ast.Module) -> Iterator[str]:
    for node in tree.body:
        yield from _statement(node, _MODULE)
        if isinstance(node, ast.ClassDef):
            for inner in node.body:
                if isinstance(inner, ast.ClassDef) and inner.name == "Meta":
                    yield from (problem for line in inner.body for problem in _statement(line, _META))
                    continue
                yield from _statement(inner, _CLASS)
                if isinstance(inner, ast.FunctionDef) and inner.name != "__repr__":
                    yield f"the method {inner.name}"
    for part in ast.walk(tree):
        if isinstance(part, ast.Import) and not {alias.name for alias in part.names} <= _MODULES:
            yield "an import it does not know"
        if isinstance(part, ast.ImportFrom) and part.level != 1 and part.module not in _MODULES:
            yield f"an import from {part.module}"
        if isinstance(part, ast.Name) and part.id in _HARMFUL:
            yield f"a use of {part.id}"


def _statement(node: ast.stmt, allowed: tuple[type[ast.stmt], ...]) -> Iterator[str]:
    if not isinstance(node, allowed) or (isinstance(node, ast.Expr) and not isinstance(node.value, ast.Constant)):
        yield f"a statement that is no definition in line {node.lineno}"
