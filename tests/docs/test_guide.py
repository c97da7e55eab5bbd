"""The guide as a whole: no link leads nowhere, no page is forgotten, and what people meet is explained."""

import re
from itertools import pairwise
from pathlib import Path

import pytest
from markdown_it import MarkdownIt

from eventpact.dead_letter import Reason

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
PAGES = (ROOT / "README.md", *sorted(DOCS.glob("*.md")))


def anchors(page: Path) -> set[str]:
    """What GitHub calls the headings of a page."""
    tokens = MarkdownIt("commonmark").parse(page.read_text("utf-8"))
    titles = [after.content for token, after in pairwise(tokens) if token.type == "heading_open"]
    plain = (re.sub(r"[^\w\- ]", "", re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", title).lower()) for title in titles)
    return {title.replace(" ", "-") for title in plain}


def links(page: Path) -> list[str]:
    tokens = MarkdownIt("commonmark").enable("table").parse(page.read_text("utf-8"))
    inside = [child for token in tokens for child in token.children or ()]
    found = [child.attrGet("href") or child.attrGet("src") for child in inside if child.type in {"link_open", "image"}]
    return [str(link) for link in found if link and not re.match(r"[a-z]+:", str(link))]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_leads_somewhere(page: Path) -> None:
    for link in links(page):
        file, _, anchor = link.partition("#")
        target = page if not file else (page.parent / file).resolve()

        assert target.exists(), link
        if anchor:
            assert anchor in anchors(target), link


def test_a_link_that_leads_nowhere_would_be_found() -> None:
    assert "when-a-worker-stops-by-itself" in anchors(DOCS / "worker.md")
    assert "no-such-heading" not in anchors(DOCS / "worker.md")
    assert "worker.md#when-a-worker-stops-by-itself" in links(DOCS / "troubleshooting.md")


def test_the_index_names_every_page() -> None:
    assert {link.partition("#")[0] for link in links(DOCS / "README.md")} >= {
        page.name for page in DOCS.glob("*.md") if page.name != "README.md"
    }


def test_troubleshooting_explains_every_reason_of_a_dead_letter() -> None:
    text = (DOCS / "troubleshooting.md").read_text("utf-8")

    # BLOCKED is kept for a later version, OTHER for what nobody foresaw.
    assert {reason for reason in Reason if f"`{reason}`" not in text} == {Reason.BLOCKED, Reason.OTHER}
