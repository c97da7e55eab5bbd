"""Lint files that use each other's types. A file that is wrong does not hide what is wrong in the others."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from eventpact.contract import Contract, load_manifest, load_texts, uses
from eventpact.errors import SchemaError
from eventpact.schema import Schema, parse
from eventpact_compat.finding import Finding
from eventpact_compat.lint.config import DEFAULT, LintConfig
from eventpact_compat.lint.rules.contracts import REFERENCE_CYCLE
from eventpact_compat.lint.run import in_order, invalid, lint_schema

__all__ = ["lint_files", "lint_manifest"]


def lint_manifest(path: Path | str) -> tuple[Finding, ...]:
    """The findings of every schema file that the manifest names, under the contract that it belongs to.

    Raises:
        ManifestError: the manifest is wrong.
    """
    path = Path(path)
    texts, settings = load_texts(path)
    config = LintConfig.of(settings, str(path))
    try:
        contracts = load_manifest(path).contracts
    except SchemaError:
        contracts = ()  # the finding below says which file, and all others are looked at, too
    found = lint_files(texts, contracts=contracts, config=config)
    return in_order(replace(finding, file=str(path.parent / finding.file)) for finding in found)


def lint_files(
    texts: Mapping[str, str],
    *,
    contracts: Iterable[Contract] = (),
    config: LintConfig = DEFAULT,
    only: frozenset[str] | None = None,
) -> tuple[Finding, ...]:
    """The findings of several files (name -> text), each under the contracts that name it.

    ``only`` names the files to report on; the others may lend them types. A file that uses types of an invalid one is
    passed over: whether it is right depends on the other.
    """
    return in_order(
        finding for finding in _findings(texts, tuple(contracts), config) if only is None or finding.file in only
    )


def _findings(texts: Mapping[str, str], contracts: tuple[Contract, ...], config: LintConfig) -> Iterator[Finding]:
    under: dict[str, list[Contract]] = defaultdict(list)
    for contract in contracts:
        under[contract.schema].append(contract)
    needs = {file: _reachable(file, direct) for direct in [uses(texts)] for file in direct}
    for file, text in texts.items():
        if file in needs[file]:
            yield _circle(file, needs)
            continue
        try:
            schema = parse(text, references=_references(needs[file], needs, texts), source=file)
        except SchemaError as error:
            if error.source == file:
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


def _reachable(file: str, direct: Mapping[str, list[str]]) -> frozenset[str]:
    found: set[str] = set()
    todo = [*direct[file]]
    while todo:
        other = todo.pop()
        if other not in found:
            found.add(other)
            todo += direct[other]
    return frozenset(found)


def _references(
    used: frozenset[str], needs: Mapping[str, frozenset[str]], texts: Mapping[str, str]
) -> dict[str, str] | None:
    """The texts behind a file, the used before the users, by the names that `parse` wants."""
    found: dict[str, str] = {}
    for file in sorted(used, key=lambda other: (len(needs[other]), other)):
        schema = parse(texts[file], references=dict(found) or None, source=file)
        found[schema.name or next(iter(schema.names), file)] = texts[file]
    return found or None


def _circle(file: str, needs: Mapping[str, frozenset[str]]) -> Finding:
    others = sorted(other for other in needs[file] if file in needs[other] and other != file)
    return replace(
        invalid(SchemaError("", source=file, line=1, column=1), rule=REFERENCE_CYCLE),
        message=f"uses types of {', '.join(others)} and is used from there",
        hint="put those types into one file",
    )
