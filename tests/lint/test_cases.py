"""Each rule finds what its case folder shows, in those words, and nothing in the good schema beside it."""

import pytest

from eventpact.schema.rules import RULES as PARSER_RULES
from eventpact_compat.lint import BY_ID, RULES, fix
from eventpact_compat.lint.fix import CANONICAL, FIXES
from eventpact_compat.lint.rules.remarks import ELSEWHERE
from tests.lint.cases import CASES, ROOT, Case, listed


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.rule)
def test_the_bad_schema_is_found_in_these_words(case: Case) -> None:
    findings = case.findings("bad" if case.has("bad") else "bad.avsc")

    assert case.rule in {finding.rule for finding in findings}
    assert listed(findings) == case.text("bad.txt")


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.rule)
def test_the_good_schema_is_clean(case: Case) -> None:
    assert listed(case.findings("good.avsc")) == ""


@pytest.mark.parametrize("case", [c for c in CASES if BY_ID[c.rule].fixed], ids=lambda case: case.rule)
def test_the_fix_makes_this_of_the_bad_schema(case: Case) -> None:
    assert fix(case.text("bad.avsc")) == case.text("fixed.avsc")


def test_every_folder_is_of_a_rule() -> None:
    assert {folder.name.upper() for folder in ROOT.iterdir() if folder.is_dir()} == set(BY_ID)


def test_no_rule_stands_in_the_table_twice() -> None:
    assert len(BY_ID) == len(RULES)


def test_every_rule_says_all_that_a_person_needs() -> None:
    for rule in RULES:
        row = rule.row

        assert all((row.id.isupper(), row.promise, row.why, row.example, row.fix)), row.id


def test_the_rules_that_say_they_have_a_fix_have_one() -> None:
    assert {rule.row.id for rule in RULES if rule.fixed} == {*FIXES, *CANONICAL}


def test_no_rule_of_the_parser_is_forgotten() -> None:
    assert {rule.id for rule in PARSER_RULES} - ELSEWHERE <= set(BY_ID)
