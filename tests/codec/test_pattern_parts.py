"""Parts of a pattern: what a class allows is what `compile_pattern` lets pass."""

import pytest

from eventpact.codec.pattern import compile_pattern
from eventpact.codec.pattern_parts import Choice, OneOf, Row, parts_of


def members(pattern: str) -> str:
    match parts_of(pattern):
        case Choice((Row((OneOf(found),)),)):
            return found
        case other:
            raise AssertionError(other)


@pytest.mark.parametrize(
    "negated",
    [
        "[^a-y0-9]",
        r"[^\w]",
        r"[^\W]",
        r"[^\d]",
        r"[^\D]",
        r"[^\s]",
        r"[^\W_]",
        r"[^\D0-8]",
        r"[^\0-@]",
        r"[^\0-\u{10FFFF}]",
        "[^ -y{-~]",
        r"[^\]\-a]",
        r"[^^]",
    ],
)
def test_a_negated_class_has_all_of_printable_ascii_that_it_allows(negated: str) -> None:
    allowed = {c for c in map(chr, range(32, 127)) if compile_pattern(f"^{negated}$").search(c)}

    assert set(members(negated)) == allowed


@pytest.mark.parametrize(
    "pattern",
    [
        "[a-f]",
        "[A-C_-]",
        "[--/]",
        r"[a\-z]",
        r"[\b]",
        r"[\W\d]",
        r"[\s]",
        r"[\]-a]",
        r"\d",
        r"\D",
        r"\w",
        r"\W",
        r"\s",
        r"\S",
        r"\t",
        r"\0",
        r"\/",
        r"\x41",
        r"\u0041",
        r"\u{1F600}",
        ".",
        "]",
        "}",
    ],
)
def test_each_member_is_allowed(pattern: str) -> None:
    found = members(pattern)

    assert found
    assert all(compile_pattern(f"^{pattern}$").search(member) for member in found)


def test_of_a_range_some_are_enough() -> None:
    assert len(members(r"[\0-\u{10FFFF}]")) == 256


@pytest.mark.parametrize(
    "pattern",
    [".", r"\d", r"\D", r"\w", r"\W", r"\s", r"\S", "[a-fx-]", r"[^\s-]", r"[\W\d]", "a", r"\u{1F600}", "[--a]"],
)
def test_the_ranges_are_all_that_is_allowed(pattern: str) -> None:
    match parts_of(pattern):
        case Choice((Row((OneOf(ranges=ranges),)),)):
            found = {chr(code) for first, last in ranges for code in range(first, last + 1)}
        case other:
            raise AssertionError(other)
    search = compile_pattern(f"^{pattern}$").search

    assert found == {char for char in map(chr, range(0x110000)) if search(char)}
