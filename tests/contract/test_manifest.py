"""contracts.toml, and every way to get it wrong: the complaint names file, line and key."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from eventpact.contract import Manifest, load_manifest
from eventpact.errors import ManifestError, SchemaError
from eventpact.schema import Level

ORDER = {
    "type": "record",
    "name": "Order",
    "namespace": "shop",
    "fields": [
        {"name": "id", "type": "string"},
        {"name": "note", "type": ["null", "string"], "default": None},
        {"name": "count", "type": "int"},
    ],
}
MANIFEST = """\
version = 1

[packages.shop_events]
out = "../src"
schemas = ["order.avsc"]

[contracts.orders]
schema = "order.avsc"
key = "id"
compatibility = "FULL_TRANSITIVE"
groups = ["billing"]

[contracts.orders.topic]
name = "orders"
partitions = 6
retention = "7d"

[contracts.orders.topic.settings]
"cleanup.policy" = "delete"
"retention.bytes" = -1
"preallocate" = true

[contracts.orders.dead_letter]
topic = "orders-dlq"
schema = "order.avsc"
retention = "30d"
group = "orders-parked"
"""

Load = Callable[[str], Manifest]


@pytest.fixture
def load(tmp_path: Path) -> Load:
    """Write a manifest beside one schema, and load it."""

    def _load(text: str) -> Manifest:
        (tmp_path / "order.avsc").write_text(json.dumps(ORDER))
        (tmp_path / "bag.avsc").write_text('{"type": "enum", "name": "Bag", "symbols": ["A"]}')
        (tmp_path / "contracts.toml").write_text(text)
        return load_manifest(tmp_path / "contracts.toml")

    return _load


def test_an_owner_is_a_part_of_the_contract(load: Load) -> None:
    owned = MANIFEST.replace('key = "id"', 'key = "id"\nowner = "Orders team"')

    assert [load(text).contracts[0].owner for text in (MANIFEST, owned)] == [None, "Orders team"]


def test_a_manifest_becomes_contracts(load: Load) -> None:
    (contract,) = load(MANIFEST).contracts

    assert (contract.name, contract.event, contract.key, contract.level) == (
        "orders",
        "shop.Order",
        "id",
        Level.FULL_TRANSITIVE,
    )
    assert contract.topic.config() == {
        "retention.ms": "604800000",
        "cleanup.policy": "delete",
        "retention.bytes": "-1",
        "preallocate": "true",
    }


def test_the_dead_letter_topic_has_as_many_partitions_as_its_source_unless_told(load: Load) -> None:
    (contract,) = load(MANIFEST).contracts
    (other,) = load(MANIFEST.replace('retention = "30d"', 'retention = "forever"\npartitions = 2')).contracts

    assert contract.dead_letter is not None
    assert (contract.dead_letter.topic.partitions, contract.dead_letter.max_retries) == (6, 3)
    assert other.dead_letter is not None
    assert (other.dead_letter.topic.partitions, other.dead_letter.topic.retention_ms) == (2, None)


def test_a_package_knows_its_files_and_where_they_go(load: Load, tmp_path: Path) -> None:
    manifest = load(MANIFEST)
    (package,) = manifest.packages

    assert (package.name, package.out, package.schemas) == ("shop_events", tmp_path / "../src", ("order.avsc",))
    assert manifest.schemas["order.avsc"].name == "shop.Order"


@pytest.mark.parametrize("name", ["orders", "shop.Order", "Order"])
def test_a_contract_is_found_by_its_names(load: Load, name: str) -> None:
    assert load(MANIFEST).contract(name).name == "orders"


def test_an_unknown_contract_is_answered_with_the_known_ones(load: Load) -> None:
    with pytest.raises(ManifestError, match="orders"):
        load(MANIFEST).contract("order")


WRONG = {
    "not toml": ("version = 1", "version = ", "not TOML", 1),
    "version": ("version = 1", "version = 2", "version: version 2 is not known", 1),
    "top level key": ("version = 1", "version = 1\ncontract = 1", "contract: unknown key; did you mean 'contracts'", 2),
    "package key": ('out = "../src"', 'out = "x"\nschema = []', "unknown key; did you mean 'schemas'?", 5),
    "package name": ("[packages.shop_events]", '[packages."Shop-Events"]', "not a package name", 3),
    "package keyword": ("[packages.shop_events]", '[packages."shop.class"]', "not a package name", 3),
    "package empty": ('schemas = ["order.avsc"]', "schemas = []", "at least one schema file", 5),
    "package twice": ('schemas = ["order.avsc"]', 'schemas = ["order.avsc", "order.avsc"]', "listed twice", 5),
    "package type": ('out = "../src"', "out = 1", "out: expected a text, not a whole number", 4),
    "schemas type": ('schemas = ["order.avsc"]', 'schemas = "order.avsc"', "expected a list of texts", 5),
    "schema missing": ('schema = "order.avsc"\nkey', 'schema = "ordr.avsc"\nkey', "cannot read", 8),
    "schema outside": ('schema = "order.avsc"\nkey', 'schema = "../order.avsc"\nkey', "plain path below", 8),
    "schema absolute": ('schema = "order.avsc"\nkey', 'schema = "/order.avsc"\nkey', "plain path below", 8),
    "schema suffix": ('schema = "order.avsc"\nkey', 'schema = "order.json"\nkey', "not an .avsc file", 8),
    "schema no record": ('schema = "order.avsc"\nkey', 'schema = "bag.avsc"\nkey', "is not a record", 7),
    "event unknown": ('key = "id"', 'key = "id"\nevent = "shop.Ordr"', "shop.Ordr is not a record", 10),
    "key missing": ('key = "id"\n', "", "the key 'key' is missing", 7),
    "key misspelled": ('key = "id"', 'keys = "id"', "is 'keys' a spelling of it?", 7),
    "key unknown": ('key = "id"', 'key = "ident"', "no field 'ident' (fields: id, note, count)", 9),
    "key nullable": ('key = "id"', 'key = "note"', "never null", 9),
    "key number": ('key = "id"', 'key = "count"', "must be a string", 9),
    "level": ('"FULL_TRANSITIVE"', '"FULL-TRANSITIVE"', "did you mean 'FULL_TRANSITIVE'?", 10),
    "level case": ('"FULL_TRANSITIVE"', '"full"', "did you mean 'FULL'?", 10),
    "strategy": ('key = "id"', 'key = "id"\nsubject_strategy = "record-name"', "is none of topic-name", 10),
    "owner": ('key = "id"', 'key = "id"\nowner = ""', "is no owner", 7),
    "groups": ('groups = ["billing"]', 'groups = ["a", "a"]', "listed twice", 7),
    "groups type": ('groups = ["billing"]', "groups = [1]", "expected a text", 11),
    "topic name": ('name = "orders"', 'name = "or ders"', "not a Kafka topic name", 13),
    "partitions": ("partitions = 6", "partitions = 0", "partitions must be", 13),
    "partitions text": ("partitions = 6", 'partitions = "6"', "expected a whole number, not a text", 15),
    "partitions bool": ("partitions = 6", "partitions = true", "not true or false", 15),
    "retention": ('retention = "7d"', 'retention = "7 days"', 'such as "7d"', 16),
    "retention missing": ('retention = "7d"\n', "", "the key 'retention' is missing", 13),
    "setting twice": ('"preallocate" = true', '"retention.ms" = 1', "said by the key retention", 13),
    "setting type": ('"preallocate" = true', '"preallocate" = []', "a text, a number, true or false", 21),
    "setting no number": ('"retention.bytes" = -1', '"retention.bytes" = "1 GiB"', "a whole number of bytes", 20),
    "setting a fraction": ('"retention.bytes" = -1', '"retention.bytes" = 1e9', "a whole number of bytes", 20),
    "dlq is topic": ('topic = "orders-dlq"', 'topic = "orders"', "the topic itself", 7),
    "dlq key": ('group = "orders-parked"', 'group = "g"\nretries = 3', "did you mean 'max_retries'?", 28),
    "dlq format": ('group = "orders-parked"', 'group = "g"\nformat = "avro"', "'avro' is none of envelope, raw", 28),
    "dlq retries": ('group = "orders-parked"', 'group = "g"\nmax_retries = -1', "max_retries must be", 23),
    "dlq group": ('group = "orders-parked"', 'group = "billing"', "must not be one that reads the events", 7),
    "dlq schema": (
        'topic = "orders-dlq"\nschema = "order.avsc"',
        'topic = "orders-dlq"\nschema = "bag.avsc"',
        "bag.avsc is no record",
        25,
    ),
}


@pytest.mark.parametrize("case", WRONG)
def test_a_mistake_is_named_with_its_line(load: Load, tmp_path: Path, case: str) -> None:
    right, wrong, message, line = WRONG[case]
    assert MANIFEST.count(right) == 1, "the case must change one place"

    with pytest.raises(ManifestError) as caught:
        load(MANIFEST.replace(right, wrong))

    assert message in str(caught.value)
    assert caught.value.line == line
    assert str(caught.value).startswith(f"{tmp_path / 'contracts.toml'}:{line}: ")


SECOND = """
[contracts.more]
schema = "other.avsc"
key = "id"
compatibility = "BACKWARD"

