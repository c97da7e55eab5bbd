"""Small schemas for registry tests."""

import json
from collections.abc import Mapping

from eventpact.registry import Reference, SchemaText

Json = object


def record(
    *fields: str | tuple[str, Json] | tuple[str, Json, Json], name: str = "shop.Order", **more: Json
) -> SchemaText:
    """A record: ``"x"`` is an int without default, ``("x", type)`` and ``("x", type, default)`` say more."""
    return SchemaText(json.dumps({"type": "record", "name": name, "fields": [_field(f) for f in fields], **more}))


def using(other: str, *references: Reference, name: str = "shop.Basket") -> SchemaText:
    """A record with one field of a type that another schema defines."""
    fields = [{"name": "item", "type": other}]
    return SchemaText(json.dumps({"type": "record", "name": name, "fields": fields}), references)


def spaced(schema: SchemaText) -> SchemaText:
    """The same schema, written differently."""
    return SchemaText(json.dumps(json.loads(schema.text), indent=4), schema.references)


def _field(field: str | tuple[str, Json] | tuple[str, Json, Json]) -> Mapping[str, Json]:
    match field:
        case str():
            return {"name": field, "type": "int"}
        case (name, kind):
            return {"name": name, "type": kind}
        case (name, kind, default):
            return {"name": name, "type": kind, "default": default}
