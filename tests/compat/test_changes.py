"""The changes that pass every registry and still break users, each with the severity that it deserves.

The table is section 8 of the compatibility notes; the pairs are small versions of what happened to real topics.
"""

import pytest

from eventpact_compat.finding import Severity
from eventpact_compat.versions import compare_two
from tests.compat.shop import enum, field, logical, order, schema

ERROR, WARNING = Severity.ERROR, Severity.WARNING


def at(kind: str, base: str = "long") -> str:
    return order(field("id", "string"), field("at", logical(base, kind)))


def amount(**more: object) -> str:
    return order(field("id", "string"), field("amount", "long", **more))


def decimal(precision: int, scale: int) -> str:
    return order(field("total", logical("bytes", "decimal", precision=precision, scale=scale)))


NOTE = field("note", ["null", "string"], default=None)
REMARK = field("remark", ["null", "string"], default=None)
ID = field("id", "string")
STATES = enum("NEW", "PAID", "UNKNOWN", default="UNKNOWN")

CHANGES = {
    "timestamp millis to micros": (at("timestamp-millis"), at("timestamp-micros"), ERROR, "/fields/1/type"),
    "timestamp millis to nanos": (at("timestamp-millis"), at("timestamp-nanos"), ERROR, "/fields/1/type"),
    "time millis to micros": (at("time-millis", "int"), at("time-micros"), ERROR, "/fields/1/type"),
    "timestamp to local": (at("timestamp-millis"), at("local-timestamp-millis"), ERROR, "/fields/1/type"),
    "date to timestamp": (at("date", "int"), at("timestamp-millis"), ERROR, "/fields/1/type"),
    "logical type added": (at("none"), at("timestamp-millis"), ERROR, "/fields/1/type"),
    "decimal scale": (decimal(10, 2), decimal(10, 4), ERROR, "/fields/0/type"),
    "decimal precision reduced": (decimal(10, 2), decimal(6, 2), ERROR, "/fields/0/type"),
    "decimal to bytes": (decimal(10, 2), order(field("total", "bytes")), ERROR, "/fields/0/type"),
    "string to decimal": (order(field("total", "string")), decimal(10, 2), ERROR, "/fields/0/type"),
    "uuid to string": (order(field("id", logical("string", "uuid"))), order(ID), WARNING, "/fields/0/type"),
    "string to uuid": (order(ID), order(field("id", logical("string", "uuid"))), ERROR, "/fields/0/type"),
    "default changed": (amount(default=1), amount(default=2), WARNING, "/fields/1/default"),
    "unit property": (amount(unit="cents"), amount(unit="euros"), ERROR, "/fields/1/unit"),
    "currency property": (amount(currency="EUR"), amount(currency="USD"), ERROR, "/fields/1/currency"),
    "unit in the doc": (amount(doc="Total in cents."), amount(doc="Total in euros."), ERROR, "/fields/1/doc"),
    "unit leaves the doc": (amount(doc="Total in cents."), amount(doc="The total."), WARNING, "/fields/1/doc"),
    "PII tag dropped": (amount(tags=["PII"]), amount(), ERROR, "/fields/1"),
    "pii flag dropped": (amount(pii=True), amount(), ERROR, "/fields/1"),
    "classification moved": (amount(classification="secret"), amount(classification="public"), ERROR, "/fields/1"),
    "maximum lowered": (amount(maximum=100), amount(maximum=50), ERROR, "/fields/1/maximum"),
    "pattern added": (order(ID), order(field("id", "string", pattern="^x$")), ERROR, "/fields/0/pattern"),
    "enum reordered": (
        order(field("s", enum("A", "B"))), order(field("s", enum("B", "A"))), WARNING, "/fields/0/type/symbols",
    ),
    "symbol removed under a default": (
        order(field("s", STATES)), order(field("s", enum("NEW", "UNKNOWN", default="UNKNOWN"))), ERROR,
        "/fields/0/type/symbols",
    ),
    "symbol renamed under a default": (
        order(field("s", STATES)), order(field("s", enum("NEW", "SETTLED", "UNKNOWN", default="UNKNOWN"))), ERROR,
        "/fields/0/type/symbols",
    ),
    "symbol added under a default": (
        order(field("s", STATES)), order(field("s", enum("NEW", "PAID", "UNKNOWN", "SENT", default="UNKNOWN"))),
        WARNING, "/fields/0/type/symbols",
    ),
    "rename without alias": (order(ID, NOTE), order(ID, REMARK), ERROR, "/fields/1"),
    "rename without alias, at another place": (
        order(NOTE, ID), order(ID, field("notes", ["null", "string"], default=None)), ERROR, "/fields/1",
    ),
    "alias of another meaning": (
        order(field("email", "string", doc="Where to write to.")),
        order(field("phone", "string", doc="The number to call.", aliases=["email"])), ERROR, "/fields/0/aliases",
    ),
    "alias of nobody knows what": (
        order(field("email", "string")), order(field("phone", "string", aliases=["email"])), WARNING,
        "/fields/0/aliases",
    ),
    "alias of another unit": (
        order(field("price_cents", "long")), order(field("price_euros", "long", aliases=["price_cents"])), ERROR,
        "/fields/0/aliases",
    ),
    "required to nullable": (
        order(field("id", "string")), order(field("id", ["null", "string"], default=None)), WARNING, "/fields/0/type",
    ),
    "sentinel for null": (
        order(field("n", ["null", "string"], default=None)), order(field("n", ["string", "null"], default="")), WARNING,
        "/fields/0/default",
    ),
    "int to float": (order(field("n", "int")), order(field("n", "float")), WARNING, "/fields/0/type"),
    "long to double": (order(field("n", "long")), order(field("n", "double")), WARNING, "/fields/0/type"),
    "bytes to string": (order(field("n", "bytes")), order(field("n", "string")), WARNING, "/fields/0/type"),
    "string to bytes": (order(field("n", "string")), order(field("n", "bytes")), WARNING, "/fields/0/type"),
    "tenant field nullable": (
        order(field("tenant_id", "string")), order(field("tenant_id", ["null", "string"], default=None)), ERROR,
        "/fields/0/type",
    ),
    "namespace moved": (order(ID), order(ID).replace('"shop"', '"sales"'), ERROR, ""),
    "union reordered": (
        order(field("r", ["null", "string", "long"])), order(field("r", ["null", "long", "string"])), WARNING,
        "/fields/0/type",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CHANGES)
def test_change_is_found_where_it_was_made(name: str) -> None:
    old, new, severity, location = CHANGES[name]
    found = {
        finding.location: finding for finding in compare_two(schema(old), schema(new)) if finding.severity is severity
    }

    assert location in found
    assert found[location].message
    assert found[location].hint
    assert (found[location].before, found[location].after) != (None, None)


@pytest.mark.parametrize("name", [name for name, change in CHANGES.items() if change[2] is WARNING])
def test_what_deserves_a_warning_is_no_error(name: str) -> None:
    old, new, *_ = CHANGES[name]

    assert [f.rule for f in compare_two(schema(old), schema(new)) if f.severity is ERROR] == []


@pytest.mark.parametrize(("old", "new"), [("qty", "quantity"), ("note", "notes"), ("total_amount", "amount_total")])
def test_rename_with_alias_to_a_name_like_it_is_no_other_thing(old: str, new: str) -> None:
    before, after = order(field(old, "string")), order(field(new, "string", aliases=[old]))

    assert "ALIAS_OTHER_MEANING" not in {f.rule for f in compare_two(schema(before), schema(after))}
