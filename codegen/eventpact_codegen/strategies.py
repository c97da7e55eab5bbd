"""A package's ``strategies.py``: Hypothesis strategies for its events, for tests only."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from typing import Final

from eventpact.schema.tree import Array, Map, Record, Ref, Type, Union
from eventpact_codegen.aids import AIDS, BUILT
from eventpact_codegen.draws import Drawing
from eventpact_codegen.expressions import Atom, Call, Dict, Expr
from eventpact_codegen.imports import Imports
from eventpact_codegen.layout import assign, fit
from eventpact_codegen.literals import WIDTH, docstring
from eventpact_codegen.model import Module, Package, RecordClass
from eventpact_codegen.modules import NOQA, header, listing
from eventpact_codegen.naming import snake_case
from eventpact_codegen.sorting import by_listing

__all__ = ["strategies_text"]

_IMPORTS: Final = {
    "_decimals": (("decimal", "Decimal"),),
    "_durations": (("eventpact.duration", "Duration"),),
    "_matching": (("", "re"),),
}
_PLAIN: Final = re.compile(r"[a-z][a-z0-9_]*")


def strategies_text(package: Package) -> str | None:
    """The module's text, ``None`` for a package without records."""
    records = {
        found.avro_name: (found, module)
        for module in package.modules
        for found in module.classes.values()
        if isinstance(found, RecordClass)
    }
    if not records:
        return None
    imports = Imports()
    spelled = _spelled(package, imports)
    functions = _function_names(records)
    drawing = Drawing(
        {name: named for module in package.modules for name, named in module.known.items()},
        lambda name: spelled[name],
        lambda name: f"_{functions[name]}",
    )
    used_by_name = {
        name for found, _ in records.values() for a in found.record.fields for name in _records(a.type, package)
    }
    body: list[str] = []
    for name, (found, _) in records.items():
        body += ["", "", *_function(found, spelled[name], functions[name], drawing)]
    events = {name: functions[name] for name, (found, module) in records.items() if module.event is found}
    lines = [
        *header(", ".join(sorted(m.file for m in package.modules))),
        *docstring(f"Hypothesis strategies for the events of {package.name}. For tests: needs hypothesis.", 0),
        "",
        *_imports(imports, drawing, package, body),
        *listing(sorted(["EVENT_STRATEGIES", *functions.values()], key=by_listing)),
        "",
        '_T = TypeVar("_T")',
        *(['_Moment = TypeVar("_Moment", dt.datetime, dt.time)'] if "_whole_millis" in drawing.used else []),
        *_aids(drawing),
        *body,
        "",
        "",
    ]
    for name in sorted(used_by_name, key=lambda n: functions[n]):
        # Deferred: records may hold each other, and themselves.
        lines += assign(
            f"_{functions[name]}", None, Call("st.deferred", (("", Atom(f"lambda: {functions[name]}()")),)), 0
        )
    table = Dict(tuple((name, Atom(functions[name])) for name in sorted(events)))
    lines += assign("EVENT_STRATEGIES", Atom("Final[Mapping[str, Callable[..., st.SearchStrategy[object]]]]"), table, 0)
    if "_durations" in drawing.used or any(len(line) > 120 for line in lines):
        lines[2:2] = NOQA
    return "\n".join(lines) + "\n"


def _function(found: RecordClass, spelled: str, function: str, drawing: Drawing) -> Iterator[str]:
    head = f"def {function}(**overrides: object) -> st.SearchStrategy[{spelled}]:"
    if len(head) <= WIDTH:
        yield head
    else:
        yield from (f"def {function}(", "    **overrides: object,", f") -> st.SearchStrategy[{spelled}]:")
    args: list[tuple[str, Expr]] = [("", Atom(spelled)), ("", Atom("overrides"))]
    args += ((a.name, drawing.field(a.field)) for a in found.attributes)
    first, *rest = fit(Call("_built", tuple(args)), 4, len("return "))
    yield from (f"    return {first}", *rest)


def _spelled(package: Package, imports: Imports) -> dict[str, str]:
    """How the module calls each class; two classes of one name carry their module's."""
    every = [(name, home, home.classes[name].name) for name, home in package.homes.items() if name in home.classes]
    counts = Counter(simple for _, _, simple in every)
    spelled: dict[str, str] = {}
    for name, home, simple in every:
        free = counts[simple] == 1 and simple not in _TAKEN and not _PLAIN.fullmatch(simple)
        spelled[name] = simple if free else f"_{home.name}_{simple}"
    return spelled


_TAKEN: Final = frozenset({"Callable", "Decimal", "Duration", "Final", "Mapping", "TypeVar", "EVENT_STRATEGIES"})


def _function_names(records: dict[str, tuple[RecordClass, Module]]) -> dict[str, str]:
    names: dict[str, str] = {}
    for name, (found, module) in records.items():
        base = snake_case(found.name).strip("_")
        plural = f"{base.removesuffix('_event')}_events" if module.event is found else f"{base}_records"
        names[name] = plural
    counts = Counter(names.values())
    taken = {function for function, count in counts.items() if count == 1}
    for name, (_, module) in records.items():
        if counts[names[name]] > 1:
            wanted = f"{module.name}_{names[name]}"
            free = (wanted if n == 1 else f"{wanted}_{n}" for n in range(1, len(records) + 1))
            names[name] = next(function for function in free if function not in taken)
            taken.add(names[name])
    return names


def _records(type_: Type, package: Package) -> Iterator[str]:
    match type_:
        case Union(branches):
            for branch in branches:
                yield from _records(branch, package)
        case Array(items=inner) | Map(values=inner):
            yield from _records(inner, package)
        case Ref(name) if isinstance(package.homes[name].known[name], Record):
            yield name
        case _:
            return


def _aids(drawing: Drawing) -> Iterator[str]:
    for text in (BUILT, *(AIDS[name] for name in sorted(drawing.used))):
        yield from ("", "", *text.rstrip("\n").split("\n"))


def _imports(imports: Imports, drawing: Drawing, package: Package, body: list[str]) -> list[str]:
    imports.member("__future__", "annotations")
    imports.member("hypothesis", "strategies", "st")
    for module, names in {"collections.abc": ("Callable", "Mapping"), "typing": ("Final", "TypeVar", "cast")}.items():
        for name in names:
            imports.member(module, name)
    text = "\n".join(body)
    if "dt." in text or "_whole_millis" in drawing.used:
        imports.module("datetime", "dt")
    for aid in drawing.used & _IMPORTS.keys():
        for module, name in _IMPORTS[aid]:
            imports.member(module, name) if module else imports.module(name, name)
    words = set(re.findall(r"\w+", text))
    for avro_name, spelled in _spelled(package, imports).items():
        if spelled in words:
            home = package.homes[avro_name]
            imports.member(f".{home.name}", home.classes[avro_name].name, spelled)
    return imports.lines()
