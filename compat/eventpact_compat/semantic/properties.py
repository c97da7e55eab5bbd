"""Rules about what Avro calls metadata: units, tags, constraints, docs. No registry looks at any of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from eventpact.schema.tree import Array, Field, Kind, Map, Named, Primitive, Props, Type, Union
from eventpact_compat.finding import Rule, Severity
from eventpact_compat.pairs import Comparison, FieldPair, Spot, TypePair
from eventpact_compat.semantic.constraints import CONSTRAINTS, edits
from eventpact_compat.semantic.row import ANY, NEVER, Note, SemanticRule
from eventpact_compat.semantic.tags import TAG_PROPERTIES, field_tags, named_tags
from eventpact_compat.show import show_json, show_list
from eventpact_compat.units import contradiction, lost, units_in_name, units_in_text

__all__ = ["RULES"]

_UNIT_PROPERTIES: Final = frozenset(
    ("unit", "units", "uom", "currency", "scale", "exponent", "multiplier", "factor", "divisor", "timezone", "timeZone")
)
# The attributes of a valid logical type are part of the type, and its rules look at them.
_TYPE_ATTRIBUTES: Final = frozenset({"logicalType", "precision", "scale"})
_SPOKEN_FOR: Final = _UNIT_PROPERTIES | TAG_PROPERTIES | CONSTRAINTS | _TYPE_ATTRIBUTES


def _props(comparison: Comparison) -> Iterator[tuple[Props, Props, Spot]]:
    """Old and new properties of every field and type that changed, and where they stand."""
    for pair in comparison.fields:
        if pair.old.props != pair.new.props:
            yield pair.old.props, pair.new.props, pair.spot
    for types in comparison.types:
        old, new = _own(types.old), _own(types.new)
        if old != new:
            yield old, new, types.spot
    for named in comparison.named:
        if not any(named.spot == types.spot for types in comparison.types) and named.old.props != named.new.props:
            yield named.old.props, named.new.props, named.spot


def _own(node: Primitive | Array | Map | Union | Named) -> Props:
    props: Props = {} if isinstance(node, Union) else node.props
    if getattr(node, "logical", None) is not None:
        return {key: value for key, value in props.items() if key not in _TYPE_ATTRIBUTES}
    return props


def unit_property(comparison: Comparison) -> Iterator[Note]:
    for old, new, spot in _props(comparison):
        for key in (key for key in old if key in _UNIT_PROPERTIES and old[key] != new.get(key)):
            message = f"{spot.path}: the property {key!r} changes; every stored amount now means another one"
            at = spot.below(f"/{key}") if key in new else spot
            yield Note(at, message, show_json(old[key]), show_json(new[key]) if key in new else "no such property")


def unit_in_doc(comparison: Comparison) -> Iterator[Note]:
    for pair in comparison.fields:
        if not _measures(pair.new.type) or pair.old.doc == pair.new.doc or pair.by_alias:
            continue
        stated = units_in_text(pair.old.doc or "")
        now = units_in_text(pair.new.doc or "")
        elsewhere = units_in_name(pair.new.name) | _units_in_props(pair.new)
        if (units := contradiction(stated, now)) is not None:
            message = f"{pair.spot.path}: the doc said {units[0]} and says {units[1]}"
            yield _doc_note(pair, message, None)
        elif (gone := lost(frozenset(u for u in stated if u[0] != "tax"), now | elsewhere)) is not None:
            message = f"{pair.spot.path}: the doc no longer says that this is in {gone}"
            yield _doc_note(pair, message, Severity.WARNING)


def _units_in_props(field: Field) -> frozenset[tuple[str, str]]:
    return units_in_text(" ".join(str(value) for key, value in field.props.items() if key in _UNIT_PROPERTIES))


def _doc_note(pair: FieldPair, message: str, severity: Severity | None) -> Note:
    spot = pair.spot.below("/doc") if pair.new.doc is not None else pair.spot
    return Note(spot, message, pair.old.doc, pair.new.doc or "no doc", "", severity)


def _measures(type_: Type) -> bool:
    """Can a value be an amount? Then a unit in the doc is part of its meaning."""
    match type_:
        case Primitive(kind=kind, logical=logical):
            return kind not in {Kind.NULL, Kind.BOOLEAN} and (logical is None or logical.kind == "decimal")
        case Array(items=inner) | Map(values=inner):
            return _measures(inner)
        case Union(branches=branches):
            return any(_measures(branch) for branch in branches)
        case _:
            return False


def tag_dropped(comparison: Comparison) -> Iterator[Note]:
    for pair in comparison.fields:
        old = field_tags(pair.old, comparison.old.names)
        new = field_tags(pair.new, comparison.new.names)
        yield from _dropped(old, new, pair.spot)
    for types in comparison.types:
        # A type inside a field belongs to the field, unless nothing but the type changed.
        if isinstance(types, TypePair) and types.field is None:
            yield from _dropped(named_tags(_own(types.old)), named_tags(_own(types.new)), types.spot)
    for records in comparison.records:
        yield from _dropped(named_tags(records.old.props), named_tags(records.new.props), records.spot)


def _dropped(old: frozenset[str], new: frozenset[str], spot: Spot) -> Iterator[Note]:
    if gone := old - new:
        message = f"{spot.path}: loses the tag {show_list(sorted(gone))}; masking and retention rules stop here"
        yield Note(spot, message, show_list(sorted(old)), show_list(sorted(new)) or "no tag")


def tightened(comparison: Comparison) -> Iterator[Note]:
    for old, new, spot in _props(comparison):
        for key, edit in edits(old, new).items():
            if edit == "tightened":
                message = f"{spot.path}: {key!r} is tighter; events that were legal are refused when they are replayed"
                before = show_json(old[key]) if key in old else "no such constraint"
                yield Note(spot.below(f"/{key}"), message, before, show_json(new[key]))


def loosened(comparison: Comparison) -> Iterator[Note]:
    for old, new, spot in _props(comparison):
        for key, edit in edits(old, new).items():
            if edit == "loosened":
                message = f"{spot.path}: {key!r} is looser; consumers of the old version may refuse new events"
                after = show_json(new[key]) if key in new else "no such constraint"
                yield Note(spot, message, show_json(old[key]), after)


def property_changed(comparison: Comparison) -> Iterator[Note]:
    for old, new, spot in _props(comparison):
        for key in (key for key in old if key not in _SPOKEN_FOR and old[key] != new.get(key)):
            after = show_json(new[key]) if key in new else "no such property"
            yield Note(spot, f"{spot.path}: the property {key!r} changes", show_json(old[key]), after)


def doc_changed(comparison: Comparison) -> Iterator[Note]:
    for pair in comparison.fields:
        if pair.old.doc is not None and pair.old.doc != pair.new.doc:
            yield _doc_note(pair, f"{pair.spot.path}: the doc is rewritten", None)
    for named in comparison.named:
        if named.old.doc is not None and named.old.doc != named.new.doc:
            message = f"{named.spot.path}: the doc is rewritten"
            yield Note(named.spot, message, named.old.doc, named.new.doc or "no doc")


RULES: Final = (
    SemanticRule(
        Rule(
            "UNIT_CHANGED",
            Severity.ERROR,
            "an amount keeps its unit and its currency",
            "the number on the wire is the same: cents are taken for euros, and no reader gets an error",
            '"unit": "cents" becomes "unit": "euros"',
            "add a new field with the new unit (and the unit in its name); keep this one as it is",
            NEVER,
        ),
        unit_property,
    ),
    SemanticRule(
        Rule(
            "UNIT_IN_DOC_CHANGED",
            Severity.ERROR,
            "what the doc says about the unit stays true",
            "where no property states the unit, the doc is the contract, and consumers were written by it",
            '"Total in cents." becomes "Total in euros."',
            "add a new field with the new unit; or, if only the wording is better now, name the old unit in it",
            NEVER,
        ),
        unit_in_doc,
    ),
    SemanticRule(
        Rule(
            "TAG_DROPPED",
            Severity.ERROR,
            "personal data stays marked",
            "masking in logs, access rules and retention follow the tag; without it the data shows up in the clear",
            '"confluent:tags": ["PII"] is removed',
            "put the tag back",
            NEVER,
        ),
        tag_dropped,
    ),
    SemanticRule(
        Rule(
            "CONSTRAINT_TIGHTENED",
            Severity.ERROR,
            "what was legal stays legal",
            "old events are still in the topic and in archives; they fail validation when they are replayed",
            '"maxLength": 64 becomes "maxLength": 32',
            "keep the old bound for readers; tighten it in the producer's code first",
            NEVER,
        ),
        tightened,
    ),
    SemanticRule(
        Rule(
            "CONSTRAINT_LOOSENED",
            Severity.INFO,
            "consumers are ready for what becomes legal",
            "a consumer that validates with the old version refuses what only the new one allows",
            '"maxLength": 32 becomes "maxLength": 64',
            "",
        ),
        loosened,
    ),
    SemanticRule(
        Rule(
            "PROPERTY_CHANGED",
            Severity.INFO,
            "properties keep their values",
            "tools may read a property that eventpact does not know",
            '"owner": "billing" becomes "owner": "sales"',
        ),
        property_changed,
    ),
    SemanticRule(
        Rule(
            "DOC_CHANGED",
            Severity.INFO,
            "a doc may get better",
            "somebody should read it: a doc is the only place for what types cannot say",
            "a doc is rewritten",
            "",
            ANY,
        ),
        doc_changed,
        newest_only=True,
    ),
)
