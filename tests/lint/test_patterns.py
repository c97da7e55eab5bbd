"""The hint of EXPONENTIAL_PATTERN: what it says to write allows the same texts, in one way."""

import json
from itertools import product

import pytest

from eventpact.codec.pattern import compile_pattern
from eventpact.codec.pattern_ambiguity import exponential_parts
from eventpact_compat.finding import Finding
from eventpact_compat.lint import lint_text


def findings(pattern: str) -> list[Finding]:
    field = {"name": "code", "type": "string", "pattern": pattern, "doc": "The code."}
    text = json.dumps({"type": "record", "name": "Order", "namespace": "shop", "doc": "One.", "fields": [field]})
    return [finding for finding in lint_text(text) if finding.rule == "EXPONENTIAL_PATTERN"]


@pytest.mark.parametrize(
    ("pattern", "better"),
    [
        (r"(\w+)+", r"\w+"),
        ("(a+)*", "a*"),
        ("(?:a*)+", "a*"),
        ("((a*))*", "a*"),
        ("(a+){2,}", "a{2,}"),
        ("(a+){3,20}", "a{3,}"),
        ("(a?){12}", "a{0,12}"),
        (r"(\w+\s?)+", r"\w+(?:\s\w+)*\s?"),
        (r"(\w+\s?)*", r"(?:\w+(?:\s\w+)*\s?)?"),
        (r"(\w+\s*)+", r"\w+(?:\s+\w+)*\s*"),
        ("(-?a+)+", "-?a+(?:-a+)*"),
        ("(?:(?:ab)+-*)*", "(?:(?:ab)+(?:-+(?:ab)+)*-*)?"),
    ],
)
def test_what_is_to_be_written_allows_the_same(pattern: str, better: str) -> None:
    [finding] = findings(f"^{pattern}$")
    said, instead = compile_pattern(f"^{pattern}$"), compile_pattern(f"^{better}$")
    texts = ["".join(text) for length in range(7) for text in product("ab -", repeat=length)]

    assert (finding.before, finding.hint) == (pattern, f"write {better}")
    assert exponential_parts(f"^{better}$") == ()
    assert [text for text in texts if said.search(text)] == [text for text in texts if instead.search(text)]


@pytest.mark.parametrize("pattern", [r"(\w+\w?)+", "(a+b?|a)*", "(a+b?){1,20}", "(a{2,4})+", "(a+b?c?)*", "(a+(b?)?)+"])
def test_where_it_is_not_known_what_to_write_none_is_said(pattern: str) -> None:
    [finding] = findings(f"^{pattern}$")

    assert finding.after is None
    assert finding.hint.startswith("let each ")


def test_a_long_part_is_cut() -> None:
    [finding] = findings("^(" + "a" * 200 + "+)+$")

    assert len(finding.message) < 250
