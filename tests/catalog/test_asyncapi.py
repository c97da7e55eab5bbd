"""The AsyncAPI document obeys AsyncAPI's own schema, and its payload is the schema that is registered.

`asyncapi-3.0.0.json` is the schema that the AsyncAPI initiative publishes in the npm package @asyncapi/specs 6.11.1
(schemas/3.0.0-without-$id.json, without line breaks; Apache-2.0).
"""

import copy
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from eventpact.catalog.asyncapi import asyncapi_document, asyncapi_text, read_servers
from eventpact.catalog.entries import read_catalog
from eventpact.contract import load_manifest
from eventpact.schema import parse
from eventpact_compat.gate import Folders
from tests.catalog.repository import HOSTILE, ORDER, Repository

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
VALIDATOR = jsonschema.Draft7Validator(json.loads((HERE / "asyncapi-3.0.0.json").read_text("utf-8")))


@pytest.fixture(scope="module", params=["ours", "shop", "hostile"])
def document(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Any:
    if request.param == "ours":
        manifest = load_manifest(ROOT / "schemas" / "contracts.toml")
        catalog = read_catalog(manifest, Folders.below(ROOT / "compat"), title="Events")
    else:
        hostile = {"docs": HOSTILE, "name": "a/b <c>", "owner": "<b>"} if request.param == "hostile" else {}
        catalog = Repository(tmp_path_factory.mktemp("shop") / "shop", **hostile).catalog()
    return json.loads(
        asyncapi_text(catalog, read_servers(["local=localhost:9092", "prod=kafka-secure://b.example:9093"]))
    )


@pytest.fixture
def shop(tmp_path: Path) -> Any:
    return asyncapi_document(Repository(tmp_path / "shop").catalog(), {})


def test_it_obeys_the_published_schema(document: Any) -> None:
    assert [f"{error.json_path}: {error.message}"[:300] for error in VALIDATOR.iter_errors(document)] == []


@pytest.mark.parametrize(
    "slip",
    [
        lambda found: found["channels"]["orders"].update(topic="orders"),
        lambda found: found["channels"]["orders"]["bindings"]["kafka"].update(partitions="12"),
        lambda found: found["operations"]["orders.send"].update(action="publish"),
        lambda found: found["components"]["messages"]["orders"]["payload"]["schema"].update(fields={}),
        lambda found: found["info"].pop("version"),
    ],
)
def test_the_published_schema_would_notice_a_slip(shop: Any, slip: Any) -> None:
    wrong = copy.deepcopy(shop)
    slip(wrong)

    assert VALIDATOR.is_valid(shop)
    assert not VALIDATOR.is_valid(wrong)


def test_every_reference_leads_somewhere(document: Any) -> None:
    def references(node: Any) -> Iterator[str]:
        if isinstance(node, dict):
            yield from (node["$ref"],) if "$ref" in node else ()
            for value in node.values():
                yield from references(value)
        elif isinstance(node, list):
            for value in node:
                yield from references(value)

    for reference in references(document):
        node = document
        for part in reference.removeprefix("#/").split("/"):
            node = node[part]

        assert node


def test_the_payload_is_the_schema(tmp_path: Path) -> None:
    repository = Repository(tmp_path / "shop")
    schemas = load_manifest(repository.manifest).schemas
    messages: Any = asyncapi_document(repository.catalog(), {})["components"]
    payloads = {name: message["payload"] for name, message in messages["messages"].items()}

    assert {payload["schemaFormat"] for payload in payloads.values()} == {"application/vnd.apache.avro;version=1.9.0"}
    # users borrows a type of orders, and must be readable without it.
    assert {name: parse(json.dumps(payload["schema"])).canonical for name, payload in payloads.items()} == {
        "orders": schemas["order.avsc"].canonical,
        "users": schemas["user.avsc"].canonical,
    }


def test_a_channel_says_what_the_topic_is(shop: Any) -> None:
    assert shop["channels"]["orders"]["bindings"]["kafka"] == {
        "topic": "orders",
        "partitions": 12,
        "topicConfiguration": {
            "cleanup.policy": ["compact", "delete"],
            "min.insync.replicas": "2",
            "retention.ms": 5_400_000,
        },
        "bindingVersion": "0.5.0",
    }
    assert shop["channels"]["orders"]["x-eventpact"] == {
        "contract": "orders",
        "subject": "orders-value",
        "compatibility": "FULL_TRANSITIVE",
        "owner": "Shop team",
    }
    assert shop["channels"]["orders.raw"]["address"] == "orders-dlq"


def test_raw_dead_letters_are_no_envelopes(tmp_path: Path) -> None:
    repository = Repository(tmp_path / "shop")
    letters = '[contracts.orders.dead_letter]\nschema = "user.avsc"\n'
    text = repository.manifest.read_text().replace("[contracts.orders.dead_letter]\n", letters)
    found = []
    for form in ("envelope", "raw"):
        repository.manifest.write_text(text.replace("max_retries", f'format = "{form}"\nmax_retries'))
        document: Any = asyncapi_document(repository.catalog(), {})
        found.append(sorted(name for name in document["channels"] if name.startswith("orders.")))

    assert found == [["orders.dead_letter"], ["orders.raw"]]


def test_the_key_is_a_text_with_the_rules_of_its_field(shop: Any) -> None:
    kafka = shop["components"]["messages"]["orders"]["bindings"]["kafka"]

    assert kafka["key"] == {"type": "string", "description": "Who orders.", "format": "uuid"}


def test_producers_send_and_every_group_receives(shop: Any) -> None:
    found = {
        name: (operation["action"], operation.get("bindings", {}).get("kafka", {}).get("groupId", {}).get("enum"))
        for name, operation in shop["operations"].items()
    }

    assert found == {
        "orders.send": ("send", None),
        "orders.receive.billing": ("receive", ["billing"]),
        "orders.receive.shipping-workers": ("receive", ["shipping workers"]),
        "users.send": ("send", None),
    }


def test_what_could_be_markup_is_text(tmp_path: Path) -> None:
    document: Any = asyncapi_document(Repository(tmp_path / "shop", docs="*a* <b> [c](d) `e`").catalog(), {})

    assert document["channels"]["orders"]["description"] == r"\*a\* \<b> \[c\](d) \`e\`"


def test_the_version_changes_with_what_is_said_and_with_nothing_else(tmp_path: Path) -> None:
    one, same, other = (Repository(tmp_path / name) for name in ("one", "same", "other"))
    other.write(ORDER, level="FULL")
    documents: list[Any] = [asyncapi_document(repository.catalog(), {}) for repository in (one, same, other)]
    versions = [document["info"]["version"] for document in documents]

    assert versions[0] == versions[1] != versions[2]


@pytest.mark.parametrize(
    "texts", [["x"], ["x="], ["x=http://h:1"], ["a b=h:1"], ["x=h:1", "x=h:2"], ["x=user:secret@h:1"], ["x=kafka://"]]
)
def test_what_is_no_server_is_refused(texts: list[str]) -> None:
    with pytest.raises(ValueError, match=r"NAME=HOST:PORT|comes twice"):
        read_servers(texts)


def test_servers_are_told_by_protocol(tmp_path: Path) -> None:
    servers = read_servers(["local=localhost:9092", "prod=kafka-secure://[::1]:9093"])
    document = asyncapi_document(Repository(tmp_path / "shop").catalog(), servers)

    assert document["servers"] == {
        "local": {"host": "localhost:9092", "protocol": "kafka"},
        "prod": {"host": "[::1]:9093", "protocol": "kafka-secure"},
    }
