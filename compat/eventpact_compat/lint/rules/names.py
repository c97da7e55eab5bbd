"""Rules about names."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Final

from eventpact.schema.tree import EnumType
from eventpact_compat.finding import Rule, Severity
from eventpact_compat.layout import Scalar
from eventpact_compat.lint.rule import LintRule
from eventpact_compat.lint.sites import DefinitionSite, Problem, Subject
from eventpact_compat.lint.words import words

__all__ = ["RULES"]

_UPPER_CAMEL: Final = re.compile(r"[A-Z][A-Za-z0-9]*")
_SNAKE: Final = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
_LOWER_CAMEL: Final = re.compile(r"[a-z][a-z0-9]*([A-Z][a-z0-9]*)+")
_UPPER_SNAKE: Final = re.compile(r"[A-Z][A-Z0-9]*(_[A-Z0-9]+)*")
_NAMESPACE: Final = re.compile(r"[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)*")

_KIND_WORDS: Final = frozenset({"record", "error", "enum", "array", "map", "fixed", "union"})
_PRIMITIVES: Final = frozenset({"null", "boolean", "int", "long", "float", "double", "bytes", "string"})


def _type_style(subject: Subject) -> Iterator[Problem]:
    for site in subject.definitions:
        namespace, _, simple = site.named.name.rpartition(".")
        if not _UPPER_CAMEL.fullmatch(simple) and simple not in _KIND_WORDS | _PRIMITIVES:
            yield site.problem(
                f"type {simple} is not in UpperCamelCase", f"call it {_camel(simple)}", at="/name", before=simple
            )
        written = site.node.get("namespace")
        if isinstance(written, Scalar) and written.text and not _NAMESPACE.fullmatch(written.text):
            yield site.problem(
                f"namespace {namespace} is not in lower case", f"write {namespace.lower()}", at="/namespace"
            )


def _field_style(subject: Subject) -> Iterator[Problem]:
    names = [site.field.name for site in subject.fields]
    # One style per file: which one is the team's affair, so the majority decides, and snake_case a draw.
    snakes = sum(1 for name in names if "_" in name and _SNAKE.fullmatch(name))
    camel = sum(1 for name in names if _LOWER_CAMEL.fullmatch(name)) > snakes
    for site in subject.fields:
        name = site.field.name
        plain = _SNAKE.fullmatch(name) and "_" not in name
        if not plain and not (_LOWER_CAMEL if camel else _SNAKE).fullmatch(name):
            style = "lowerCamelCase, as the other fields of this file are" if camel else "snake_case"
            yield site.problem(f"field {name} is not in {style}", _renamed(name, camel=camel), at="/name", before=name)


def _symbol_style(subject: Subject) -> Iterator[Problem]:
    for site in subject.definitions:
        if isinstance(site.named, EnumType):
            for number, symbol in enumerate(site.named.symbols):
                if not _UPPER_SNAKE.fullmatch(symbol):
                    yield site.problem(
                        f"symbol {symbol} is not in UPPER_SNAKE_CASE",
                        f"write {_snake(symbol).upper()} in a new schema; in a released one keep it",
                        at=f"/symbols/{number}",
                        before=symbol,
                    )


def _lookalikes(subject: Subject) -> Iterator[Problem]:
    seen: dict[tuple[str, str], str] = {}
    for site in subject.fields:
        name = site.field.name
        first = seen.setdefault((site.record.name, name.casefold()), name)
        if first != name:
            yield site.problem(f"field {name} differs from field {first} in letter case only", "rename one", at="/name")
    for number, symbol, first, definition in _symbol_clashes(subject):
        yield definition.problem(
            f"symbol {symbol} differs from symbol {first} in letter case only", "rename one", at=f"/symbols/{number}"
        )
    by_name: dict[str, list[DefinitionSite]] = defaultdict(list)
    for definition in subject.definitions:
        by_name[definition.named.name.rpartition(".")[2].casefold()].append(definition)
    for same in by_name.values():
        for later in (site for site in same[1:] if site.named.name != same[0].named.name):
            yield later.problem(
                f"type {later.named.name} is called like {same[0].named.name} but for namespace or letter case",
                "rename one",
                at="/name",
            )


def _symbol_clashes(subject: Subject) -> Iterator[tuple[int, str, str, DefinitionSite]]:
    for site in subject.definitions:
        if isinstance(site.named, EnumType):
            first: dict[str, str] = {}
            for number, symbol in enumerate(site.named.symbols):
                if first.setdefault(symbol.casefold(), symbol) != symbol:
                    yield number, symbol, first[symbol.casefold()], site


def _camel(name: str) -> str:
    return "".join(word.capitalize() for word in words(name)) or "Name"


def _snake(name: str) -> str:
    return "_".join(words(name)) or "name"


def _renamed(name: str, *, camel: bool) -> str:
    other = _camel(name)[:1].lower() + _camel(name)[1:] if camel else _snake(name)
    return f"call it {other}; in a released schema keep the old name as an alias"


def _rows() -> Iterable[LintRule]:
    yield LintRule(
        Rule(
            "TYPE_NAME_STYLE",
            Severity.WARNING,
            "types are in UpperCamelCase, namespaces in lower case",
            "generated classes carry these names, and other languages turn namespaces into folders.",
            '{"type": "record", "name": "order_placed", "fields": []}',
            "Rename it before the first release. Afterwards the name is a part of the contract: keep it, and allow it.",
        ),
        _type_style,
    )
    yield LintRule(
        Rule(
            "FIELD_NAME_STYLE",
            Severity.WARNING,
            "all fields of a file are in snake_case, or all in lowerCamelCase",
            "mixed styles are looked up twice and misspelled once; the style of most fields is the file's.",
            '{"name": "CustomerId", "type": "string"}',
            "Rename it before the first release; afterwards keep the old name as an alias, with a default.",
        ),
        _field_style,
    )
    yield LintRule(
        Rule(
            "SYMBOL_STYLE",
            Severity.WARNING,
            "enum symbols are in UPPER_SNAKE_CASE",
            "symbols become constants in every language.",
            '"symbols": ["upload", "E-Mail"]',
            "Rename it before the first release. A symbol has no alias: in a released schema keep it, and allow it.",
        ),
        _symbol_style,
    )
    yield LintRule(
        Rule(
            "LOOKALIKE_NAMES",
            Severity.WARNING,
            "no two names differ in letter case or namespace only",
            "code generators overwrite one with the other, and resolution matches types by their simple names.",
            '"fields": [{"name": "userId", ...}, {"name": "userID", ...}]',
            "Rename one of the two.",
        ),
        _lookalikes,
    )


RULES: Final = tuple(_rows())
