"""A text for a pattern: it matches, it is always the same, and no pattern takes long."""

import pytest
import regex
from hypothesis import assume, given
from hypothesis import strategies as st

from eventpact.catalog.witness import witness
from eventpact.codec.pattern import UnsupportedPatternError, compile_pattern

CHARACTERS = ["a", "Z", "7", ":", ".", r"\.", r"\x41", r"\u{1F600}", r"\d", r"\w", r"\W", r"\s", r"\S", r"\D"]
CLASSES = ["[a-f]", "[A-C_-]", r"[\W\d]", "[^a-y0-9]", r"[^\w]", r"[^\W]", r"[^\D]", r"[^\s]", r"[^\0-@]"]
ATOMS = st.sampled_from(CHARACTERS + CLASSES)
COUNTS = st.sampled_from(["", "", "", "?", "*", "+", "{3}", "{2,}", "{0,2}", "{1,9}?"])
ANCHORS = st.sampled_from(["^", "$"])
# Seconds. Of a thousand drawn patterns the oracle gives up on about two.
PATIENCE = 0.5


def _joined(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    sequence = st.lists(inner, min_size=1, max_size=4).map("".join)
    group = st.lists(sequence, min_size=1, max_size=3).map(lambda parts: f"({'|'.join(parts)})")
    return st.builds(lambda part, count: part + count, group | group.map(lambda g: f"(?:{g[1:]}"), COUNTS)


ATOM = st.builds(lambda atom, count: atom + count, ATOMS, COUNTS)


def _patterns(atom: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.lists(st.recursive(atom, _joined, max_leaves=8), min_size=1, max_size=4).map("".join)


def matches(pattern: str, text: str) -> bool:
    """Whether ``text`` matches, by an engine that can be told to stop: `re` would backtrack for ever."""
    oracle = regex.compile(compile_pattern(pattern).pattern, regex.ASCII | regex.V0)
    try:
        return oracle.search(text, timeout=PATIENCE) is not None
    except TimeoutError:
        assume(False)
        raise


@given(_patterns(ATOM).map(lambda pattern: f"^(?:{pattern})$"))
def test_a_pattern_of_usual_parts_has_a_text(pattern: str) -> None:
    found = witness(pattern)

    assert found is not None
    assert witness(pattern) == found
    assert matches(pattern, found)


@given(_patterns(ATOM | ANCHORS))
def test_an_anchor_anywhere_holds_or_there_is_no_text(pattern: str) -> None:
    found = witness(pattern)

    assert found is None or matches(pattern, found)


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        ("(?:^|,)a$", "a"),
        ("(?:^a)b", "ab"),
        ("(^){3}a($){2}", "a"),
        ("^(?:$)", ""),
        ("(a|$)b", "ab"),
        ("(?:^a){1}b{0}(?:$|b)", "a"),
        ("$a{0}", ""),
        ("a^b", None),
        ("(?:a|b)(?:^)b", None),
        ("(?:^a){2}", None),
        ("a$b", None),
        ("(?:a$)b", None),
        ("(?:a$){2}", None),
        ("($|b)c", None),
    ],
)
def test_an_anchor_holds_where_it_stands(pattern: str, text: str | None) -> None:
    assert witness(pattern) == text


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        (r"^(?:(a*)*b|(\w+\w+)+-)$", "a" * 16 + "b"),
        (r"^(?:(\w+\w+)+-|(a*)*b)$", "hov29gnu18fmt07elsz6dkry5cjqx4bi-"),
        ("^(((a*)*)*)*b$", "a" * 256 + "b"),
        ("^" + "a*" * 10 + "b$", "a" * 40 + "b"),
        ("^(a|a|aa|b)*c$", "aaaac"),
        ("^(?:(?:x+x+)+y){2}$", "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxy" * 2),
        ("^(a?){30}a{30}$", "a" * 60),
    ],
)
def test_an_ambiguous_pattern_has_its_text_by_construction(pattern: str, text: str) -> None:
    """No engine is asked: some of these take `re` longer than anybody waits."""
    assert witness(pattern) == text


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        (r"^[0-9a-f]{8}$", "7e5c3a18"),
        (r"^(EUR|USD)$", "EUR"),
        (r"^s3://[a-z]{3,63}/.+$", "s3://hovc/9gnu"),
        (r"^\+?[0-9]{7,15}$", "+4185296"),
        (r"^(?<year>\d{4})-\d\d$", "7418-52"),
        ("^$", ""),
        (r"\ud83d\ude00", "\U0001f600"),
    ],
)
def test_it_looks_like_what_people_write(pattern: str, text: str) -> None:
    assert witness(pattern) == text


@pytest.mark.parametrize(
    "pattern", [r"^(?!x)a$", r"(a)\1", r"a\bb", "^[a-z", "a**", "(?i)a", "^a^b$", r"[^\s\S]", "[^ -~]"]
)
def test_what_is_too_hard_has_none(pattern: str) -> None:
    assert witness(pattern) is None


@pytest.mark.parametrize("pattern", ["(((a{999}){999}){999})", "(a{0}){99999}", "(((x?){0,9999}){0,9999}){9999}"])
def test_no_pattern_takes_long(pattern: str) -> None:
    assert witness(pattern) is None


@pytest.mark.parametrize("pattern", ["(" * 300 + "a" + ")" * 300, "a{" + "9" * 5000 + "}", "a{\u0663}", r"[\s-\uffff]"])
def test_what_only_python_would_read_has_none(pattern: str) -> None:
    """Deep groups, a count that no integer holds, digits of other scripts, a range from a class."""
    assert witness(pattern) is None


@pytest.mark.parametrize("pattern", [r"\ud800", r"[\ud800-\udfff]", "\ud800", r"\ude00\ud83d"])
def test_half_a_pair_is_not_shown(pattern: str) -> None:
    """A page is UTF-8, which has none."""
    assert witness(pattern) is None


@pytest.mark.parametrize(
    "pattern", ["(" + "a{0}" * 1000 + "){4999}", "(?:" + "|b" * 3000 + "){9999}", "((){9999}){9999}"]
)
def test_what_writes_nothing_takes_steps_too(pattern: str) -> None:
    assert witness(pattern) is None


@pytest.mark.parametrize("count", ["9" * 5000, "\u0663"])
def test_a_count_that_cannot_be_read_is_no_pattern(count: str) -> None:
    with pytest.raises(UnsupportedPatternError):
        compile_pattern(f"a{{{count}}}")
