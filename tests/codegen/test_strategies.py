"""The strategies draw events that their schema allows."""

from __future__ import annotations

import dataclasses
import datetime as dt
import functools
import importlib
import re
from decimal import Decimal
from pathlib import Path
from uuid import UUID

import pytest
from hypothesis import HealthCheck, find, given, settings
from hypothesis import strategies as st

from eventpact.dead_letter import DeadLetter, Reason
from eventpact.dead_letter import strategies as dead_letter_strategies
from ingestion_events import IngestionEvent, SourceType, strategies
from tests.codegen.loading import field, imported, record
from tests.zoo.animals import ANIMALS

QUICK = settings(max_examples=15, database=None, suppress_health_check=list(HealthCheck))


@pytest.mark.parametrize("name", [a.name for a in ANIMALS if a.expressible])
def test_every_animal_can_be_drawn(name: str, tmp_path: Path) -> None:
    """And every attribute has a value of the class that its annotation names."""
    animal = next(a for a in ANIMALS if a.name == name)
    with imported({animal.file: animal.text}, tmp_path) as package:
        for strategy in _strategies(package.__name__):
            QUICK(given(strategy)(_is_drawn))()


def _strategies(package: str) -> list[st.SearchStrategy[object]]:
    try:
        module = importlib.import_module(f"{package}.strategies")
    except ModuleNotFoundError:
        return []
    return [make() for make in module.EVENT_STRATEGIES.values()]


def _is_drawn(event: object) -> None:
    assert dataclasses.is_dataclass(event)


@given(strategies.ingestion_events())
def test_an_ingestion_event_obeys_its_constraints(event: IngestionEvent) -> None:
    assert str(UUID(event.tenant_id)) == event.tenant_id
    assert re.fullmatch(r"[0-9a-f]{64}", event.file_hash)
    assert event.s3_uri and event.original_filename and event.mime_type  # noqa: PT018
    assert event.timestamp.tzinfo is dt.UTC
    assert event.timestamp.microsecond % 1000 == 0
    assert isinstance(event.source_type, SourceType)


@given(dead_letter_strategies.dead_letter_events(reason=st.just(Reason.BLOCKED), retry_count=7))
def test_overrides_are_values_or_strategies(event: DeadLetter) -> None:
    assert (event.reason, event.retry_count) == (Reason.BLOCKED, 7)


def test_an_override_must_name_a_field() -> None:
    with pytest.raises(TypeError, match="no such field: tenant"):
        strategies.ingestion_events(tenant="x")


def test_shrinking_ends_at_the_simplest_event() -> None:
    event = find(strategies.ingestion_events(), lambda e: True)

    assert (event.source_path, event.metadata, event.source_type) == (None, None, SourceType.UPLOAD)


def _has_small(bound: int, event: object) -> bool:
    return getattr(event, "small", None) == bound


def test_numbers_reach_their_bounds_and_no_further(tmp_path: Path) -> None:
    schema = record(
        "Bounds",
        field("small", "int", minimum=-3, maximum=2.5),
        field("ratio", {"type": "float", "minimum": 0}, maximum=0.1),
        field("price", {"type": "bytes", "logicalType": "decimal", "precision": 4, "scale": 2}, minimum=1),
        field("held", {"type": "fixed", "name": "F", "size": 1, "logicalType": "decimal", "precision": 2}),
        field("code", ["null", "string"], minLength=2, maxLength=3),
        field("line", "string", pattern="^[a-c]+$", maxLength=4),
    )
    with imported({"bounds.avsc": schema}, tmp_path) as package:
        make = importlib.import_module(f"{package.__name__}.strategies").bounds_events

        @QUICK
        @given(make())
        def within(event: object) -> None:
            small, ratio, price, held, code, line = (
                getattr(event, name) for name in ("small", "ratio", "price", "held", "code", "line")
            )
            assert -3 <= small <= 2
            assert 0 <= ratio <= 0.1
            assert Decimal("1.00") <= price <= Decimal("99.99")
            assert -99 <= held <= 99
            assert code is None or 2 <= len(code) <= 3
            assert re.fullmatch(r"[a-c]{1,4}", line)

        within()
        for bound in (-3, 2):
            found = find(make(), functools.partial(_has_small, bound))

            assert found.small == bound


def test_a_wide_decimal_keeps_all_its_digits(tmp_path: Path) -> None:
    """The default context would round to 28."""
    schema = record("Wide", field("x", {"type": "bytes", "logicalType": "decimal", "precision": 60, "scale": 30}))
    with imported({"wide.avsc": schema}, tmp_path) as package:
        make = importlib.import_module(f"{package.__name__}.strategies").wide_events
        event = find(make(), lambda e: len(e.x.as_tuple().digits) > 50)

        assert event.x.as_tuple().exponent == -30
