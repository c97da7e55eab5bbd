"""The one layout of a schema file.

What fits into 120 columns stands on one line, anything else one item a line, two blanks deeper. A record's fields
always stand one a line, and so do the members of the outermost object. LF, and one at the end. Nothing is reordered and
no string or number is spelled anew.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, TypeAlias

from eventpact_compat.layout.document import Array, Node, Object, Scalar, read

__all__ = ["WIDTH", "format_text", "print_node"]

WIDTH: Final = 120


@dataclass(frozen=True, slots=True)
class _Todo:
    """Print ``node`` at ``column``; ``indent`` is that of its line, ``after`` what follows it on its last line.

    ``held``: not on one line, even if it fits.
    """

    node: Node
    indent: int
    column: int
    after: int
    held: bool = False


_Step: TypeAlias = "_Todo | str"


def format_text(text: str, source: str = "<schema>") -> str:
    """``text`` in the one layout; formatting twice changes nothing.

    Raises:
        SchemaError: ``text`` is not JSON.
    """
    return print_node(read(text, source).root)


def print_node(node: Node) -> str:
    """The text of a whole file whose document is ``node``."""
    out: list[str] = []
    steps: list[_Step] = list(reversed(_broken(node, 0))) if isinstance(node, Object) else [_Todo(node, 0, 0, 0)]
    while steps:
        match steps.pop():
            case str() as piece:
                out.append(piece)
            case _Todo(inner, indent, column, after, held):
                fits = not held and not inner.held and column + inner.width + after <= WIDTH
                steps.extend(reversed(_flat(inner) if fits else _broken(inner, indent)))
    return "".join(out) + "\n"


def _flat(node: Node) -> list[_Step]:
    match node:
        case Scalar(raw):
            return [raw]
        case Array(items):
            return ["[", *_joined([_flat(item) for item in items], ", "), "]"]
        case Object(members):
            return ["{", *_joined([[key.raw, ": ", *_flat(value)] for key, value in members], ", "), "}"]


def _broken(node: Node, indent: int) -> list[_Step]:
    inner = indent + 2
    heads: list[tuple[str, Node]]
    fields: Node | None = None
    match node:
        case Scalar(raw):
            return [raw]
        case Array(items):
            opening, closing, heads = "[", "]", [("", item) for item in items]
        case Object(members):
            opening, closing, heads = "{", "}", [(f"{key.raw}: ", value) for key, value in members]
            fields = node.get("fields")
    if not heads:
        return [opening + closing]
    last = len(heads) - 1
    lines: list[list[_Step]] = [
        [
            " " * inner + head,
            _Todo(value, inner, inner + len(head), int(number < last), isinstance(value, Array) and value is fields),
        ]
        for number, (head, value) in enumerate(heads)
    ]
    return [f"{opening}\n", *_joined(lines, ",\n"), "\n" + " " * indent + closing]


def _joined(groups: list[list[_Step]], between: str) -> list[_Step]:
    steps: list[_Step] = []
    for number, group in enumerate(groups):
        steps += [between, *group] if number else group
    return steps
