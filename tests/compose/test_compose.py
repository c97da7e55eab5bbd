"""docker-compose.yml says what the docs promise, in the compose specification's own terms.

`compose-spec.json` is the schema that the compose specification publishes with compose-go v2.16.2 (Apache-2.0).
`tests/live/test_compose_go.py` loads the same file with the specification's own loader where Go is there.
"""

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

HERE = Path(__file__).parent
COMPOSE = HERE.parents[1] / "docker-compose.yml"


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    document: dict[str, Any] = yaml.safe_load(COMPOSE.read_text("utf-8"))
    return document


def validator() -> jsonschema.Draft202012Validator:
    return jsonschema.Draft202012Validator(json.loads((HERE / "compose-spec.json").read_text("utf-8")))


def test_the_file_obeys_the_published_schema(compose: dict[str, Any]) -> None:
    assert [error.message for error in validator().iter_errors(compose)] == []


def test_the_published_schema_would_notice_a_slip(compose: dict[str, Any]) -> None:
    compose["services"]["redpanda"] = {**compose["services"]["redpanda"], "portz": []}

    assert not validator().is_valid(compose)


def test_every_port_listens_on_loopback_only(compose: dict[str, Any]) -> None:
    ports = [port for service in compose["services"].values() for port in service["ports"]]

    assert sorted(port.split(":")[1] for port in ports) == ["18081", "19092", "19644", "8080"]
    assert all(port.startswith("127.0.0.1:") for port in ports)


def test_every_image_is_pinned_and_can_be_overridden(compose: dict[str, Any]) -> None:
    images = {name: service["image"] for name, service in compose["services"].items()}

    assert images == {
        "redpanda": "redpandadata/redpanda:${REDPANDA_VERSION:-v26.2.7}",
        "console": "redpandadata/console:${REDPANDA_CONSOLE_VERSION:-v3.14.0}",
    }


def test_a_typo_in_a_topic_name_fails(compose: dict[str, Any]) -> None:
    assert "--set=redpanda.auto_create_topics_enabled=false" in compose["services"]["redpanda"]["command"]


def test_the_console_waits_for_a_healthy_broker(compose: dict[str, Any]) -> None:
    assert compose["services"]["redpanda"]["healthcheck"]["test"] == ["CMD", "rpk", "cluster", "info"]
    assert compose["services"]["console"]["depends_on"] == {"redpanda": {"condition": "service_healthy"}}
