"""Keys on screens and in labels: named, unless they are personal data."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from eventpact.kafka.settings import Settings
from eventpact.observe import Metrics
from eventpact.observe.keys import KeyNames, key_is_personal, visible
from eventpact.schema import parse
from ingestion_events import IngestionEvent
from tests.kafka.world import CONTRACT


def schema(**props: Any) -> str:
    fields = [{"name": "mail", "type": "string", **props}, {"name": "other", "type": "string", "pii": True}]
    return json.dumps({"type": "record", "name": "Signup", "fields": fields})


@pytest.mark.parametrize(
    ("props", "personal"),
    [({}, False), ({"pii": False}, False), ({"pii": True}, True), ({"confluent:tags": ["PII"]}, True)],
)
def test_the_tag_of_the_key_field_decides(props: dict[str, Any], personal: bool) -> None:
    assert key_is_personal(parse(schema(**props)), "mail") is personal


def test_masked_keys_are_told_apart_and_not_told() -> None:
    names = KeyNames(masked=True)

    assert [names.name(key) for key in (b"a@example.org", b"b@example.org", None, b"a@example.org")] == [
        "*** (1)",
        "*** (2)",
        "*** (3)",
        "*** (1)",
    ]


@pytest.mark.parametrize(
    ("key", "shown"),
    [
        (b"t-1", "t-1"),
        (None, "no key"),
        (b"\x1b[31m", r"\x1b[31m"),
        (b"\xff\n", r"\\xff\n"),
        (b"k" * 65, "k" * 61 + "..."),
    ],
)
def test_other_keys_are_shown_as_ascii(key: bytes | None, shown: str) -> None:
    assert visible(key) == KeyNames(masked=False).name(key) == shown


def test_a_personal_key_is_never_a_label() -> None:
    metrics = Metrics(Settings(bootstrap_servers="127.0.0.1:1"))
    by_name = replace(CONTRACT, key="original_filename")

    metrics.observer(IngestionEvent, contract=by_name)
    metrics.observer(IngestionEvent, tenants=5)
    with pytest.raises(ValueError, match="original_filename is personal data"):
        metrics.observer(IngestionEvent, contract=by_name, tenants=5)
