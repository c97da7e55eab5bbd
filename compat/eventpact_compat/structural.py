"""What registries do see: who cannot read whom, as findings with a place in the new text."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

from eventpact.schema import Incompatibility, check
from eventpact_compat.finding import Finding, Rule, Severity, UpgradeOrder
from eventpact_compat.pairs import Comparison
from eventpact_compat.place import Places
from eventpact_compat.upgrade import upgrade_order

__all__ = ["REDPANDA_ACCEPTS", "REDPANDA_REFUSES", "RULES", "Structure", "structure"]


def _rule(kind: str, promise: str, why: str, example: str, fix: str) -> Rule:
    return Rule(kind, Severity.ERROR, promise, why, example, fix)


_KINDS: Final = {
    "TYPE_MISMATCH": _rule(
        "TYPE_MISMATCH",
        "the reader's type takes the writer's value",
        "the reader stops at the first such event",
        "string becomes int",
        "keep the type; add a new field for the new one",
    ),
    "NAME_MISMATCH": _rule(
        "NAME_MISMATCH",
        "a named type keeps its name, or has the old one as an alias",
        "the reader does not take a record, enum or fixed of another name",
        "record Order becomes Purchase, without an alias",
        'keep the name, or add the old full name to "aliases"',
    ),
    "FIXED_SIZE_MISMATCH": _rule(
        "FIXED_SIZE_CHANGED",
        "a fixed keeps its size",
        "the reader reads too few or too many bytes",
        "fixed(16) becomes fixed(32)",
        "define a new fixed and use it in a new field",
    ),
    "MISSING_ENUM_SYMBOLS": _rule(
        "ENUM_SYMBOLS_MISSING",
        "the reader's enum knows every symbol, or has a default",
        "the reader stops at the first event with such a symbol",
        "a symbol is dropped from an enum that has no default",
        'keep the symbols, or give the enum a "default" symbol first',
    ),
    "READER_FIELD_MISSING_DEFAULT_VALUE": _rule(
        "FIELD_WITHOUT_DEFAULT",
        "a field that only the reader has comes with a default",
        "the reader does not know what to put into the field",
        "a required field is added (or dropped: then old consumers miss it)",
        "give the field a default",
    ),
    "MISSING_UNION_BRANCH": _rule(
        "UNION_BRANCH_MISSING",
        "the reader's union takes every branch of the writer",
        "the reader stops at the first event that holds such a branch",
        '["null", "string"] becomes ["null", "int"]',
        "keep the branch",
    ),
    "AMBIGUOUS_ALIAS": _rule(
        "ALIAS_AMBIGUOUS",
        "an alias finds one field of the writer at most",
        "the reader cannot tell which of two values is meant",
        'total has "aliases": ["amount"], and old events carry both',
        "drop the alias",
    ),
}
# The checker's hints are for the reader's schema. Where that is the old version, it is out there and stays as it is.
_FORWARD_FIXES: Final = {
    "TYPE_MISMATCH": "keep the old type; add a new field for the new one",
    "NAME_MISMATCH": "keep the old name: an alias does not help consumers that are out there",
    "FIXED_SIZE_MISMATCH": "keep the old size; define a new fixed and use it in a new field",
    "MISSING_ENUM_SYMBOLS": "keep to the old symbols until every consumer knows the new ones",
    "READER_FIELD_MISSING_DEFAULT_VALUE": "keep the field: only one that had a default can be dropped or renamed",
    "MISSING_UNION_BRANCH": "keep to the old branches until every consumer knows the new ones",
}
_OTHER: Final = _rule(
    "UNREADABLE",
    "the reader takes everything that the writer may write",
    "the reader stops at the first such event",
    "a change of another kind",
    "undo the change, and add a new field instead",
)
REDPANDA_REFUSES: Final = Rule(
    "REDPANDA_REFUSES",
    Severity.WARNING,
    "the registry says what this gate says",
    "Redpanda is stricter than Avro: it compares full names and ignores aliases; registration would fail there",
    "a record is renamed with an alias",
    "make the edit without an alias: add the new thing beside the old one",
)
REDPANDA_ACCEPTS: Final = Rule(
    "REDPANDA_ACCEPTS",
    Severity.INFO,
    "the registry says what this gate says",
    "Redpanda is laxer than Avro (map values, second uses of a named type): it would register what readers cannot read",
    "the type of a map's values changes",
)

RULES: Final = (*_KINDS.values(), _OTHER, REDPANDA_REFUSES, REDPANDA_ACCEPTS)


@dataclass(frozen=True, slots=True)
class Structure:
    """Who reads whom. ``backward`` is the new version reading the old one, ``forward`` the old one reading the new."""

    backward: tuple[Finding, ...]
    forward: tuple[Finding, ...]

    @property
    def order(self) -> UpgradeOrder:
        return upgrade_order(new_reads_old=not self.backward, old_reads_new=not self.forward)

    def merged(self, *, backward: Severity | None, forward: Severity | None) -> Iterator[Finding]:
        """One finding per place and kind. A direction whose severity is ``None`` is not asked for."""
        found: dict[tuple[str, str, str], Finding] = {}
        for findings, severity in ((self.backward, backward), (self.forward, forward)):
            if severity is None:
                continue
            for finding in findings:
                key = (finding.rule, finding.file, finding.location)
                if key in found:
                    found[key] = replace(found[key], message=f"{found[key].message}; and the other way round")
                else:
                    found[key] = replace(finding, severity=severity, order=self.order)
        yield from found.values()


def structure(comparison: Comparison) -> Structure:
    """Both directions, in the dialect of the specification; Redpanda's verdict is added where it differs."""
    return Structure(
        tuple(_direction(comparison, reader_is_new=True)), tuple(_direction(comparison, reader_is_new=False))
    )


