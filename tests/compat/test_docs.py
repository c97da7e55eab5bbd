"""docs/compatibility.md lists the rules as they are. Snippets run in tests/docs."""

from pathlib import Path

from eventpact_compat.catalog import GROUPS, every_rule
from eventpact_compat.pages import markdown, page

DOCS = Path(__file__).parents[2] / "docs"


def test_the_page_lists_every_rule_as_it_is() -> None:
    text = (DOCS / "compatibility.md").read_text("utf-8")
    listed = text.partition("<!-- rules -->\n")[2].partition("<!-- /rules -->")[0]

    assert listed.strip() == markdown(GROUPS).strip()


def test_every_rule_says_what_it_promises_and_why() -> None:
    for rule in every_rule():
        assert rule.promise
        assert rule.why
        assert rule.example
        assert dict(page(rule))["why"] == rule.why


def test_ids_are_unique() -> None:
    ids = [rule.id for rule in every_rule()]

    assert len(ids) == len(set(ids))
