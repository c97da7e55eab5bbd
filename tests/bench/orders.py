"""The nested event of the benchmark: record, array of records with decimals, enum, map, uuid, timestamps."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from tests.codec.generated import import_generated

__all__ = ["ORDER_SCHEMA", "order", "order_class", "order_from_dict", "order_to_dict"]

_MONEY: Final = {"type": "bytes", "logicalType": "decimal", "precision": 12, "scale": 2}
_WHEN: Final = {"type": "long", "logicalType": "timestamp-micros"}
ORDER_SCHEMA: Final = json.dumps(
    {
        "type": "record",
        "name": "OrderPlaced",
        "namespace": "bench",
        "fields": [
            {"name": "order_id", "type": {"type": "string", "logicalType": "uuid"}},
            {"name": "placed_at", "type": _WHEN},
            {
                "name": "customer",
                "type": {
                    "type": "record",
                    "name": "Customer",
                    "fields": [
                        {"name": "name", "type": "string", "confluent:tags": ["PII"], "minLength": 1},
                        {"name": "email", "type": ["null", "string"], "default": None, "confluent:tags": ["PII"]},
                    ],
                },
            },
            {
                "name": "lines",
                "type": {
                    "type": "array",
                    "items": {
                        "type": "record",
                        "name": "Line",
                        "fields": [
                            {"name": "sku", "type": "string", "pattern": "^[A-Z]{3}-[0-9]{4}$"},
                            {"name": "quantity", "type": "int", "minimum": 1},
                            {"name": "price", "type": _MONEY, "minimum": 0},
                        ],
                    },
                },
            },
            {
                "name": "status",
                "type": {"type": "enum", "name": "Status", "symbols": ["NEW", "PAID", "SENT"], "default": "NEW"},
            },
            {"name": "labels", "type": {"type": "map", "values": "string"}, "default": {}},
            {"name": "paid_at", "type": ["null", _WHEN], "default": None},
        ],
    }
)


def order_class() -> Any:
    """The generated module of the order schema."""
    return import_generated({"order_placed.avsc": ORDER_SCHEMA}, "order_placed")


def order(module: Any) -> Any:
    """A typical order."""
    lines = (("ABC-0001", 2, "19.99"), ("XYZ-4711", 1, "249.00"), ("QRS-0815", 12, "0.45"))
    return module.OrderPlaced(
        order_id=UUID("3f0c0e6e-7a0c-4f0e-9c3a-1b2c3d4e5f60"),
        placed_at=datetime(2026, 11, 3, 12, 1, 2, 345678, tzinfo=UTC),
        customer=module.Customer(name="Ada Lovelace", email="ada@example.com"),
        lines=tuple(module.Line(sku=sku, quantity=count, price=Decimal(price)) for sku, count, price in lines),
        status=module.Status.PAID,
        labels={"channel": "web", "campaign": "autumn"},
        paid_at=datetime(2026, 11, 3, 12, 1, 9, 1, tzinfo=UTC),
    )


def order_to_dict(order: Any, _ctx: object) -> dict[str, Any]:
    """As a person would write it for AvroSerializer."""
    return {
        "order_id": order.order_id,
        "placed_at": order.placed_at,
        "customer": {"name": order.customer.name, "email": order.customer.email},
        "lines": [{"sku": line.sku, "quantity": line.quantity, "price": line.price} for line in order.lines],
        "status": order.status.value,
        "labels": order.labels,
        "paid_at": order.paid_at,
    }


def order_from_dict(module: Any) -> Any:
    """As a person would write it for AvroDeserializer."""

    def from_dict(data: dict[str, Any], _ctx: object) -> Any:
        customer = data["customer"]
        return module.OrderPlaced(
            order_id=data["order_id"],
            placed_at=data["placed_at"],
            customer=module.Customer(name=customer["name"], email=customer["email"]),
            lines=tuple(
                module.Line(sku=line["sku"], quantity=line["quantity"], price=line["price"]) for line in data["lines"]
            ),
            status=module.Status(data["status"]),
            labels=data["labels"],
            paid_at=data["paid_at"],
        )

    return from_dict
