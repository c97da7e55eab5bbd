"""How long a topic keeps its records."""

import pytest

from eventpact.contract.duration import milliseconds


@pytest.mark.parametrize(
    ("written", "meant"),
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
def test_a_duration_is_milliseconds(written: object, meant: int | None) -> None:
    assert milliseconds(written) == meant


@pytest.mark.parametrize(
    "written",
    ["", "7", "7 days", "-7d", "d", "7d\n", "٧d", "0d", 0, -1, True, 1.5, None, 2**63, "999999999999999999w", ["7d"]],
)
def test_what_is_no_duration_is_refused(written: object) -> None:
    with pytest.raises(ValueError, match="duration"):
        milliseconds(written)
