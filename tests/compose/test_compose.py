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

    assert sorted(int(port.split(":")[1]) for port in ports) == [3000, 8080, 9090, 9465, 18081, 19092, 19644]
    assert all(port.startswith("127.0.0.1:") for port in ports)


def test_every_image_is_pinned_and_can_be_overridden(compose: dict[str, Any]) -> None:
    images = {name: service["image"] for name, service in compose["services"].items()}

    assert images == {
        "redpanda": "redpandadata/redpanda:${REDPANDA_VERSION:-v26.2.7}",
        "console": "redpandadata/console:${REDPANDA_CONSOLE_VERSION:-v3.14.0}",
        "exporter": "python:${PYTHON_VERSION:-3.13-slim}",
        "prometheus": "prom/prometheus:${PROMETHEUS_VERSION:-v3.5.0}",
        "grafana": "grafana/grafana:${GRAFANA_VERSION:-12.0.2}",
    }


def test_a_typo_in_a_topic_name_fails(compose: dict[str, Any]) -> None:
    assert "--set=redpanda.auto_create_topics_enabled=false" in compose["services"]["redpanda"]["command"]


def test_the_console_waits_for_a_healthy_broker(compose: dict[str, Any]) -> None:
    assert compose["services"]["redpanda"]["healthcheck"]["test"] == ["CMD", "rpk", "cluster", "info"]
    assert compose["services"]["console"]["depends_on"] == {"redpanda": {"condition": "service_healthy"}}


def test_monitoring_starts_only_where_it_is_asked_for(compose: dict[str, Any]) -> None:
    profiles = {name: service.get("profiles") for name, service in compose["services"].items()}

    assert {name for name, found in profiles.items() if found is None} == {"redpanda", "console"}
    assert {name for name, found in profiles.items() if found == ["monitoring"]} == {
        "exporter",
        "prometheus",
        "grafana",
    }


def test_what_is_mounted_is_there_and_cannot_be_written(compose: dict[str, Any]) -> None:
    mounts = [volume.split(":") for service in compose["services"].values() for volume in service.get("volumes", [])]
    folders = [mount for mount in mounts if mount[0].startswith(".")]

    assert len(folders) == 5
    for source, _, mode in folders:
        assert (COMPOSE.parent / source).exists()
        assert mode == "ro"


def test_prometheus_asks_services_that_the_file_starts_at_their_ports(compose: dict[str, Any]) -> None:
    config = yaml.safe_load((COMPOSE.parent / "src/eventpact/monitoring/prometheus.yml").read_text("utf-8"))
    targets = {
        target for job in config["scrape_configs"] for each in job["static_configs"] for target in each["targets"]
    }

    assert targets == {"exporter:9465", "redpanda:9644", "host.docker.internal:9464"}
    assert compose["services"]["exporter"]["ports"] == ["127.0.0.1:9465:9465"]


def test_grafana_finds_its_datasource_and_dashboards_where_they_are_mounted(compose: dict[str, Any]) -> None:
    home = COMPOSE.parent / "src/eventpact/monitoring/grafana/provisioning"
    source = yaml.safe_load((home / "datasources/prometheus.yml").read_text("utf-8"))["datasources"][0]
    provider = yaml.safe_load((home / "dashboards/eventpact.yml").read_text("utf-8"))["providers"][0]
    mounted = {volume.split(":")[1] for volume in compose["services"]["grafana"]["volumes"]}

    assert source["url"] == "http://prometheus:9090"
    assert provider["options"]["path"] in mounted
