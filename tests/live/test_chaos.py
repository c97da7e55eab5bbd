"""Chaos on a real broker, the short way; `make chaos` is the long one. Every scenario has topics of its own.

The scenarios marked slow are left to `make slow` and `make chaos`.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.chaos.play import play
from tests.chaos.scenarios import SCENARIOS, Scenario
from tests.chaos.stage import Stage
from tests.live.services import MISSING

pytestmark = pytest.mark.live


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """A broker that may be killed: never the one that the environment names."""
    if MISSING is not None:
        pytest.skip(f"{MISSING} is not installed: chaos kills a broker of its own")
    with Stage(tmp_path_factory.mktemp("chaos")) as made:
        yield made


@pytest.mark.parametrize(
    "scenario",
    [pytest.param(each, id=each.name, marks=() if each.short else pytest.mark.slow) for each in SCENARIOS],
)
def test_promises_are_kept_and_flaws_are_caught(stage: Stage, scenario: Scenario) -> None:
    outcome = play(stage, scenario)

    assert outcome.problems == []
