"""Expressions and where their lines break.

The formatter joins what fits on one line. So whatever is broken here is held open by a magic comma or, where Python
allows none, by a comment: the text is the same for a line length of 88 and for a longer one.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final, assert_never

from eventpact_codegen.expressions import (
    Atom,
    Call,
    Dict,
    Expr,
    Lambda,
    OneOf,
    Set,
    Subscript,
    Text,
    Tuple,
    flat,
    keyword,
)
from eventpact_codegen.literals import WIDTH, columns, pieces, text

__all__ = ["assign", "fit", "held_list"]

_ONE_OF: Final = "  # one of"


def fit(expr: Expr, indent: int, around: int = 0) -> list[str]:
    """The expression as lines that fit, all but the first indented. Its line holds ``around`` columns already."""
    line = flat(expr)
    return [line] if indent + around + columns(line) <= WIDTH else _broken(expr, indent, around)


def assign(target: str, annotation: Expr | None, value: Expr | None, indent: int) -> list[str]:
    """``target: annotation = value`` as indented lines."""
    margin = " " * indent
    head = f"{target}: " if annotation is not None else target
    shape = flat(annotation) if annotation is not None else ""
    if value is None:
        assert annotation is not None  # noqa: S101  # an assignment assigns something
        return _joined(margin + head, _parenthesized(annotation, indent, len(head)))
    if indent + columns(f"{head}{shape} = {flat(value)}") <= WIDTH:
        return [f"{margin}{head}{shape} = {flat(value)}"]
    if indent + columns(f"{head}{shape} = {_opening(value)}") <= WIDTH and (_breaks(value) or not _splits(annotation)):
        return _joined(f"{margin}{head}{shape} = ", _parenthesized(value, indent, WIDTH))
    types = _parenthesized(annotation, indent, WIDTH) if annotation is not None else [""]
    last = types[-1] if len(types) > 1 else margin + head + types[-1]
    values = _parenthesized(value, indent, columns(last) + 3 - indent)
    return _joined(margin + head, [*types[:-1], types[-1] + " = " + values[0], *values[1:]])


def _broken(expr: Expr, indent: int, around: int = 0) -> list[str]:
    inner = indent + 4
    match expr:
        case Atom() | Text():
            return [flat(expr)]
        case Subscript(origin, args) if len(args) > 1:
            return [f"{origin}[", *_items((("", arg) for arg in args), inner), " " * indent + "]"]
        case Subscript():
            return [flat(expr)]
        case OneOf(branches):
            return _alternatives(branches, indent, around)
        case Call(function, args):
            if not args:
                return [flat(expr)]
            return [f"{function}(", *_items(((keyword(k), arg) for k, arg in args), inner), " " * indent + ")"]
        case Tuple(items):
            # The comma of a one-tuple is no magic one.
            note = "  # one item" if len(items) == 1 else ""
            lines = _items((("", item) for item in items), inner, len(note))
            return ["(", lines[0] + note, *lines[1:], " " * indent + ")"] if lines else ["()"]
        case Set(items):
            return ["{", *_items((("", item) for item in items), inner), " " * indent + "}"]
        case Dict(items):
            lines = _items(((f"{text(key)}: ", value) for key, value in items), inner)
            return ["{", *lines, " " * indent + "}"] if lines else ["{}"]
        case Lambda(body):
            return _joined("lambda: ", _broken(body, indent))
        case _:
            assert_never(expr)


def _items(items: Iterable[tuple[str, Expr]], indent: int, note: int = 0) -> list[str]:
    """One item a line, each with its comma and room for a comment of ``note`` columns."""
    lines: list[str] = []
    for head, item in items:
        around = columns(head) + 1 + note
        long = isinstance(item, Text) and indent + around + columns(flat(item)) > WIDTH
        found = _held(item, indent) if long and isinstance(item, Text) else fit(item, indent, around)
        lines += _joined(" " * indent + head, [*found[:-1], found[-1] + ","])
    return lines


def _alternatives(branches: Sequence[Expr], indent: int, after: int = 0) -> list[str]:
    """One branch a line; ``after`` columns follow the last."""
    # The formatter counts the comment, too.
    first = fit(branches[0], indent, len(_ONE_OF))
    lines = [f"{first[0]}{_ONE_OF}", *first[1:]]
    *others, last = branches[1:]
    for branch, around in [*((branch, 2) for branch in others), (last, 2 + after)]:
        lines += _joined(" " * indent + "| ", fit(branch, indent, around))
    return lines


def _parenthesized(expr: Expr, indent: int, around: int) -> list[str]:
    """Like `fit`, for a place outside all brackets."""
    line = flat(expr)
    if indent + around + columns(line) <= WIDTH:
        return [line]
    if isinstance(expr, OneOf):
        lines = _alternatives(expr.branches, indent + 4)
        return ["(", " " * (indent + 4) + lines[0], *lines[1:], " " * indent + ")"]
    return _held(expr, indent) if isinstance(expr, Atom | Text) else _broken(expr, indent)


def _held(expr: Atom | Text, indent: int) -> list[str]:
    margin = " " * (indent + 4)
    if isinstance(expr, Text) and indent + 4 + columns(flat(expr)) > WIDTH:
        first, *rest = pieces(expr.value, WIDTH - indent - 4)
        return ["(", f"{margin}{first}  # in pieces", *(margin + piece for piece in rest), " " * indent + ")"]
    return ["(", f"{margin}# on a line of its own", margin + flat(expr), " " * indent + ")"]


def _breaks(expr: Expr) -> bool:
    match expr:
        case Call(_, args):
            return bool(args)
        case Tuple(items):
            return bool(items)
        case Dict(items):
            return bool(items)
        case Set():
            return True
        case Lambda(body):
            return _breaks(body)
        case Text():
            return True
        case _:
            return False


def _splits(annotation: Expr | None) -> bool:
    return isinstance(annotation, OneOf | Subscript) and len(flat(annotation)) > 20


def _opening(expr: Expr) -> str:
    match expr:
        case Call(function, _):
            return f"{function}("
        case Lambda(body):
            return f"lambda: {_opening(body)}"
        case _:
            return "("


def _joined(head: str, lines: Sequence[str]) -> list[str]:
    return [head + lines[0], *lines[1:]]


def held_list(items: Iterable[str]) -> list[str]:
    """One item a line, each with its comma."""
    return [f"    {item}," for item in items]
