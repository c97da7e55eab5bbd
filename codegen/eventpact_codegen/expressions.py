"""Python expressions as values, so that their text and their line breaks are decided in one place."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias, assert_never

from eventpact_codegen.literals import text

__all__ = ["Atom", "Call", "Dict", "Expr", "Lambda", "OneOf", "Set", "Subscript", "Text", "Tuple", "flat", "keyword"]


@dataclass(frozen=True, slots=True)
class Atom:
    """A name, a number, a short literal: never broken."""

    code: str


@dataclass(frozen=True, slots=True)
class Text:
    """A string literal; a long one is written in pieces."""

    value: str


@dataclass(frozen=True, slots=True)
class Subscript:
    """``origin[args, ...]`` with at least two arguments, or one that never breaks."""

    origin: str
    args: tuple[Expr, ...]


@dataclass(frozen=True, slots=True)
class OneOf:
    """``A | B | None``, at least two of them."""

    branches: tuple[Expr, ...]


@dataclass(frozen=True, slots=True)
class Call:
    """A call; an argument without keyword has the keyword ``""``."""

    function: str
    args: tuple[tuple[str, Expr], ...] = ()


@dataclass(frozen=True, slots=True)
class Tuple:
    items: tuple[Expr, ...]


@dataclass(frozen=True, slots=True)
class Set:
    """A set literal, never empty."""

    items: tuple[Expr, ...]


@dataclass(frozen=True, slots=True)
class Dict:
    items: tuple[tuple[str, Expr], ...]


@dataclass(frozen=True, slots=True)
class Lambda:
    """``lambda: body``, where the body is something in brackets."""

    body: Expr


Expr: TypeAlias = Atom | Text | Subscript | OneOf | Call | Tuple | Set | Dict | Lambda


def flat(expr: Expr) -> str:
    """The expression on one line."""
    match expr:
        case Atom(code):
            return code
        case Text(value):
            return text(value)
        case Subscript(origin, args):
            return f"{origin}[{', '.join(map(flat, args))}]"
        case OneOf(branches):
            return " | ".join(map(flat, branches))
        case Call(function, args):
            return f"{function}({', '.join(keyword(k) + flat(arg) for k, arg in args)})"
        case Tuple(items):
            return f"({', '.join(map(flat, items))}{',' if len(items) == 1 else ''})"
        case Set(items):
            return "{" + ", ".join(map(flat, items)) + "}"
        case Dict(items):
            return "{" + ", ".join(f"{text(key)}: {flat(value)}" for key, value in items) + "}"
        case Lambda(body):
            return f"lambda: {flat(body)}"
        case _:
            assert_never(expr)


def keyword(name: str) -> str:
    """``name=`` for a named argument, nothing for one without a name."""
    return f"{name}=" if name else ""
