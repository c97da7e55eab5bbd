"""Rules about names: renames that lose a value, aliases that let a foreign one in, types that move."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Final

from eventpact.schema.tree import Field, Kind, NoDefault, Primitive, Ref, Type, Union
from eventpact_compat.finding import Rule, Severity, UpgradeOrder
from eventpact_compat.pairs import Comparison, FieldPair, RecordPair, simple
from eventpact_compat.semantic.row import ANY, CONSUMERS_FIRST, NEVER, Note, SemanticRule
from eventpact_compat.show import show_type
from eventpact_compat.similar import alike_names, alike_texts
from eventpact_compat.units import contradiction, units_in_name, units_in_text

__all__ = ["RULES", "renames"]


def renames(pair: RecordPair) -> Iterator[tuple[Field, Field, bool]]:
    """(dropped field, added field, sure) for each likely rename: one type, and documented, spelled or placed alike.

    ``sure`` is False when nothing but the type speaks for it, and only these two fields come and go.
    """
    free = list(pair.added)
    for gone in pair.removed:
        same = [field for field in free if _shape(field.type) == _shape(gone.type)]
        found = next((f for f in same if _speaks_for(pair, gone, f)), None)
        if found is not None:
            free.remove(found)
            yield gone, found, True
        elif len(same) == len(pair.removed) == len(pair.added) == 1 and not (gone.doc and same[0].doc):
            yield gone, same[0], False


def _speaks_for(pair: RecordPair, gone: Field, added: Field) -> bool:
    if gone.doc and added.doc:
        return alike_texts(gone.doc, added.doc) or alike_names(gone.name, added.name)
    return alike_names(gone.name, added.name) or _same_place(pair, gone, added)


def _same_place(pair: RecordPair, gone: Field, added: Field) -> bool:
    """Is there the same field, or none, before both of them?"""
    before = {b.name: a.name for a, b in pairwise(pair.old.fields)}
    after = {b.name: a.name for a, b in pairwise(pair.new.fields)}
    new_names = {old.name: new.name for old, new in pair.kept}
    earlier = before.get(gone.name)
    return (new_names.get(earlier, earlier) if earlier else None) == after.get(added.name)


def _shape(type_: Type) -> frozenset[object]:
    """What a value of the type looks like; null and the names of types play no part."""
    match type_:
        case Union(branches=branches):
            return frozenset().union(*(_shape(branch) for branch in branches))
        case Primitive(kind=kind, logical=logical):
            return frozenset() if kind is Kind.NULL else frozenset({(kind, logical)})
        case Ref(name=name):
            return frozenset({simple(name)})
        case _:
            return frozenset({type(type_).__name__})


def renamed(comparison: Comparison) -> Iterator[Note]:
    for pair in comparison.records:
        for gone, added, sure in renames(pair):
            if isinstance(gone.default, NoDefault) and isinstance(added.default, NoDefault):
                continue  # Neither side can read the other: structure says so.
            spot = pair.at_new(added, comparison.new)
            message = (
                f"{spot.path}: looks like {gone.name!r} under another name; without an alias the old value is dropped "
                "and the default appears, without an error"
            )
            hint = f'add "aliases": ["{gone.name}"] to {added.name!r}; if it is another thing, say so in its doc'
            yield Note(spot, message, gone.name, added.name, hint, None if sure else Severity.WARNING)


def renamed_with_alias(comparison: Comparison) -> Iterator[Note]:
    for pair in comparison.fields:
        if pair.by_alias and not isinstance(pair.old.default, NoDefault) and _foreign(pair) is None:
            message = (
                f"{pair.spot.path}: consumers of the old version look for {pair.old.name!r}, "
                "do not find it, and silently use its default"
            )
            yield Note(pair.spot, message, pair.old.name, pair.new.name)


def alias_of_other_meaning(comparison: Comparison) -> Iterator[Note]:
    for pair in comparison.fields:
        if pair.by_alias and (reason := _foreign(pair)) is not None:
            message = f"{pair.spot.path}: its alias lets the values of {pair.old.name!r} in, but {reason}"
            yield Note(pair.spot.below("/aliases"), message, pair.old.name, pair.new.name)
        elif pair.by_alias and not _documented_alike(pair) and not alike_names(pair.old.name, pair.new.name):
            message = (
                f"{pair.spot.path}: its alias lets the values of {pair.old.name!r} in, "
                "and nothing says that both stand for one thing"
            )
            hint = "if they do, say so: the same doc on both; if not, drop the alias and give the new field a default"
            spot = pair.spot.below("/aliases")
            yield Note(spot, message, pair.old.name, pair.new.name, hint, Severity.WARNING)


def _documented_alike(pair: FieldPair) -> bool:
    return bool(pair.old.doc and pair.new.doc) and alike_texts(pair.old.doc or "", pair.new.doc or "")


def _foreign(pair: FieldPair) -> str | None:
    """Why the two names do not stand for one thing, when that can be seen."""
    old, new = pair.old, pair.new
    if _shape(old.type) != _shape(new.type):
        return f"that was {show_type(old.type)} and this is {show_type(new.type)}"
    units = contradiction(_units(old), _units(new))
    if units is not None:
        return f"that was in {units[0]} and this is in {units[1]}"
    for key in ("format", "pattern", "unit", "currency"):
        if old.props.get(key) is not None and new.props.get(key) is not None and old.props[key] != new.props[key]:
            return f"their property {key!r} differs"
    if old.doc and new.doc and not alike_texts(old.doc, new.doc) and not alike_names(old.name, new.name):
        return "their docs describe different things"
    return None


def _units(field: Field) -> frozenset[tuple[str, str]]:
    return units_in_name(field.name) | units_in_text(field.doc or "")


def namespace_moved(comparison: Comparison) -> Iterator[Note]:
    for pair in comparison.named:
        if pair.old.name != pair.new.name and simple(pair.old.name) == simple(pair.new.name):
            message = f"{simple(pair.new.name)}: moves to another namespace"
            yield Note(pair.spot, message, pair.old.name, pair.new.name)


def field_added(comparison: Comparison) -> Iterator[Note]:
    for pair in comparison.records:
        for field in pair.added:
            if not isinstance(field.default, NoDefault):
                spot = pair.at_new(field, comparison.new)
                yield Note(spot, f"{spot.path}: is new", None, show_type(field.type))


def field_removed(comparison: Comparison) -> Iterator[Note]:
    for pair in comparison.records:
        for field in pair.removed:
            if not isinstance(field.default, NoDefault):
                spot = pair.at_old(field, comparison.old)
                message = f"{spot.path}: is gone; consumers of the old version see its default from now on"
                yield Note(spot, message, show_type(field.type), None)


RULES: Final = (
    SemanticRule(
        Rule(
            "FIELD_RENAMED",
            Severity.ERROR,
            "a rename carries its value along",
            "old events lose the value and show the default instead; no registry and no reader reports it",
            "note becomes remark, without an alias",
            'add the old name to the new field\'s "aliases"',
            NEVER,
        ),
        renamed,
        newest_only=True,
    ),
    SemanticRule(
        Rule(
            "FIELD_RENAMED_WITH_ALIAS",
            Severity.WARNING,
            "consumers of the old version find their field",
            "an alias helps the new reader only: an old reader does not know the new name and uses its default",
            'note (default null) becomes remark with "aliases": ["note"]',
            "deploy every consumer with the new version before the first producer",
            CONSUMERS_FIRST,
        ),
        renamed_with_alias,
    ),
    SemanticRule(
        Rule(
            "ALIAS_OTHER_MEANING",
            Severity.ERROR,
            "an alias names the same thing",
            "values of another field flow in, from old events, archives and replays, without an error",
            'phone gets "aliases": ["email"]',
            "drop the alias and give the new field a default",
            NEVER,
        ),
        alias_of_other_meaning,
    ),
    SemanticRule(
        Rule(
            "NAMESPACE_CHANGED",
            Severity.ERROR,
            "a type stays in its namespace",
            "Java matches simple names, so it passes; Redpanda, class names and RecordName subjects use the full name",
            "shop.Order becomes sales.Order",
            "keep the old namespace",
            NEVER,
        ),
        namespace_moved,
    ),
    SemanticRule(
        Rule(
            "FIELD_ADDED",
            Severity.INFO,
            "a new field has a default",
            "old events show the default; nobody has to do anything",
            'a field with "default": null is added',
            "",
            ANY,
        ),
        field_added,
        newest_only=True,
    ),
    SemanticRule(
        Rule(
            "FIELD_REMOVED",
            Severity.INFO,
            "a field that goes had a default",
            "consumers of the old version silently see the default from now on",
            "a field with a default is dropped",
            "move its consumers first",
            UpgradeOrder.CONSUMERS_FIRST,
        ),
        field_removed,
        newest_only=True,
    ),
)