def redpanda(comparison: Comparison, ours: Structure) -> tuple[tuple[Finding, ...], tuple[Finding, ...]]:
    """What Redpanda says otherwise, for both directions (backward, forward)."""
    return (
        tuple(_differences(comparison, ours.backward, reader_is_new=True)),
        tuple(_differences(comparison, ours.forward, reader_is_new=False)),
    )


def _direction(comparison: Comparison, *, reader_is_new: bool) -> Iterator[Finding]:
    reader, writer = (comparison.new, comparison.old) if reader_is_new else (comparison.old, comparison.new)
    places = Places(comparison, reader_is_new=reader_is_new)
    for problem in check(reader, writer):
        yield _finding(problem, places, _KINDS.get(problem.kind, _OTHER), reader_is_new=reader_is_new)


def _differences(comparison: Comparison, ours: tuple[Finding, ...], *, reader_is_new: bool) -> Iterator[Finding]:
    reader, writer = (comparison.new, comparison.old) if reader_is_new else (comparison.old, comparison.new)
    theirs = check(reader, writer, dialect="redpanda")
    if theirs and not ours:
        places = Places(comparison, reader_is_new=reader_is_new)
        for problem in theirs:
            yield _finding(problem, places, REDPANDA_REFUSES, reader_is_new=reader_is_new)
    elif ours and not theirs:
        message = "Redpanda would register this version; readers fail all the same"
        yield replace(
            ours[0],
            rule=REDPANDA_ACCEPTS.id,
            severity=Severity.INFO,
            message=message,
            hint="",
            why=REDPANDA_ACCEPTS.why,
        )


def _finding(problem: Incompatibility, places: Places, rule: Rule, *, reader_is_new: bool) -> Finding:
    place = places.find(problem.location)
    spot = places.spot(place)
    here = places.show_reader(place)
    there = places.show_writer(place)
    who = (
        "the new version cannot read old events"
        if reader_is_new
        else "consumers of the old version cannot read new events"
    )
    verdict = "Redpanda would refuse what Avro allows" if rule is REDPANDA_REFUSES else who
    return Finding(
        rule=rule.id,
        severity=rule.severity,
        message=f"{spot.path}: {verdict}: {problem.message}",
        file=spot.source,
        location=spot.pointer,
        path=spot.path,
        before=there if reader_is_new else here,
        after=here if reader_is_new else there,
        why=rule.why,
        hint=_hint(problem, rule, reader_is_new=reader_is_new),
    )


def _hint(problem: Incompatibility, rule: Rule, *, reader_is_new: bool) -> str:
    if rule is REDPANDA_REFUSES:
        return rule.fix
    return (problem.hint if reader_is_new else _FORWARD_FIXES.get(problem.kind, "")) or rule.fix
