"""A candidate against all its versions: what hides behind an intermediate one is found, and nothing is said twice."""

import pytest
from hypothesis import given

from eventpact.schema import Level, check_history
from eventpact_compat.finding import Finding, Severity, UpgradeOrder
from eventpact_compat.lines import with_lines
from eventpact_compat.structural import RULES as STRUCTURE
from eventpact_compat.versions import Older, compare_two, compare_versions
from tests.compat.shop import enum, field, order, schema
from tests.schema.draw import evolutions, schemas, seeded_evolutions

ID = field("id", "string")
# Drawn in bulk: what these properties look for is in one pair of a hundred.
PAIRS = [(schema(old, "old"), schema(new, "new")) for old, new in seeded_evolutions(7, 400)]
STRUCTURAL = {rule.id for rule in STRUCTURE} - {"REDPANDA_REFUSES", "REDPANDA_ACCEPTS"}


def against(candidate: str, *older: str, level: Level = Level.BACKWARD) -> list[Finding]:
    versions = [Older(f"version {number}", schema(text)) for number, text in enumerate(older, 1)]
    return compare_versions(schema(candidate), versions, level)


def rules(findings: list[Finding]) -> dict[str, str]:
    return {finding.rule: finding.against for finding in findings if finding.severity is not Severity.INFO}


def test_first_version_never_fails() -> None:
    assert against(order(ID)) == []


@pytest.mark.parametrize("level", Level)
def test_same_version_never_fails(level: Level) -> None:
    other = order(field("id", "int"))

    assert against(order(ID), other, order(ID), level=level) == []


def test_one_finding_names_every_version_it_holds_against() -> None:
    one, two = order(field("n", "long", unit="cents")), order(field("n", "long", unit="cents"), ID)
    found = against(order(field("n", "long", unit="euros"), ID), one, two, level=Level.FORWARD)

    assert rules(found) == {"UNIT_CHANGED": "version 2 (and 1)"}


def test_field_that_comes_back_with_another_type_is_found_behind_the_version_without_it() -> None:
    one, two = order(ID, field("size", "int", default=0)), order(ID)
    found = against(order(ID, field("size", "string", default="")), one, two)

    assert rules(found)["FIELD_BROUGHT_BACK"] == "version 1"


def test_field_that_comes_back_as_it_was_is_fine() -> None:
    one, two = order(ID, field("size", "int", default=0)), order(ID)

    assert rules(against(one, one, two, level=Level.FULL_TRANSITIVE)) == {}


def test_name_that_a_rename_gave_up_is_not_taken_again() -> None:
    one = order(field("amount", "long", default=0))
    two = order(field("total", "long", default=0, aliases=["amount"]))
    found = against(order(field("total", "long", default=0), field("amount", "long", default=0)), one, two)

    assert rules(found)["NAME_REUSED"] == "version 1"


def test_what_an_earlier_release_did_is_not_held_against_the_next_one() -> None:
    one, two = order(field("c", "string", default="EUR")), order(field("c", "string", default="USD"))
    found = against(order(field("c", "string", default="USD"), field("d", "int", default=1)), one, two)

    assert rules(found) == {}


def test_intermediate_version_does_not_hide_a_change_that_is_undone_by_halves() -> None:
    """v1 and v2 differ in one way, v1 and the candidate in another."""
    one, two = order(field("c", "string", default="EUR")), order(field("c", "string", default="USD"))
    found = against(order(field("c", "string", default="GBP")), one, two)

    assert [(f.before, f.against) for f in found] == [('"USD"', "version 2"), ('"EUR"', "version 1")]


def test_transitive_level_sees_what_each_single_step_hides() -> None:
    one, two = order(ID), order(ID, field("c", "string", default="EUR"))
    candidate = order(ID, field("c", "string"))

    assert "FIELD_WITHOUT_DEFAULT" not in rules(against(candidate, one, two, level=Level.BACKWARD))
    assert rules(against(candidate, one, two, level=Level.BACKWARD_TRANSITIVE)) == {
        "FIELD_WITHOUT_DEFAULT": "version 1"
    }


def test_branch_at_the_end_of_a_union_reorders_nothing() -> None:
    old, new = order(field("r", ["null", "string"])), order(field("r", ["null", "string", "long"]))

    assert rules(against(new, old)) == {}


def test_level_none_fails_nothing() -> None:
    found = against(order(field("id", "int", unit="m")), order(field("id", "int", unit="km")), level=Level.NONE)

    assert [f.severity for f in found] == [Severity.WARNING]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (order(ID, field("n", "int")), order(ID), UpgradeOrder.CONSUMERS_FIRST),
        (order(ID), order(ID, field("n", "int")), UpgradeOrder.PRODUCERS_FIRST),
        (order(field("n", "int")), order(field("n", "string")), UpgradeOrder.NONE),
        (
            order(field("s", enum("A", "U", default="U"))),
            order(field("s", enum("A", "U", "B", default="U"))),
            UpgradeOrder.CONSUMERS_FIRST,
        ),
        (order(field("c", "int", default=1)), order(field("c", "int", default=2)), UpgradeOrder.ANY),
    ],
)
def test_upgrade_order_says_who_is_deployed_first(old: str, new: str, expected: UpgradeOrder) -> None:
    assert {finding.order for finding in compare_two(schema(old), schema(new))} == {expected}


@given(schemas())
def test_a_schema_has_no_finding_against_itself(text: str) -> None:
    assert compare_two(schema(text), schema(text)) == []


@pytest.mark.parametrize("level", Level)
def test_structure_fails_exactly_where_the_checker_does(level: Level) -> None:
    for old, new in PAIRS[:120]:
        found = compare_versions(new, [Older("version 1", old)], level)
        errors = {f.rule for f in found if f.severity is Severity.ERROR} & STRUCTURAL

        assert bool(errors) == (bool(check_history(new, [old], level)) and old.text != new.text)


def test_every_location_stands_in_the_text_it_points_into() -> None:
    for old, new in PAIRS:
        for finding in with_lines(compare_two(old, new), [old, new]):
            text = {"old": old, "new": new}[finding.file]

            assert (finding.line, finding.column) == text.place(finding.location)


@given(evolutions(), evolutions())
def test_unrelated_versions_do_not_crash_the_gate(one: tuple[str, str], other: tuple[str, str]) -> None:
    older = [Older(f"version {n}", schema(text)) for n, text in enumerate((*one, other[0]), 1)]
    found = compare_versions(schema(other[1]), older, Level.FULL_TRANSITIVE)

    assert len(set(found)) == len(found)
