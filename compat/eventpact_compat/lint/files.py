"""Lint files that use each other's types. A file that is wrong does not hide what is wrong in the others."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from eventpact.contract import Contract, uses
from eventpact.errors import SchemaError
from eventpact.schema import Schema, parse
from eventpact_compat.finding import Finding
from eventpact_compat.lint.config import DEFAULT, LintConfig
from eventpact_compat.lint.rules.contracts import REFERENCE_CYCLE
from eventpact_compat.lint.run import in_order, invalid, lint_schema

__all__ = ["lint_files", "references_of"]


def lint_files(
    texts: Mapping[str, str],
    *,
    contracts: Iterable[Contract] = (),
    config: LintConfig = DEFAULT,
    only: frozenset[str] | None = None,
) -> tuple[Finding, ...]:
    """The findings of several files (name -> text), each under the contracts that name it.

    ``only`` names the files to look at; the others lend them types. A file that uses types of an invalid one is passed
    over, for whether it is right depends on the other; the finding is about that one.
    """
    chosen = texts if only is None else {file: text for file, text in texts.items() if file in only}
    return in_order(_findings(chosen, texts, tuple(contracts), config))


def references_of(file: str, texts: Mapping[str, str]) -> dict[str, str] | None:
    """The references of ``file`` as `eventpact.schema.parse` takes them: full name -> text."""
    return _references(file, _needs(texts), texts)


def _findings(
    chosen: Mapping[str, str], texts: Mapping[str, str], contracts: tuple[Contract, ...], config: LintConfig
) -> Iterator[Finding]:
    under: dict[str, list[Contract]] = defaultdict(list)
    for contract in contracts:
        under[contract.schema].append(contract)
    needs = _needs(texts)
    for file, text in chosen.items():
        if file in needs[file]:
            yield _circle(file, needs)
            continue
        try:
            schema = parse(text, references=_references(file, needs, texts), source=file)
        except SchemaError as error:
            yield invalid(error)
            continue
        yield from _under(schema, under[file], config)


def _under(schema: Schema, contracts: list[Contract], config: LintConfig) -> Iterator[Finding]:
    seen: set[Finding] = set()
    holders: list[Contract | None] = [*contracts] or [None]
    for contract in holders:
        for finding in lint_schema(schema, contract=contract, config=config):
            # What two contracts on one file have in common is said once.
            plain = replace(finding, contract="")
            if plain not in seen:
                seen.add(plain)
                yield finding


def _needs(texts: Mapping[str, str]) -> dict[str, frozenset[str]]:
    direct = uses(texts)
    return {file: _reachable(file, direct) for file in direct}


def _reachable(file: str, direct: Mapping[str, list[str]]) -> frozenset[str]:
    found: set[str] = set()
    todo = [*direct[file]]
    while todo:
        other = todo.pop()
        if other not in found:
            found.add(other)
            todo += direct[other]
    return frozenset(found)


def _references(file: str, needs: Mapping[str, frozenset[str]], texts: Mapping[str, str]) -> dict[str, str] | None:
    found: dict[str, str] = {}
    for other in sorted(needs[file], key=lambda name: (len(needs[name]), name)):
        schema = parse(texts[other], references=dict(found) or None, source=other)
        found[schema.name or next(iter(schema.names), other)] = texts[other]
    return found or None


def _circle(file: str, needs: Mapping[str, frozenset[str]]) -> Finding:
    others = sorted(other for other in needs[file] if file in needs[other] and other != file)
    return replace(
        invalid(SchemaError("", source=file, line=1, column=1), rule=REFERENCE_CYCLE),
        message=f"uses types of {', '.join(others)} and is used from there",
        hint="put those types into one file",
    )
