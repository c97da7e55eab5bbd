"""One candidate against all its older versions: each finding once, with the versions it holds against."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from eventpact.schema import Level, Schema
from eventpact_compat.finding import Finding, Severity
from eventpact_compat.match import compare
from eventpact_compat.pairs import Comparison
from eventpact_compat.reuse import name_reused
from eventpact_compat.semantic import RULES
from eventpact_compat.structural import REDPANDA_ACCEPTS, REDPANDA_REFUSES, Structure, redpanda, structure

__all__ = ["Older", "compare_two", "compare_versions", "in_order", "meaning"]


_ECHOES: Final = frozenset(row.rule.id for row in RULES if row.echo)
# Statements about a registry, not about a place: nothing else says the same.
_OURS: Final = frozenset({REDPANDA_ACCEPTS.id, REDPANDA_REFUSES.id})


@dataclass(frozen=True, slots=True)
class Older:
    """A version that is out there."""

    label: str
    schema: Schema


def compare_two(old: Schema, new: Schema, *, level: Level | None = None, key: str | None = None) -> list[Finding]:
    """Everything that differs: structure and meaning.

    Without a level, a direction that registries check by default (the new version reads the old one) is an error, the
    other one a warning. With a level, its directions are errors and the others are not asked for.
    """
    comparison = compare(old, new, key=key)
    found = structure(comparison)
    backward, forward = _severities(level)
    structural = [*found.merged(backward=backward, forward=forward), *_redpanda(comparison, found, level)]
    return _quieted(_once(structural, meaning(comparison)))


def compare_versions(new: Schema, older: Sequence[Older], level: Level, *, key: str | None = None) -> list[Finding]:
    """The candidate against every version, newest last; structure as far back as the level goes.

    What already differed between an older version and the newest one was accepted when that one was released; only
    what the candidate does is reported.
    """
    if not older or _text(older[-1].schema) == _text(new):
        return []
    *earlier, newest = older
    levels = [level if level.name.endswith("_TRANSITIVE") else Level.NONE] * len(earlier) + [level]
    found: dict[tuple[str, str, str | None, str | None], tuple[Finding, list[str]]] = {}
    for version, asked in reversed(list(zip(older, levels, strict=True))):
        comparison = compare(version.schema, new, key=key)
        findings = list(_against(comparison, asked))
        if version is newest:
            findings = _once(findings, meaning(comparison))
        else:
            findings = _once(findings, _not_accepted(list(meaning(comparison, old=True)), version, newest, key))
        for finding in _quieted(findings):
            found.setdefault(_same(finding), (finding, []))[1].append(version.label)
    for finding in name_reused(new, [version.schema for version in older]):
        found.setdefault(_same(finding), (finding, []))
    if level is Level.NONE:
        # Nothing is promised: what would break is said, and fails nothing.
        lowered = {k: (replace(f, severity=_at_most_warning(f.severity)), v) for k, (f, v) in found.items()}
        found = lowered
    return [replace(f, against=_labels(labels) or f.against) for f, labels in found.values()]


def _not_accepted(found: list[Finding], version: Older, newest: Older, key: str | None) -> list[Finding]:
    """Without what the newest version says as well: that was accepted when it was released."""
    if not found:
        return found
    accepted = {_same(f) for f in meaning(compare(version.schema, newest.schema, key=key), old=True)}
    return [finding for finding in found if _same(finding) not in accepted]


def meaning(comparison: Comparison, *, old: bool = False) -> Iterator[Finding]:
    """What the semantic rules find. ``old`` leaves out the rules that look at the newest version only."""
    for row in RULES:
        if not (old and row.newest_only):
            for note in row.find(comparison):
                yield note.finding(row.rule)


def _once(structural: list[Finding], semantic: Iterable[Finding]) -> list[Finding]:
    """Both, but where a rule about meaning says what structure says at the same place, the more severe one.

    Of two that are equally severe, meaning: it is said in the words of the change, not of one direction.
    """
    errors = {f.location for f in structural if f.severity is Severity.ERROR}
    kept = [f for f in semantic if f.rule not in _ECHOES or not _covered(f.location, errors)]
    echoed = {f.location for f in kept if f.rule in _ECHOES}
    quiet = [f for f in structural if f.severity is Severity.ERROR or f.rule in _OURS or f.location not in echoed]
    return [*quiet, *kept]


def _covered(pointer: str, loud: set[str]) -> bool:
    """Does structure speak about this place, or about one just above or below it?"""
    return any(place == pointer or place.startswith(f"{pointer}/") or place == _parent(pointer) for place in loud)


def _parent(pointer: str) -> str:
    return pointer.rpartition("/")[0]


def _against(comparison: Comparison, level: Level) -> Iterator[Finding]:
    if level is Level.NONE:
        return
    found = structure(comparison)
    backward, forward = _severities(level)
    yield from found.merged(backward=backward, forward=forward)
    yield from _redpanda(comparison, found, level)


def _redpanda(comparison: Comparison, ours: Structure, level: Level | None) -> Iterator[Finding]:
    backward, forward = redpanda(comparison, ours)
    wanted = _severities(level)
    if wanted[0] is not None:
        yield from backward
    # Without a level the registry's default counts, which is BACKWARD.
    if level is not None and wanted[1] is not None:
        yield from forward


def _severities(level: Level | None) -> tuple[Severity | None, Severity | None]:
    """How severe it is that the new version cannot read the old one, and the other way round."""
    if level is None:
        return Severity.ERROR, Severity.WARNING
    name = level.name.removesuffix("_TRANSITIVE")
    return (
        Severity.ERROR if name in {"BACKWARD", "FULL"} else None,
        Severity.ERROR if name in {"FORWARD", "FULL"} else None,
    )


def in_order(findings: Iterable[Finding]) -> list[Finding]:
    """Errors first, then by contract and place."""
    ranks = {severity: number for number, severity in enumerate(Severity)}
    return sorted(
        findings,
        key=lambda f: (ranks[f.severity], f.contract, f.file, f.line or 0, f.column or 0, f.location, f.rule, f.path),
    )


def _at_most_warning(severity: Severity) -> Severity:
    return Severity.WARNING if severity is Severity.ERROR else severity


def _quieted(findings: list[Finding]) -> list[Finding]:
    """Without what a louder finding at the same place makes superfluous."""
    loud = {(f.file, f.path) for f in findings if f.severity is not Severity.INFO}
    return [f for f in findings if f.severity is not Severity.INFO or f.rule in _OURS or (f.file, f.path) not in loud]


def _same(finding: Finding) -> tuple[str, str, str | None, str | None]:
    return finding.rule, finding.path, finding.before, finding.after


def _labels(labels: list[str]) -> str:
    """``version 3 (and 2, 1)``; the newest is first."""
    if len(labels) < 2:
        return "".join(labels)
    return f"{labels[0]} (and {', '.join(label.removeprefix('version ') for label in labels[1:])})"


def _text(schema: Schema) -> tuple[str, dict[str, str]]:
    return schema.text, dict(schema.references)
