"""Waivers: accepted for a reason, by somebody, for a while, and shown as long as they last."""

import datetime as dt
from pathlib import Path

import pytest

from eventpact.errors import ManifestError
from eventpact_compat.finding import Finding, Severity
from eventpact_compat.waivers import Waiver, apply_waivers, read_waivers

DAY = dt.date(2026, 6, 1)
TEXT = """
[[waiver]]
rule = "UNIT_CHANGED"
contract = "orders"
location = "Order.total"
reason = "nobody reads it"
owner = "team-billing"
expires = 2026-06-01
"""
FINDING = Finding(
    rule="UNIT_CHANGED",
    severity=Severity.ERROR,
    message="changed",
    contract="orders",
    location="/fields/1/unit",
    path="Order.total",
)


def waiver(location: str = "Order.total", expires: dt.date = DAY) -> Waiver:
    return Waiver("UNIT_CHANGED", "orders", location, "nobody reads it", "team-billing", expires, "waivers.toml", 2)


@pytest.mark.parametrize("location", ["Order.total", "/fields/1/unit"])
def test_waived_finding_is_information_that_says_why(location: str) -> None:
    (found,) = apply_waivers([FINDING], [waiver(location)], DAY)

    assert found.severity is Severity.INFO
    assert found.waived is not None
    assert (found.waived.severity, found.waived.owner) == (Severity.ERROR, "team-billing")
    assert found.to_json()["waived"] == {
        "reason": "nobody reads it",
        "owner": "team-billing",
        "expires": "2026-06-01",
        "severity": "error",
    }


def test_waiver_ends_after_its_last_day() -> None:
    found = apply_waivers([FINDING], [waiver()], DAY + dt.timedelta(days=1))

    assert [(f.rule, f.severity) for f in found] == [
        ("UNIT_CHANGED", Severity.ERROR),
        ("WAIVER_EXPIRED", Severity.ERROR),
    ]


def test_waiver_that_waives_nothing_fails() -> None:
    found = apply_waivers([], [waiver()], DAY)

    assert [(f.rule, f.line) for f in found] == [("WAIVER_UNUSED", 2)]


def test_waiver_of_a_contract_that_was_not_looked_at_is_left_alone() -> None:
    assert apply_waivers([], [waiver()], DAY, frozenset({"other"})) == []


def test_other_place_is_not_waived() -> None:
    found = apply_waivers([FINDING], [waiver("Order.tax")], DAY)

    assert [f.rule for f in found] == ["UNIT_CHANGED", "WAIVER_UNUSED"]


def test_file_is_read_with_its_lines(tmp_path: Path) -> None:
    file = tmp_path / "waivers.toml"
    file.write_text(TEXT, encoding="utf-8")
    (found,) = read_waivers(file)

    assert (found.rule, found.expires, found.line) == ("UNIT_CHANGED", DAY, 2)


def test_no_file_is_no_waiver(tmp_path: Path) -> None:
    assert read_waivers(tmp_path / "waivers.toml") == ()


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ("2026-06-01", '"soon"', "expires"),
        ("2026-06-01", "2026-06-01T10:00:00Z", "expires"),
        ('reason = "nobody reads it"', 'reason = " "', "reason"),
        ('owner = "team-billing"\n', "", "owner"),
        ("owner =", "owners =", "owners"),
        ("[[waiver]]", "[[waivers]]", "waivers"),
        ("[[waiver]]", "[waiver", "not TOML"),
        ("[[waiver]]", "[waiver]", "waiver"),
    ],
)
def test_wrong_waiver_is_told_with_its_place(tmp_path: Path, before: str, after: str, told: str) -> None:
    file = tmp_path / "waivers.toml"
    file.write_text(TEXT.replace(before, after), encoding="utf-8")

    with pytest.raises(ManifestError, match=told):
        read_waivers(file)
