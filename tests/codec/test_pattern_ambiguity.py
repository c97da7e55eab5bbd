"""Which patterns take exponential time. The verdicts were held against `re` with pumped texts; no test waits."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eventpact.codec.pattern import UnsupportedPatternError
from eventpact.codec.pattern_ambiguity import exponential_parts


def found(pattern: str) -> list[str]:
    return ["".join(part.written) for part in exponential_parts(pattern)]


@pytest.mark.parametrize(
    ("pattern", "parts"),
    [
        (r"^(\w+)+$", [r"(\w+)+"]),
        (r"^(\w+\s?)+$", [r"(\w+\s?)+"]),
        (r"^(?:\w+\s*)*:", [r"(?:\w+\s*)*"]),
        (r"^(a|a)*$", ["(a|a)*"]),
        (r"^(a|aa)+$", ["(a|aa)+"]),
        (r"(x+x+)+y", ["(x+x+)+"]),
        (r"^(a+)+?$", ["(a+)+?"]),
        (r"^(?<word>[a-z]+-?)+$", ["(?<word>[a-z]+-?)+"]),
        (r"^(\\.|[^\x22])*\x22", [r"(\\.|[^\x22])*"]),
        (r"^([a-z]+)*;([0-9]+)*$", ["([a-z]+)*", "([0-9]+)*"]),
        (r"^(([a-z]+)*,)*$", ["([a-z]+)*"]),
        (r"^([a-z]{2,4})+$", ["([a-z]{2,4})+"]),
        (r"^(([a-z])+.)+[A-Z]([a-z])+$", ["(([a-z])+.)+"]),
        # A loop that may read nothing: two stars, two ways to leave, two ways to read nothing.
        (r"^(a*)*b", ["(a*)*"]),
        (r"^((a?)*b)*$", ["((a?)*b)*"]),
        (r"^(a(|))*$", ["(a(|))*"]),
        # Counted, and not less exponential for that.
        (r"^(a?){30}a{30}$", ["(a?){30}"]),
        (r"^(\w+\s?){1,20}$", [r"(\w+\s?){1,20}"]),
        (r"^(\w+\s?){40}", [r"(\w+\s?){40}"]),
        (r"^(.*a){11}$", ["(.*a){11}"]),
        (r"^(a{1,30}){1,30}$", ["(a{1,30}){1,30}"]),
        # The loop around it may be left, the one within may not.
        (r"^((a|a)+b)*", ["(a|a)+"]),
        # Look-around and word boundaries are passed by, also where they leave one way only.
        (r"^(?!x)((?=.)\w+)+$", [r"((?=.)\w+)+"]),
        (r"^(\b\w+)+$", [r"(\b\w+)+"]),
        # `re` makes one class of these, other engines do not.
        (r"^(\w|\d)+$", [r"(\w|\d)+"]),
        # Too large with every copy; with three of each it is not.
        (r"^((b|c+|b*?){12}|(?:a(a)*){2}){12}$", ["((b|c+|b*?){12}|(?:a(a)*){2}){12}"]),
    ],
)
def test_what_comes_back_in_two_ways_is_exponential(pattern: str, parts: list[str]) -> None:
    assert found(pattern) == parts


@pytest.mark.parametrize(
    "pattern",
    [
        r"^\w+(\s\w+)*$",
        r"^[a-z0-9]+(-[a-z0-9]+)*$",
        r"^(a|b)*c$",
        r"^((a|b)*c|d)*$",
        r"^(\\.|[^\\])*$",
        r"^([^']|'')*$",
        r"^(a?)*b",
        r"^(a??)*?b",
        r"^[0-9a-f]{64}$",
        r"^([0-9]{20})+$",
        r"^([0-9a-f]{64},?)*$",
        r"^(([a-z]{20}){20}x)*$",
        r"^(([a-z]{2}){20}){20}$",
        r"^(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)\.){3}\d{1,3}$",
        r"^[\w.+-]+@(?:[a-z0-9-]+\.)+[a-z]{2,}$",
        r"^(é|[\u{1F600}-\u{1F64F}])+$",
        # Behind these nothing can fail.
        r"(\w+)+",
        r"^(\w+\s?)+",
        r"^(a|a)*(b|c*)",
        # Polynomial: slow, and no more than that.
        r"^\w*\w*$",
        r".*x.*y",
        r"^(.*a){3}$",
        r"^(\w+\s?){2,5}$",
        # Nothing is read at all.
        r"^(){99}($)*$",
        r"^([^\0-\u{10FFFF}]+)+$",
        r"^(a{0})*$",
    ],
)
def test_what_is_read_in_one_way_is_fine(pattern: str) -> None:
    assert found(pattern) == []


@pytest.mark.parametrize(
    "pattern",
    [
        "^(" + "a|" * 400 + "b)*$",
        "^((((x?){0,99}){0,99}){0,99})*$",
        "^(" + "a?" * 290 + ")*$",
        "^" + "(?:" * 90 + "a" + ")*" * 90 + "$",
        "^([a-z]{0,250}[^a-z])*$",
    ],
    ids=["alternatives", "counts", "options", "nested", "a long word"],
)
def test_a_large_pattern_is_judged_or_left_alone(pattern: str) -> None:
    """The point is that it ends; `tests/hanging.py` watches."""
    exponential_parts(pattern)


def test_what_is_no_pattern_is_said_to_be_none() -> None:
    with pytest.raises(UnsupportedPatternError):
        exponential_parts("(?i)a")


@given(st.text(st.sampled_from("ab.*+?|()[]{}2,^$\\w-"), max_size=12))
def test_every_pattern_is_judged(pattern: str) -> None:
    try:
        parts = found(pattern)
    except UnsupportedPatternError:
        return

    assert all(part in pattern for part in parts)
