"""Levels: who reads whom, over how many versions."""

from __future__ import annotations

import pytest

from eventpact.schema import Level, check_history
from tests.schema.build import field, record, schema

REQUIRED = schema(record("R", field("a", "int")))
OPTIONAL = schema(record("R", field("a", "int", default=0)))
WITHOUT = schema(record("R"))


@pytest.mark.parametrize(
    ("level", "found"),
    [
        (Level.NONE, []),
        (Level.BACKWARD, []),
        (Level.BACKWARD_TRANSITIVE, [(1, "backward")]),
        (Level.FORWARD, []),
        (Level.FORWARD_TRANSITIVE, []),
        (Level.FULL, []),
        (Level.FULL_TRANSITIVE, [(1, "backward")]),
    ],
)
def test_compatible_steps_may_lead_to_an_incompatible_version(level: Level, found: list[tuple[int, str]]) -> None:
    """Adding a field with a default, then dropping the default: each step is fine, the sum is not."""
    history = [WITHOUT, OPTIONAL]

    assert [(one.version, one.direction) for one in check_history(REQUIRED, history, level)] == found


def test_all_versions_and_both_directions_are_listed() -> None:
    history = [WITHOUT, OPTIONAL, WITHOUT]
    other = schema(record("R", field("b", "int")))

    found = check_history(REQUIRED, [*history, other], Level.FULL_TRANSITIVE)

    assert [(one.version, one.direction) for one in found] == [
        (1, "backward"), (3, "backward"), (4, "backward"), (4, "forward"),
    ]  # fmt: skip
    assert str(found[0]).startswith("version 1, backward: READER_FIELD_MISSING_DEFAULT_VALUE at /fields/0: ")


def test_the_first_version_always_passes() -> None:
    assert check_history(REQUIRED, [], Level.FULL_TRANSITIVE) == []


def test_the_dialect_reaches_the_checker() -> None:
    renamed = schema(record("R", field("b", "int", aliases=["a"])))

    assert check_history(renamed, [REQUIRED], Level.BACKWARD) == []
    assert [one.version for one in check_history(renamed, [REQUIRED], Level.BACKWARD, dialect="redpanda")] == [1]
