"""A text for a pattern: it matches, it is always the same, and no pattern takes long."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eventpact.catalog.witness import witness
from eventpact.codec.pattern import compile_pattern

ATOMS = st.sampled_from(
    ["a", "Z", "7", ":", r"\d", r"\w", r"\.", "[a-f]", "[^a-y0-9]", "[A-C_-]", ".", r"\x41", r"\u{1F600}"]
)
COUNTS = st.sampled_from(["", "", "", "?", "*", "+", "{3}", "{2,}", "{0,2}", "{1,9}?"])


def _joined(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    sequence = st.lists(inner, min_size=1, max_size=4).map("".join)
    group = st.lists(sequence, min_size=1, max_size=3).map(lambda parts: f"({'|'.join(parts)})")
    return st.builds(lambda part, count: part + count, group | group.map(lambda g: f"(?:{g[1:]}"), COUNTS)


ATOM = st.builds(lambda atom, count: atom + count, ATOMS, COUNTS)
PATTERNS = st.lists(st.recursive(ATOM, _joined, max_leaves=8), min_size=1, max_size=4).map("".join)


@given(PATTERNS.map(lambda pattern: f"^(?:{pattern})$"))
def test_a_pattern_of_usual_parts_has_a_text(pattern: str) -> None:
    found = witness(pattern)

    assert found is not None
    assert compile_pattern(pattern).search(found)
    assert witness(pattern) == found


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        (r"^[0-9a-f]{8}$", "7e5c3a18"),
        (r"^(EUR|USD)$", "EUR"),
        (r"^s3://[a-z]{3,63}/.+$", "s3://hovc/9gnu"),
        (r"^\+?[0-9]{7,15}$", "+4185296"),
        (r"^(?<year>\d{4})-\d\d$", "7418-52"),
        ("^$", ""),
    ],
)
def test_it_looks_like_what_people_write(pattern: str, text: str) -> None:
    assert witness(pattern) == text


@pytest.mark.parametrize("pattern", [r"^(?!x)a$", r"(a)\1", r"a\bb", "^[a-z", "a**", "(?i)a", "^a^b$", r"[^\s\S]"])
def test_what_is_too_hard_has_none(pattern: str) -> None:
    assert witness(pattern) is None


@pytest.mark.parametrize("pattern", ["(((a{999}){999}){999})", "(a{0}){99999}", "(((x?){0,9999}){0,9999}){9999}"])
def test_no_pattern_takes_long(pattern: str) -> None:
    assert witness(pattern) is None
