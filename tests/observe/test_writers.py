"""Versions by schema id: asked for once, and a registry that is away is left alone for a while."""

from __future__ import annotations

from contextlib import nullcontext

import pytest

from eventpact.errors import UnavailableError
from eventpact.ids import SchemaId, Version
from eventpact.observe import writers
from eventpact.observe.writers import ASK_AGAIN, Writers
from eventpact.registry import MemoryRegistry, SchemaText
from eventpact.schema import parse

FIRST = '{"type": "record", "name": "A", "fields": [{"name": "a", "type": "int"}]}'
SECOND = FIRST.replace('"int"}', '"int"}, {"name": "b", "type": "int", "default": 0}')
ELSEWHERE = FIRST.replace('"A"', '"B"')


class Counted(MemoryRegistry):
    """Counts questions, and answers none while it is down."""

    def __init__(self) -> None:
        super().__init__()
        self.asked = 0
        self.down = False

    def subject_versions(self, schema_id: SchemaId, **others: str) -> tuple[tuple[str, Version], ...]:
        self.asked += 1
        if self.down:
            raise UnavailableError("nobody answered")
        return super().subject_versions(schema_id, **others)


@pytest.fixture
def now(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    now = [1_000.0]
    monkeypatch.setattr(writers, "monotonic", lambda: now[0])
    return now


@pytest.fixture
def registry() -> Counted:
    registry = Counted()
    registry.register("other", SchemaText(ELSEWHERE))
    # One schema, two subjects, two numbers.
    registry.register("shared", SchemaText(SECOND))
    registry.register("shared", SchemaText(FIRST))
    registry.register("mine", SchemaText(FIRST))
    registry.register("mine", SchemaText(SECOND))
    return registry


def opened(registry: MemoryRegistry) -> Writers:
    return Writers(lambda: nullcontext(registry), "mine")


def test_a_version_is_the_subjects_own_and_asked_for_once(registry: Counted) -> None:
    known = opened(registry)
    ids = [registry.version("mine", version).id for version in registry.versions("mine")]

    assert [known.version(schema_id) for schema_id in ids * 3] == [1, 2] * 3
    assert registry.asked == 2


def test_an_id_of_another_subject_or_of_nobody_is_no_version_and_not_asked_for_again_and_again(
    registry: Counted, now: list[float]
) -> None:
    known = opened(registry)
    foreign = registry.version("other", Version(1)).id

    assert [known.version(schema_id) for schema_id in (foreign, SchemaId(4711)) * 3] == [None] * 6
    assert registry.asked == 2
    now[0] += ASK_AGAIN
    assert known.version(foreign) is None
    assert registry.asked == 3
    assert known.problem is None


def test_a_registry_that_is_away_is_asked_once_and_then_again_after_a_while(
    registry: Counted, now: list[float]
) -> None:
    known, registry.down = opened(registry), True
    ids = [registry.version("mine", version).id for version in registry.versions("mine")]

    assert [known.version(schema_id) for schema_id in ids * 5] == [None] * 10
    assert registry.asked == 1
    assert known.problem is not None
    registry.down, now[0] = False, now[0] + ASK_AGAIN
    assert [known.version(schema_id) for schema_id in ids] == [1, 2]
    assert known.problem is None


def test_the_version_of_a_schema_is_that_of_exactly_this_text(registry: Counted) -> None:
    known = opened(registry)

    assert [known.version_of(parse(text)) for text in (FIRST, SECOND, ELSEWHERE)] == [1, 2, None]


def test_ids_of_strangers_do_not_fill_the_memory(registry: Counted, now: list[float]) -> None:
    known = opened(registry)
    for number in range(1, 3 * writers.MOST):
        known.version(SchemaId(1_000 + number))

    assert len(known._quiet_until) <= writers.MOST
    assert now == [1_000.0]


def test_without_a_registry_nothing_is_known_and_the_reason_is_said() -> None:
    known = Writers(None, "mine")

    assert known.version(SchemaId(1)) is None
    assert known.version_of(parse(FIRST)) is None
    assert "SCHEMA_REGISTRY_URL" in (known.problem or "")
