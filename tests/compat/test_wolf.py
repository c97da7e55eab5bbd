"""A gate that cries wolf gets switched off: harmless edits are information at most."""

import json
from collections.abc import Mapping

import pytest

from eventpact.schema import Level
from eventpact_compat.finding import Severity
from eventpact_compat.versions import Older, compare_two, compare_versions
from tests.compat.shop import enum, field, logical, order, schema

BASE: list[Mapping[str, object]] = [
    field("tenant_id", "string", doc="Owner.", format="uuid"),
    field("total", "long", doc="What the customer pays.", unit="cents"),
    field("status", enum("NEW", "UNKNOWN", default="UNKNOWN", namespace="shop"), doc="Where it stands."),
    field("note", ["null", "string"], default=None, doc="What the customer wrote.", tags=["PII"]),
    field("at", logical("long", "timestamp-millis"), doc="When it was placed, in milliseconds."),
    field("lines", {"type": "array", "items": {"type": "record", "name": "Line", "fields": [field("sku", "string")]}}),
]
OLD = order(*BASE, doc="An order.")


def edited(**changes: Mapping[str, object]) -> str:
    return order(*({**one, **changes.get(str(one["name"]), {})} for one in BASE), doc="An order.")


HARMLESS = {
    "optional field added": order(*BASE, field("gift", ["null", "string"], default=None, doc="Card."), doc="An order."),
    "field with a default added": order(*BASE, field("count", "int", default=1, doc="How many."), doc="An order."),
    "optional field added in front": order(
        field("gift", ["null", "string"], default=None), *BASE, doc="An order."
    ),
    "two optional fields added": order(
        *BASE, field("gift", ["null", "string"], default=None), field("card", ["null", "string"], default=None),
        doc="An order.",
    ),
    "nested optional field added": OLD.replace(
        '{"name": "sku", "type": "string"}',
        '{"name": "sku", "type": "string"}, {"name": "size", "type": ["null", "string"], "default": null}',
    ),
    "optional field dropped": order(*(one for one in BASE if one["name"] != "note"), doc="An order."),
    "fields reordered": order(*reversed(BASE), doc="An order."),
    "doc rewritten": edited(status={"doc": "The state of the order, as the shop sees it."}),
    "doc rewritten, its unit kept": edited(total={"doc": "What the customer has to pay, in cents."}),
    "doc of an optional field rewritten": edited(note={"doc": "Free text of the customer."}),
    "doc of a timestamp rewritten": edited(at={"doc": "When the customer placed it."}),
    "doc added": edited(lines={"doc": "What was ordered."}),
    "record doc rewritten": order(*BASE, doc="A customer's order."),
    "alias added": edited(total={"aliases": ["sum"]}),
    "unknown property added": edited(total={"owner": "billing"}),
    "unknown property changed": edited(status={"x-note": "one"}),
    "tag added": edited(total={"tags": ["FINANCE"], "confluent:tags": ["FINANCE"]}),
    "constraint loosened": edited(tenant_id={"format": "uuid"}),
    "name spelled with its namespace": OLD.replace(
        '"name": "Order", "namespace": "shop"', '"name": "shop.Order"'
    ),
    "nested name spelled with its namespace": OLD.replace('"name": "Line"', '"name": "shop.Line"'),
    "primitive spelled as an object": edited(total={"type": {"type": "long"}}),
    "formatted": json.dumps(json.loads(OLD), indent=4),
    "sort order said": edited(total={"order": "ascending"}),
    "default of an enum added": edited(
        status={"type": enum("NEW", "UNKNOWN", default="UNKNOWN", namespace="shop", doc="States.")}
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", HARMLESS)
def test_harmless_edit_is_information_at_most(name: str) -> None:
    loud = [f for f in compare_two(schema(OLD), schema(HARMLESS[name])) if f.severity is not Severity.INFO]

    assert loud == []


@pytest.mark.parametrize("name", HARMLESS)
def test_harmless_edit_passes_the_strictest_level_whatever_came_before(name: str) -> None:
    older = [Older("version 1", schema(HARMLESS["optional field dropped"])), Older("version 2", schema(OLD))]
    found = compare_versions(schema(HARMLESS[name]), older, Level.FULL_TRANSITIVE, key="tenant_id")

    assert [f for f in found if f.severity is not Severity.INFO] == []


@pytest.mark.parametrize("name", ["formatted", "fields reordered", "primitive spelled as an object"])
def test_what_says_the_same_finds_nothing_at_all(name: str) -> None:
    assert compare_two(schema(OLD), schema(HARMLESS[name])) == []


@pytest.mark.parametrize("name", ["name spelled with its namespace", "nested name spelled with its namespace"])
def test_another_spelling_of_a_name_finds_nothing_at_all(name: str) -> None:
    assert compare_two(schema(OLD), schema(HARMLESS[name])) == []
