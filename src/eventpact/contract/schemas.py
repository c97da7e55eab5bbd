"""Several schema files that use each other's types, in any order -> parsed schemas, the used before the users."""

from __future__ import annotations

import json
from collections.abc import Container, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from eventpact.errors import SchemaError
from eventpact.schema import Schema, parse

__all__ = ["named_below", "parse_all", "renamed", "uses"]

_NAMED: Final = frozenset({"record", "error", "enum", "fixed"})
_PRIMITIVE: Final = frozenset({"null", "boolean", "int", "long", "float", "double", "bytes", "string"})


def parse_all(texts: Mapping[str, str]) -> dict[str, Schema]:
    """File name -> text in; file name -> schema out, in dependency order, else in the order of the names.

    A type that a file uses but does not define comes from the first file, by name, that defines it.

    Raises:
        SchemaError: a text is not valid Avro, or files use each other in a circle.
    """
    names = {file: _names(text) for file, text in sorted(texts.items())}
    needs = _needs(names)
    schemas: dict[str, Schema] = {}
    for file in _ordered(needs):
        references = {
            schemas[other].name or min(names[other][0]): texts[other] for other in _reachable(file, needs, schemas)
        }
        schemas[file] = parse(texts[file], references=references or None, source=file)
    return schemas


def uses(texts: Mapping[str, str]) -> dict[str, list[str]]:
    """File name -> the files whose types it uses. Texts that are not Avro use nothing."""
    return _needs({file: _names(text) for file, text in sorted(texts.items())})


def renamed(error: SchemaError, source: str) -> SchemaError:
    """The same error of a file that is called ``source``."""
    return SchemaError(error.message, source=source, line=error.line, column=error.column, pointer=error.pointer)


@contextmanager
def named_below(folder: Path, files: Container[str]) -> Iterator[None]:
    """Schemas are named as in the folder, errors about them as whoever reads those finds the file."""
    try:
        yield
    except SchemaError as error:
        if error.source not in files:
            raise
        raise renamed(error, (folder / error.source).as_posix()) from None


def _needs(names: Mapping[str, tuple[frozenset[str], frozenset[str]]]) -> dict[str, list[str]]:
    home = _homes({file: defined for file, (defined, _) in names.items()})
    return {file: sorted({home[n] for n in used - defined if n in home}) for file, (defined, used) in names.items()}


def _homes(defined: Mapping[str, frozenset[str]]) -> dict[str, str]:
    home: dict[str, str] = {}
    for file, names in defined.items():
        for name in names:
            home.setdefault(name, file)
    return home


def _ordered(needs: Mapping[str, list[str]]) -> list[str]:
    order: list[str] = []
    left = dict(needs)
    while left:
        ready = [file for file, others in left.items() if not any(other in left for other in others)]
        if not ready:
            circle = _circle(left)
            raise SchemaError(
                f"the files use each other in a circle ({' -> '.join(circle)}); put those types into one file",
                source=circle[0],
            )
        order += ready
        left = {file: others for file, others in left.items() if file not in ready}
    return order


def _circle(left: Mapping[str, list[str]]) -> list[str]:
    """A circle in a graph where every node still has somewhere to go."""
    path = [min(left)]
    while (after := next(other for other in left[path[-1]] if other in left)) not in path:
        path.append(after)
    return [*path[path.index(after) :], after]


def _reachable(file: str, needs: Mapping[str, list[str]], order: Iterable[str]) -> list[str]:
    """The files that ``file`` needs, directly or not, the used before the users."""
    found: set[str] = set()
    todo = [*needs[file]]
    while todo:
        other = todo.pop()
        if other not in found:
            found.add(other)
            todo += needs[other]
    return [other for other in order if other in found]


def _names(text: str) -> tuple[frozenset[str], frozenset[str]]:
    """The full names that a text defines and uses. Whether it is Avro at all is the parser's question."""
    defined: set[str] = set()
    used: set[str] = set()
    try:
        # Any: this is where JSON is read; every shape below is matched before it is used.
        todo: list[tuple[Any, str]] = [(json.loads(text), "")]
    except (ValueError, RecursionError):
        return frozenset(), frozenset()
    while todo:
        node, namespace = todo.pop()
        match node:
            case str() if node not in _PRIMITIVE:
                used.add(_full(node, namespace))
            case list():
                todo += [(branch, namespace) for branch in node]
            case {"type": str() as kind, "name": str() as name} if kind in _NAMED:
                own = node.get("namespace", namespace)
                full = _full(name, own if isinstance(own, str) else namespace)
                defined.add(full)
                fields = node.get("fields", ())
                inner = full.rpartition(".")[0]
                todo += [(field["type"], inner) for field in fields if isinstance(field, dict) and "type" in field]
            case {"type": "array", "items": items}:
                todo.append((items, namespace))
            case {"type": "map", "values": values}:
                todo.append((values, namespace))
            case {"type": inner_type}:
                todo.append((inner_type, namespace))
            case _:
                pass
    return frozenset(defined), frozenset(used)


def _full(name: str, namespace: str) -> str:
    return name if "." in name or not namespace else f"{namespace}.{name}"
