"""A schema that stands alone is the same schema, for any Avro library."""

import json
from pathlib import Path

import fastavro
import pytest

from eventpact.catalog.avro_text import self_contained
from eventpact.contract import parse_all
from eventpact.schema import parse

SHOP = {path.name: path.read_text() for path in (Path(__file__).parents[1] / "zoo" / "shop").glob("*.avsc")}
SCHEMAS = parse_all(SHOP)


@pytest.mark.parametrize("file", SCHEMAS)
def test_what_is_borrowed_is_written_out(file: str) -> None:
    alone = json.dumps(self_contained(SCHEMAS[file]))

    assert parse(alone).canonical == SCHEMAS[file].canonical
    assert fastavro.parse_schema(json.loads(alone))


def test_a_schema_that_borrows_nothing_is_its_own_text() -> None:
    assert self_contained(SCHEMAS["money.avsc"]) == json.loads(SHOP["money.avsc"])


def test_docs_and_properties_of_what_is_borrowed_stay() -> None:
    assert '"pii": true' in json.dumps(self_contained(SCHEMAS["a_order.avsc"]))


@pytest.mark.parametrize(
    ("lender", "borrower"),
    [
        # Into another namespace, out of one, and into none.
        (
            '{"type": "enum", "name": "far.E", "symbols": ["A"]}',
            '["null", "far.E", {"type": "array", "items": "far.E"}]',
        ),
        ('{"type": "enum", "name": "E", "symbols": ["A"]}', '["null", "E"]'),
        # What the lender's type uses comes with it, and a part of it may be meant.
        (
            '{"type": "record", "name": "far.R", "fields": [{"name": "e", "type": {"type": "fixed", "name": "E",'
            ' "size": 2}}, {"name": "again", "type": ["null", "R"]}]}',
            '[{"type": "map", "values": "far.R"}, "far.E"]',
        ),
        # A union of named types has names, too, and is no list of fields.
        (
            '{"type": "enum", "name": "far.E", "symbols": ["A"]}',
            '{"type": "array", "items": [{"type": "fixed", "name": "a.F", "size": 1}, "far.E"]}',
        ),
    ],
)
def test_names_mean_the_same_wherever_they_are_written(lender: str, borrower: str) -> None:
    name = json.loads(lender)["name"]
    # A name without dots is one of the own namespace.
    record = "near.B" if "." in name else "B"
    fields = [{"name": "f", "type": json.loads(borrower)}]
    schema = parse(json.dumps({"type": "record", "name": record, "fields": fields}), references={name: lender})

    assert parse(json.dumps(self_contained(schema))).canonical == schema.canonical
