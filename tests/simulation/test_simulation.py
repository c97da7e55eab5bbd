"""Workers in a simulated world keep what docs/reliability.md promises, whatever a seed brings."""

from __future__ import annotations

import os
import subprocess
import sys
from itertools import count
from pathlib import Path
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.simulation.flaws import FLAWS
from tests.simulation.plan import KINDS, seeds_of
from tests.simulation.run import play

ROOT: Final = Path(__file__).parents[2]
SEEDS: Final = 60
"""Of each kind, in every run of the suite."""
ENOUGH: Final = 200
"""Seeds within which a flaw has to be found."""


@pytest.mark.parametrize("kind", KINDS)
def test_no_commit_is_ahead_nothing_is_lost_and_everything_ends(kind: str) -> None:
    for seed in seeds_of(kind, SEEDS):
        outcome = play(seed)

        assert outcome.plan.kind == kind
        assert not outcome.problems, outcome.told()


@given(st.integers(min_value=len(KINDS) * SEEDS, max_value=2**64))
def test_other_seeds_break_nothing_either(seed: int) -> None:
    outcome = play(seed)

    assert not outcome.problems, outcome.told()


@pytest.mark.parametrize("flaw", FLAWS)
def test_a_flaw_is_found(flaw: str) -> None:
    """A simulation that cannot fail shows nothing."""
    with FLAWS[flaw]():
        found = next((seed for seed in range(ENOUGH) if play(seed).problems), None)

    assert found is not None
    assert not play(found).problems


def test_a_seed_is_repeated_in_another_process_and_a_failure_says_how() -> None:
    """Nothing of a run comes from elsewhere: no clock, no process number, no order of hashes."""
    with FLAWS["does not read the reports of dead letters"]():
        flawed = next(outcome for seed in count() if (outcome := play(seed)).problems)
    command = [sys.executable, "-m", "tests.simulation", str(flawed.seed)]
    environment = os.environ | {"PYTHONHASHSEED": "1"}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)

    assert f"python -m tests.simulation {flawed.seed}" in flawed.told()
    assert flawed.problems[0] in flawed.told()
    assert (done.returncode, done.stdout.strip()) == (0, play(flawed.seed).told(0))
