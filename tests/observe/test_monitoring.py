"""Alerts and dashboard speak of metrics that there are, in expressions that Prometheus understands."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path
from typing import Any

import promql_parser
import pytest
import yaml

from eventpact.cli.app import run
from eventpact.observe.table import METRICS

ROOT = Path(__file__).parents[2]
HOME = ROOT / "src" / "eventpact" / "monitoring"
DASHBOARD: dict[str, Any] = json.loads((HOME / "grafana" / "dashboards" / "eventpact.json").read_text("utf-8"))
RULES: list[dict[str, Any]] = yaml.safe_load((HOME / "alerts.yml").read_text("utf-8"))["groups"][0]["rules"]
PANELS = [panel for panel in DASHBOARD["panels"] if panel["type"] != "row"]
SERIES = {name: metric for metric in METRICS for name in metric.series}
# What Grafana puts in before it asks.
VARIABLES = {"$__rate_interval": "5m", "$topic": ".*", "$group": ".*"}
needs_promtool = pytest.mark.skipif(
    shutil.which("promtool") is None, reason="promtool (Debian: prometheus) is not there"
)


def expressions() -> Iterator[tuple[str, str]]:
    """Every expression, with the place where it stands."""
    for rule in RULES:
        yield rule["alert"], rule["expr"]
    for panel in PANELS:
        for target in panel["targets"]:
            text = target["expr"]
            for name, value in VARIABLES.items():
                text = text.replace(name, value)
            yield panel["title"], text


def selectors(node: Any) -> Iterator[Any]:
    """The vector selectors of a parsed expression, wherever they are in it."""
    if isinstance(node, promql_parser.VectorSelector):
        yield node
    children = ["expr", "lhs", "rhs", "vector_selector", "vs", "param", "args"]
    for child in (getattr(node, name, None) for name in children):
        for one in child if isinstance(child, list) else [child]:
            if one is not None and not isinstance(one, str | int | float):
                yield from selectors(one)


@pytest.mark.parametrize(("place", "text"), list(expressions()))
def test_every_expression_is_promql_about_metrics_and_labels_that_we_show(place: str, text: str) -> None:
    found = list(selectors(promql_parser.parse(text)))

    assert found, place
    for selector in found:
        metric = SERIES[selector.name]
        matched = {matcher.name for matcher in selector.matchers.matchers}
        assert matched <= {*metric.labels, *(["le"] if metric.kind == "histogram" else [])}


@pytest.mark.parametrize(("place", "text"), list(expressions()))
def test_what_an_expression_groups_by_are_labels_of_its_metrics(place: str, text: str) -> None:
    known = {label for one in selectors(promql_parser.parse(text)) for label in SERIES[one.name].labels} | {"le"}
    grouped = {name.strip() for names in re.findall(r"\b(?:by|on) \(([^)]*)\)", text) for name in names.split(",")}

    assert grouped <= known, place


@pytest.mark.parametrize("text", [panel["targets"][0]["legendFormat"] for panel in PANELS])
def test_legends_name_labels_that_there_are(text: str) -> None:
    labels = {label for metric in METRICS for label in metric.labels}

    assert set(re.findall(r"\{\{(\w+)\}\}", text)) <= labels


def test_counters_are_never_read_without_a_rate() -> None:
    for place, text in expressions():
        for name in re.findall(r"eventpact_\w+_total", text):
            assert re.search(rf"(rate|increase)\({name}", text), place


def test_every_metric_is_looked_at_somewhere() -> None:
    """But for what only makes sense beside another one."""
    used = {one.name for _, text in expressions() for one in selectors(promql_parser.parse(text))}
    unused = {metric.name for metric in METRICS if not used & set(metric.series)}

    assert unused == {
        "eventpact_tenant_records_total",  # off unless a service asks for it
        # What eventpact_records_total tells with reasons.
        "eventpact_worker_consumed_total",
        "eventpact_worker_handled_total",
        "eventpact_worker_dead_lettered_total",
        "eventpact_worker_retries_total",
        "eventpact_worker_commits_total",
        "eventpact_worker_rewinds_total",
        "eventpact_worker_deleted_unread_total",  # eventpact_group_missed_records, seen from inside
        "eventpact_worker_buffered",
        "eventpact_worker_in_flight",
        "eventpact_worker_unconfirmed",
        "eventpact_processor_handled_total",
        "eventpact_processor_failed_total",
        "eventpact_processor_skipped_total",
    }


def test_panels_have_their_own_ids_and_places_and_a_word_of_explanation() -> None:
    ids = [panel["id"] for panel in DASHBOARD["panels"]]

    assert len(set(ids)) == len(ids)
    assert all(panel["description"] for panel in PANELS)
    assert all(panel["datasource"]["uid"] == "${datasource}" for panel in PANELS)
    for one, other in combinations([panel["gridPos"] for panel in DASHBOARD["panels"]], 2):
        beside = one["x"] + one["w"] <= other["x"] or other["x"] + other["w"] <= one["x"]
        below = one["y"] + one["h"] <= other["y"] or other["y"] + other["h"] <= one["y"]
        assert beside or below
        assert one["x"] + one["w"] <= 24


def test_every_alert_says_how_bad_it_is_and_where_the_way_out_is_written() -> None:
    page = (ROOT / "docs" / "monitoring.md").read_text("utf-8")

    for rule in RULES:
        assert rule["labels"]["severity"] in {"page", "ticket"}
        file, _, anchor = rule["annotations"]["runbook"].partition("#")
        assert (file, anchor) == ("docs/monitoring.md", rule["alert"].lower())
        assert f"### {rule['alert']}\n" in page
        assert rule["annotations"]["summary"]


def test_the_docs_list_every_metric_as_it_is() -> None:
    page = (ROOT / "docs" / "monitoring.md").read_text("utf-8")
    rows = re.findall(r"^\| `(eventpact_\w+)` \| (\w+) \| (.*?) \| (.*?) \|$", page, re.MULTILINE)
    labels = {metric.name: ", ".join(f"`{label}`" for label in metric.labels) for metric in METRICS}

    assert rows == [(metric.name, metric.kind, labels[metric.name], metric.text) for metric in METRICS]


@needs_promtool
def test_promtool_accepts_rules_and_configuration() -> None:
    for command in (["rules", "alerts.yml"], ["config", "prometheus.yml"]):
        done = subprocess.run(["promtool", "check", *command], cwd=HOME, capture_output=True, text=True, timeout=60)
        assert done.returncode == 0, done.stdout + done.stderr


@needs_promtool
def test_the_alerts_fire_when_they_should_and_only_then() -> None:
    done = subprocess.run(
        ["promtool", "test", "rules", "alerts_test.yml"],
        cwd=Path(__file__).parent,
        capture_output=True,
        text=True,
        timeout=60,
    )

    assert done.returncode == 0, done.stdout + done.stderr


def test_the_files_are_exported_as_they_are(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["monitoring", "export", str(tmp_path / "here")]) == 0

    told = [Path(line).relative_to(tmp_path / "here") for line in capsys.readouterr().out.splitlines()]
    assert set(told) == {path.relative_to(HOME) for path in HOME.rglob("*") if path.is_file()}
    for path in told:
        assert (tmp_path / "here" / path).read_bytes() == (HOME / path).read_bytes()
