"""A test that hangs is ended by its timeout."""

import threading

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.hanging import HungError


@pytest.mark.timeout(1)
def test_hypothesis_does_not_run_an_example_that_hung_again() -> None:
    runs = []

    @given(st.none())
    @settings(database=None)
    def hangs(_: None) -> None:
        runs.append(1)
        threading.Event().wait(20)

    with pytest.raises(HungError):
        hangs()

    assert runs == [1]
