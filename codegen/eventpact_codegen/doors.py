"""The package's own modules: the door that re-exports its classes, and its contracts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from eventpact.contract import Contract, DeadLetterTopic, Topic
from eventpact.errors import ExpressionError
from eventpact_codegen.expressions import Atom, Call, Dict, Expr, Text, Tuple
from eventpact_codegen.imports import Imports
from eventpact_codegen.layout import assign
from eventpact_codegen.literals import docstring
from eventpact_codegen.model import Module, Package
from eventpact_codegen.modules import header, listing
from eventpact_codegen.sorting import by_listing

__all__ = ["contracts_text", "door_text", "hidden_names"]


def door_text(package: Package) -> str:
    """``__init__.py``: every class whose simple name is unique in the package."""
    imports = Imports()
    hidden = hidden_names(package)
    names = [
        imports.member(f".{module.name}", found.name)
        for module in package.modules
        for found in module.classes.values()
        if hidden.get(found.name, module) is module
    ]
    return _text(
        [
            *header(", ".join(sorted(m.file for m in package.modules))),
            *docstring(f"Event classes of {package.name}.", 0),
        ],
        imports,
        listing(sorted(names, key=by_listing)),
    )


def hidden_names(package: Package) -> dict[str, Module | None]:
    """Class names that several modules have, with the module that the door takes it from.

    That is the only one where it is the file's event; if there is no such module, the door leaves the name out.
    """
    counts = Counter(found.name for module in package.modules for found in module.classes.values())
    hidden: dict[str, Module | None] = {}
    for name in sorted(name for name, count in counts.items() if count > 1):
        events = [module for module in package.modules if module.event is not None and module.event.name == name]
        hidden[name] = events[0] if len(events) == 1 else None
    return hidden


def contracts_text(package: Package, contracts: Sequence[Contract]) -> str:
    """``contracts.py``: the contracts of the package's events, by Avro name."""
    events = {module.event.avro_name for module in package.modules if module.event is not None}
    for contract in contracts:
        if contract.event not in events:
            raise ExpressionError(
                f"the contract {contract.name} is about {contract.event}, which is no event of {package.name}",
                source=contract.schema,
                hint="make it the record at the root of its file, and list that file in the package",
            )
    imports = Imports()
    imports.member("collections.abc", "Mapping")
    imports.member("typing", "Final")
    items = tuple((c.event, _contract(c, imports)) for c in sorted(contracts, key=lambda c: c.event))
    value = assign("CONTRACTS", Atom("Final[Mapping[str, Contract]]"), Dict(items), 0)
    return _text(
        [*header("the manifest"), *docstring(f"Contracts of {package.name}: what the manifest promises.", 0)],
        imports,
        [*listing(["CONTRACTS"]), "", *value],
    )


def _contract(contract: Contract, imports: Imports) -> Expr:
    dead_letter = contract.dead_letter
    args: list[tuple[str, Expr]] = [
        ("name", Text(contract.name)),
        ("schema", Text(contract.schema)),
        ("event", Text(contract.event)),
        ("topic", _topic(contract.topic, imports)),
        ("key", Text(contract.key)),
        ("level", Atom(f"{imports.member('eventpact.schema', 'Level')}.{contract.level.name}")),
        ("subject_strategy", Text(contract.subject_strategy)),
        ("groups", Tuple(tuple(map(Text, contract.groups)))),
    ]
    if dead_letter is not None:
        args.append(("dead_letter", _dead_letter(dead_letter, imports)))
    if contract.owner is not None:
        args.append(("owner", Text(contract.owner)))
    return Call(imports.member("eventpact.contract", "Contract"), tuple(args))


def _dead_letter(found: DeadLetterTopic, imports: Imports) -> Expr:
    args: list[tuple[str, Expr]] = [
        ("topic", _topic(found.topic, imports)),
        ("max_retries", Atom(str(found.max_retries))),
        ("group", Text(found.group)),
    ]
    if found.schema is not None:
        args.append(("schema", Text(found.schema)))
    if found.format != "envelope":
        args.append(("format", Text(found.format)))
    return Call(imports.member("eventpact.contract", "DeadLetterTopic"), tuple(args))


def _topic(topic: Topic, imports: Imports) -> Expr:
    args: list[tuple[str, Expr]] = [
        ("name", Text(topic.name)),
        ("partitions", Atom(str(topic.partitions))),
        ("retention_ms", Atom(str(topic.retention_ms))),
    ]
    if topic.settings:
        args.append(("settings", Dict(tuple((key, Text(topic.settings[key])) for key in sorted(topic.settings)))))
    return Call(imports.member("eventpact.contract", "Topic"), tuple(args))


def _text(top: list[str], imports: Imports, body: list[str]) -> str:
    return "\n".join(_lines(top, imports, body)) + "\n"


def _lines(top: list[str], imports: Imports, body: list[str]) -> Iterator[str]:
    yield from top
    yield ""
    yield from imports.lines()
    yield from body
