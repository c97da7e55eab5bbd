"""The rule about the field that is the record key: it decides the partition, and with it the order of a tenant."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from eventpact_compat.finding import Rule, Severity
from eventpact_compat.pairs import Comparison, Spot, simple
from eventpact_compat.semantic.constraints import CONSTRAINTS
from eventpact_compat.semantic.row import NEVER, Note, SemanticRule
from eventpact_compat.show import show_json, show_type

__all__ = ["RULES"]


def key_field(comparison: Comparison) -> Iterator[Note]:
    event = comparison.new.name
    for records in comparison.records:
        if records.new.name != event:
            continue
        for field in records.removed:
            if field.name in comparison.keys:
                spot = records.at_old(field, comparison.old)
                yield Note(spot, f"{spot.path}: the key field is gone", show_type(field.type), None)
        for old, new in records.kept:
            if not {old.name, new.name} & comparison.keys:
                continue
            spot = Spot(new.pointer, f"{simple(records.new.name)}.{new.name}", comparison.new.source)
            if old.name != new.name:
                yield Note(spot, f"{spot.path}: the key field has another name", old.name, new.name)
            if old.type != new.type:
                before, after = show_type(old.type), show_type(new.type)
                if before != after:
                    yield Note(spot.below("/type"), f"{spot.path}: the key field has another type", before, after)
            for name in sorted(CONSTRAINTS & (old.props.keys() | new.props.keys())):
                if old.props.get(name) != new.props.get(name):
                    before = show_json(old.props[name]) if name in old.props else "none"
                    after = show_json(new.props[name]) if name in new.props else "none"
                    at = spot.below(f"/{name}") if name in new.props else spot
                    yield Note(at, f"{spot.path}: the key field has another {name}", before, after)


RULES: Final = (
    SemanticRule(
        Rule(
            "KEY_FIELD_CHANGED",
            Severity.ERROR,
            "the key field keeps its name, its type and its format",
            "another text is another partition: a tenant's events split over two, and their order is lost",
            "tenant_id becomes nullable, or loses its format",
            "keep the key field; carry the new form in another field",
            NEVER,
        ),
        key_field,
    ),
)
