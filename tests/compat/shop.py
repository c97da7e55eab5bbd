"""Short ways to say a schema, and a team's repository with one contract, for the tests of the gate."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from eventpact.schema import Schema, parse
from eventpact_codegen import manifest_jobs

__all__ = ["Shop", "enum", "field", "logical", "order", "schema"]

MANIFEST = """\
version = 1

[packages.shop_events]
out = "../src"
schemas = ["order.avsc"]

[contracts.orders]
schema = "order.avsc"
key = "{key}"
compatibility = "{level}"

[contracts.orders.topic]
name = "orders"
partitions = {partitions}
retention = "{retention}"

[lint]
MISSING_DOC = "off"
"""


def field(name: str, type_: object, **more: object) -> dict[str, Any]:
    """``tags`` stands for ``confluent:tags``."""
    tags = {"confluent:tags": more.pop("tags")} if "tags" in more else {}
    return {"name": name, "type": type_, **more, **tags}


def logical(base: str, kind: str, **more: object) -> dict[str, object]:
    return {"type": base, "logicalType": kind, **more}


def enum(*symbols: str, name: str = "Status", **more: object) -> dict[str, object]:
    return {"type": "enum", "name": name, "symbols": list(symbols), **more}


def order(*fields: Mapping[str, object], **more: object) -> str:
    """The text of a record shop.Order."""
    return json.dumps({"type": "record", "name": "Order", "namespace": "shop", **more, "fields": list(fields)})


def schema(text: str, source: str = "<schema>") -> Schema:
    return parse(text, source=source)


class Shop:
    """A repository: schemas/contracts.toml, schemas/order.avsc, src/ with generated code, compat/."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.manifest = root / "schemas" / "contracts.toml"
        self.file = root / "schemas" / "order.avsc"
        self.promises: dict[str, object] = {
            "key": "tenant_id",
            "level": "BACKWARD_TRANSITIVE",
            "partitions": 6,
            "retention": "7d",
        }
        (root / "schemas").mkdir(parents=True)

    def write(self, *fields: Mapping[str, object], **promises: object) -> None:
        """Write the event's schema (its tenant_id comes by itself) and manifest, and generate the code."""
        self.promises |= promises
        tenant = field("tenant_id", "string", format="uuid")
        self.write_text(json.dumps(json.loads(order(tenant, *fields)), indent=2) + "\n")

    def write_text(self, text: str) -> None:
        self.file.write_text(text, encoding="utf-8")
        self.manifest.write_text(MANIFEST.format(**self.promises), encoding="utf-8")
        self.generate()

    def generate(self) -> None:
        from eventpact.contract import load_manifest

        for job in manifest_jobs(load_manifest(self.manifest)):
            job.write()
