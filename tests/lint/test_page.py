"""docs/lint.md ends with the rule table."""

from pathlib import Path

from eventpact_compat.lint.page import rule_pages

PAGE = Path(__file__).parents[2] / "docs" / "lint.md"


def test_the_page_lists_the_rules_of_the_table() -> None:
    assert PAGE.read_text("utf-8").partition("## Rules\n\n")[2] == rule_pages().rstrip("\n") + "\n"
