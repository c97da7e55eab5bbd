"""How long a topic keeps its records."""

import pytest
from hypothesis import given
from hypothesis.strategies import integers, none

from eventpact.contract.duration import milliseconds, written


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("500ms", 500),
        ("90s", 90_000),
        ("30m", 1_800_000),
        ("12h", 43_200_000),
        ("7d", 604_800_000),
        ("7 d", 604_800_000),
        ("2w", 1_209_600_000),
        (604_800_000, 604_800_000),
        ("forever", None),
    ],
)
def test_a_duration_is_milliseconds(text: object, meant: int | None) -> None:
    assert milliseconds(text) == meant


@pytest.mark.parametrize(
    "text",
    ["", "7", "7 days", "-7d", "d", "7d\n", "٧d", "0d", 0, -1, True, 1.5, None, 2**63, "999999999999999999w", ["7d"]],
)
def test_what_is_no_duration_is_refused(text: object) -> None:
    with pytest.raises(ValueError, match="duration"):
        milliseconds(text)


@given(none() | integers(1, 2**63 - 1))
def test_what_is_written_means_the_same(ms: int | None) -> None:
    assert milliseconds(written(ms)) == ms


@pytest.mark.parametrize(
    ("ms", "text"), [(None, "forever"), (604_800_000, "7d"), (5_400_000, "90m"), (90_000, "90s"), (1, "1ms")]
)
def test_it_is_written_in_the_largest_unit_that_says_it(ms: int | None, text: str) -> None:
    assert written(ms) == text