[contracts.more.topic]
name = "{topic}"
partitions = 1
retention = "forever"
"""


@pytest.mark.parametrize("topic", ["orders", "orders-dlq"])
def test_two_contracts_do_not_share_a_topic(load: Load, tmp_path: Path, topic: str) -> None:
    (tmp_path / "other.avsc").write_text(json.dumps(ORDER | {"name": "Other"}))

    with pytest.raises(ManifestError, match=f"topic {topic} is used by orders"):
        load(MANIFEST + SECOND.format(topic=topic))


def test_two_topics_differ_in_more_than_a_dot(load: Load, tmp_path: Path) -> None:
    (tmp_path / "other.avsc").write_text(json.dumps(ORDER | {"name": "Other"}))
    text = MANIFEST.replace('name = "orders"', 'name = "or.ders"') + SECOND.format(topic="or_ders")

    with pytest.raises(ManifestError, match="used by orders"):
        load(text)


def test_an_event_has_one_contract(load: Load) -> None:
    with pytest.raises(ManifestError, match=r"shop\.Order has the contract orders already"):
        load(MANIFEST + SECOND.format(topic="more").replace("other.avsc", "order.avsc"))


def test_a_file_belongs_to_one_package(load: Load) -> None:
    with pytest.raises(ManifestError, match="generated into shop_events already"):
        load(
            MANIFEST.replace(
                "[contracts.orders]", '[packages.other]\nout = "x"\nschemas = ["order.avsc"]\n[contracts.orders]'
            )
        )


def test_a_missing_manifest_is_a_manifest_error(tmp_path: Path) -> None:
    with pytest.raises(ManifestError, match=r"there is no manifest; .*eventpact init"):
        load_manifest(tmp_path / "nowhere.toml")


def test_bytes_that_are_no_text_are_a_manifest_error(tmp_path: Path) -> None:
    (tmp_path / "contracts.toml").write_bytes(b"\xff")

    with pytest.raises(ManifestError, match="not UTF-8"):
        load_manifest(tmp_path / "contracts.toml")


def test_a_byte_order_mark_is_called_by_its_name(load: Load) -> None:
    """Editors on Windows write it, and nobody sees it."""
    with pytest.raises(ManifestError, match=r"contracts\.toml:1: starts with a byte order mark"):
        load("\ufeff" + MANIFEST)


def test_a_broken_schema_is_a_schema_error(load: Load, tmp_path: Path) -> None:
    """With its place as seen from here, as lint says it: that is what people click, and what CI annotates."""
    (tmp_path / "broken.avsc").write_text("{")

    with pytest.raises(SchemaError) as caught:
        load(MANIFEST.replace('schemas = ["order.avsc"]', 'schemas = ["order.avsc", "broken.avsc"]'))

    assert (caught.value.source, caught.value.line) == ((tmp_path / "broken.avsc").as_posix(), 1)


def test_the_shipped_manifest_loads() -> None:
    manifest = load_manifest(Path("schemas/contracts.toml"))

    assert [contract.topic.name for contract in manifest.contracts] == ["ingestion-events"]
