"""A last look at generated text: it defines classes and constants and runs nothing else.

Every schema text passes through `literals` or `naming`, so this never fires. It stands for the day someone forgets.
"""

from __future__ import annotations

import ast
from typing import Final

__all__ = ["guard"]

_MODULE: Final = (ast.Import, ast.ImportFrom, ast.ClassDef, ast.FunctionDef, ast.Assign, ast.AnnAssign, ast.Expr)
_CLASS: Final = (ast.FunctionDef, ast.Assign, ast.AnnAssign, ast.Expr)
_VALUES: Final = frozenset(
    {"Decimal", "Duration", "UUID", "dataclass", "date", "datetime", "field", "fromisoformat", "time"}
)


def guard(path: str, made: str) -> None:
    """`AssertionError` when the text could do more than define classes and constants."""
    tree = ast.parse(made, path)
    classes = {node.name for node in tree.body if isinstance(node, ast.ClassDef)}
    for node in tree.body:
        _check(node, _MODULE, path)
        if isinstance(node, ast.ClassDef):
            for inner in node.body:
                _check(inner, _CLASS, path)
                if isinstance(inner, ast.FunctionDef) and inner.name != "__repr__":
                    raise AssertionError(f"{path}:{inner.lineno}: the generator wrote a method it does not know")
    assert classes is not None  # noqa: S101


def _check(node: ast.stmt, allowed: tuple[type[ast.stmt], ...], path: str) -> None:
    harmless = isinstance(node, allowed) and (not isinstance(node, ast.Expr) or isinstance(node.value, ast.Constant))
    if not harmless:
        raise AssertionError(f"{path}:{node.lineno}: the generator wrote a statement that is no definition")
