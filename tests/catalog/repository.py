"""A team's repository with two contracts and a past, for the tests of the catalog."""

import json
from pathlib import Path
from typing import Any

from eventpact.catalog import Catalog, read_catalog
from eventpact.contract import load_manifest
from eventpact_compat.gate import Folders
from eventpact_compat.release import releases_of, write_release

__all__ = ["HOSTILE", "Repository"]

HOSTILE = "</script><script>alert(1)</script> \" ' & <img src=x onerror=alert(2)> \x00 \x1b[31m ü {{ 7*7 }}"
"""What no page may take for markup, for a template or for a command to a terminal."""

MANIFEST = """\
version = 1

[contracts.orders]
schema = "order.avsc"
key = "tenant_id"
compatibility = "{level}"
groups = ["billing", "shipping workers"]
owner = "{owner}"

[contracts.orders.topic]
name = "orders"
partitions = 12
retention = "90m"

[contracts.orders.topic.settings]
"cleanup.policy" = "compact,delete"
"min.insync.replicas" = 2

[contracts.orders.dead_letter]
topic = "orders-dlq"
retention = "30d"
max_retries = 1
group = "orders-dlq-processor"

[contracts."{name}"]
schema = "user.avsc"
key = "id"
compatibility = "NONE"

[contracts."{name}".topic]
name = "users"
partitions = 1
retention = "forever"
"""


def field(name: str, type_: object, **more: object) -> dict[str, Any]:
    return {"name": name, "type": type_, **more}


ADDRESS = {
    "type": "record",
    "name": "Address",
    "doc": "Where a person lives.",
    "fields": [field("street", "string", pii=True), field("zip", "string", default="", pattern="^[0-9]{5}$")],
}
CURRENCY = {"type": "enum", "name": "Currency", "symbols": ["EUR", "USD", "UNKNOWN"], "default": "UNKNOWN"}
ORDER = [
    field("tenant_id", "string", doc="Who orders.", format="uuid"),
    field("total", {"type": "bytes", "logicalType": "decimal", "precision": 12, "scale": 2}, doc="What is to be paid."),
    field("currency", CURRENCY),
    field("ship_to", ["null", ADDRESS], default=None, aliases=["address"]),
    field("bill_to", ["null", "Address"], default=None),
    field("lines", {"type": "array", "items": {"type": "map", "values": "long"}}, default=[], unit="pieces"),
    field("placed_at", {"type": "long", "logicalType": "timestamp-millis"}),
]
USER = [field("id", "string"), field("borrowed", "shop.Currency")]


class Repository:
    """schemas/contracts.toml, order.avsc and user.avsc, compat/. ``docs`` stands wherever text may stand."""

    def __init__(self, root: Path, *, docs: str = "An order.", name: str = "users", owner: str = "Shop team") -> None:
        self.root = root
        (root / "schemas").mkdir(parents=True)
        self.docs = docs
        self.name = name
        self.owner = owner
        self.write(ORDER)

    def write(self, fields: list[dict[str, Any]], level: str = "FULL_TRANSITIVE") -> None:
        order = {"type": "record", "name": "Order", "namespace": "shop", "doc": self.docs, "fields": fields}
        user = {
            "type": "record",
            "name": "User",
            "doc": self.docs,
            "fields": [*USER, field("note", "string", doc=self.docs, pattern=self.docs[:40])],
        }
        for file, schema in (("order.avsc", order), ("user.avsc", user)):
            (self.root / "schemas" / file).write_text(json.dumps(schema, indent=2) + "\n")
        self.manifest.write_text(MANIFEST.format(level=level, owner=self.owner, name=self.name))

    @property
    def manifest(self) -> Path:
        return self.root / "schemas" / "contracts.toml"

    @property
    def folders(self) -> Folders:
        return Folders.below(self.root / "compat")

    def release(self) -> None:
        """Freeze what `orders` says now."""
        for release in releases_of(load_manifest(self.manifest), "orders", self.folders):
            write_release(release, self.folders)

    def catalog(self, title: str = "Events of the shop") -> Catalog:
        return read_catalog(load_manifest(self.manifest), self.folders, title=title)
