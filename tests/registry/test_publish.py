"""Registration makes the manifest true, in an order that never lets a weaker schema in, and may be repeated."""

import json
from pathlib import Path

import pytest

from eventpact.contract import Manifest, load_manifest
from eventpact.errors import IncompatibleError, NotRegisteredError
from eventpact.ids import SchemaId
from eventpact.registry import (
    MemoryRegistry,
    Reference,
    RegistryClient,
    SchemaText,
    register_contracts,
)
from eventpact.schema import Level
from tests.registry.texts import record

REPOSITORY = Path(__file__).parents[2]

CONTRACTS = """
version = 1

[contracts.orders]
schema = "order.avsc"
key = "id"
compatibility = "FULL_TRANSITIVE"

[contracts.orders.topic]
name = "orders"
partitions = 1
retention = "1d"
"""

ORDER = {"type": "record", "name": "shop.Order", "fields": [{"name": "id", "type": "string"}]}


class Recorded(MemoryRegistry):
    """Remembers what was changed, in order. ``strict``: a level needs a subject, as in some registries."""

    def __init__(self, *, strict: bool = False) -> None:
        super().__init__()
        self.changes: list[str] = []
        self.strict = strict

    def register(self, subject: str, schema: SchemaText) -> SchemaId:
        schema_id = super().register(subject, schema)
        self.changes.append(f"schema {subject}")
        return schema_id

    def set_level(self, level: Level, subject: str | None = None) -> None:
        if self.strict and subject not in self.subjects():
            raise NotRegisteredError("no such subject", status=404, code=40401)
        super().set_level(level, subject)
        self.changes.append(f"level {subject}")


def manifest(folder: Path, schemas: dict[str, object], contracts: str = CONTRACTS) -> Manifest:
    """A manifest in ``folder`` with these schema files."""
    for name, schema in schemas.items():
        (folder / name).write_text(json.dumps(schema))
    (folder / "contracts.toml").write_text(contracts)
    return load_manifest(folder / "contracts.toml")


def test_the_shipped_contracts_are_registered(client: RegistryClient) -> None:
    shipped = load_manifest(REPOSITORY / "schemas" / "contracts.toml")

    done = register_contracts(shipped, client)

    assert [(one.subject, one.version, one.outcome, one.level) for one in done] == [
        ("ingestion-events-value", 1, "created", Level.FULL_TRANSITIVE),
        ("ingestion-events-dlq-value", 1, "created", Level.FULL_TRANSITIVE),
    ]
    assert client.subjects() == ("ingestion-events-dlq-value", "ingestion-events-value")
    assert client.own_level("ingestion-events-value") is Level.FULL_TRANSITIVE
    assert json.loads(client.schema_by_id(done[0].id).text)["name"] == "IngestionEvent"


def test_doing_it_again_changes_nothing(tmp_path: Path) -> None:
    registry, wanted = Recorded(), manifest(tmp_path, {"order.avsc": ORDER})
    first = register_contracts(wanted, registry)
    registry.changes.clear()
    second = register_contracts(wanted, registry)

    assert registry.changes == []
    assert [(one.id, one.version, one.outcome) for one in second] == [(first[0].id, 1, "unchanged")]


def test_the_level_goes_before_the_schema(tmp_path: Path) -> None:
    registry = Recorded()
    register_contracts(manifest(tmp_path, {"order.avsc": ORDER}), registry)

    assert registry.changes == ["level orders-value", "schema orders-value"]


def test_a_registry_that_wants_the_schema_first_gets_it_first(tmp_path: Path) -> None:
    registry = Recorded(strict=True)
    register_contracts(manifest(tmp_path, {"order.avsc": ORDER}), registry)

    assert registry.changes == ["schema orders-value", "level orders-value"]
    assert registry.own_level("orders-value") is Level.FULL_TRANSITIVE


def test_the_level_is_the_subject_s_own_even_if_it_is_the_global_one(tmp_path: Path) -> None:
    registry = Recorded()
    registry.set_level(Level.FULL_TRANSITIVE)
    register_contracts(manifest(tmp_path, {"order.avsc": ORDER}), registry)

    assert registry.own_level("orders-value") is Level.FULL_TRANSITIVE


def test_the_new_level_judges_the_new_schema(tmp_path: Path) -> None:
    registry = Recorded()
    registry.register("orders-value", record(("id", "string"), ("sku", "string")))
    with pytest.raises(IncompatibleError):
        register_contracts(manifest(tmp_path, {"order.avsc": ORDER}), registry)

    assert registry.versions("orders-value") == (1,)


def test_types_of_other_files_go_first_and_are_referred_to(tmp_path: Path) -> None:
    registry = Recorded()
    money = {"type": "record", "name": "shop.Money", "fields": [{"name": "cents", "type": "long"}]}
    line = {"type": "record", "name": "shop.Line", "fields": [{"name": "price", "type": ["null", "shop.Money"]}]}
    lines = {"name": "lines", "type": {"type": "array", "items": "shop.Line"}}
    fields = [{"name": "id", "type": "string"}, lines, {"name": "total", "type": "shop.Money"}]
    order = {"type": "record", "name": "shop.Order", "fields": fields}
    packages = '[packages.shop]\nout = "."\nschemas = ["order.avsc", "line.avsc", "money.avsc"]\n'
    wanted = manifest(
        tmp_path,
        {"order.avsc": order, "line.avsc": line, "money.avsc": money},
        CONTRACTS.replace("[contracts.orders]", packages + "[contracts.orders]"),
    )

    done = register_contracts(wanted, registry)

    assert [one.subject for one in done] == ["shop.Money", "shop.Line", "orders-value"]
    assert registry.version("shop.Money").schema.references == ()
    assert registry.version("shop.Line").schema.references == (Reference("shop.Money", "shop.Money", done[0].version),)
    assert registry.version("orders-value").schema.references == (
        Reference("shop.Line", "shop.Line", done[1].version),
        Reference("shop.Money", "shop.Money", done[0].version),
    )

    registry.changes.clear()

    assert {one.outcome for one in register_contracts(wanted, registry)} == {"unchanged"}
    assert registry.changes == []
