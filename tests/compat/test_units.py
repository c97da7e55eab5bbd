"""Units that docs and names state: what contradicts what, and what is only another wording."""

import pytest

from eventpact_compat.units import contradiction, units_in_name, units_in_text


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("Total in cents.", "Total in euros.", ("cents", "euros")),
        ("Total in EUR.", "Total in USD.", ("euros", "dollars")),
        ("Age in seconds.", "Age in ms.", ("seconds", "milliseconds")),
        ("Width in cm.", "Width in inches.", ("centimetres", "inches")),
        ("Rate in percent.", "Rate in basis-points.", ("percent", "basis points")),
        ("Net amount.", "Gross amount.", ("net", "gross")),
        ("Total in EUR.", "The total, in euros.", None),
        ("In cents, not euros.", "In cents.", None),
        ("Weight in kg.", "Weight of the parcel, in kilograms.", None),
        ("The second try, at that minute of the day.", "The first try.", None),
        ("Ask us. MS-DOS only.", "Ask them. In seconds.", None),
        ("Total in cents.", "Delay in ms.", None),
    ],
)
def test_units_contradict_each_other(old: str, new: str, expected: tuple[str, str] | None) -> None:
    assert contradiction(units_in_text(old), units_in_text(new)) == expected


@pytest.mark.parametrize(
    ("name", "unit"),
    [
        ("amount_cents", {("money", "cents")}),
        ("durationMs", {("time", "milliseconds")}),
        ("sizeKB", {("size", "kilobytes")}),
        ("cents_owner", set()),
    ],
)
def test_name_states_its_unit_at_its_end(name: str, unit: set[tuple[str, str]]) -> None:
    assert units_in_name(name) == unit
