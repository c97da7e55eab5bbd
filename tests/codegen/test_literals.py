"""Whatever a schema holds, it stays data."""

from __future__ import annotations

import ast
import inspect

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eventpact_codegen.literals import WIDTH, comment, data, docstring, pieces, text

# Surrogates and controls included, with more of what means something in a literal.
TEXTS = st.text(st.one_of(st.characters(), st.sampled_from("\"'\\\n\r\t\x00\x0c\u2028\u202e\ud800{}%#aN ")))


@given(TEXTS)
def test_a_text_reads_back(value: str) -> None:
    assert ast.literal_eval(text(value)) == value


@given(st.binary())
def test_bytes_read_back(value: bytes) -> None:
    assert ast.literal_eval(data(value)) == value


@given(TEXTS)
def test_a_literal_stands_on_one_visible_line(value: str) -> None:
    assert text(value).isprintable()


@given(TEXTS.filter(bool), st.integers(12, 90))
def test_pieces_make_up_the_text_and_fit(value: str, room: int) -> None:
    found = pieces(value, room)

    assert ast.literal_eval("(" + "\n".join(found) + ")") == value
    assert len(found) > 1
    assert max(map(len, found)) <= room


def read(doc: str) -> str | None:
    """What Python makes of the docstring, and a failure when it makes anything else."""
    lines = docstring(doc, 4)
    tree = ast.parse("class C:\n    " + "\n".join([*lines, "    x = 1"]))
    (cls,) = tree.body
    assert isinstance(cls, ast.ClassDef)
    assert len(cls.body) == (2 if lines else 1)
    return ast.get_docstring(cls)


@given(TEXTS)
def test_a_docstring_is_nothing_but_a_docstring(doc: str) -> None:
    """All words of the doc are in it, in their order."""
    assert (read(doc) or "").split() == doc.split()


@given(TEXTS)
def test_a_docstring_fits_unless_a_word_does_not(doc: str) -> None:
    longest = max(map(len, map(repr, doc.split())), default=0)

    assert all(len(line) <= max(WIDTH, longest + 20) or "\\" in line for line in docstring(doc, 4))


@pytest.mark.parametrize(
    ("doc", "shown"),
    [
        ("One line.", ['"""One line."""']),
        ("  Indented.\n    More.\n", ['"""Indented.', "      More.", '    """']),
        ('ends with "', ['"""ends with \\""""']),
        ('"', ['"""\\""""']),
        ('"""', ['"""\\""\\""""']),
        ("back\\slash\\", ['"""back\\\\slash\\\\"""']),
        ("tab\there", ['"""tab here"""']),
        ("", []),
        ("\n \n", []),
    ],
)
def test_docstrings_look_like_written_by_hand(doc: str, shown: list[str]) -> None:
    assert docstring(doc, 4) == shown


def test_a_wrapped_docstring_is_clean() -> None:
    assert inspect.cleandoc(read("word " * 40) or "") == read("word " * 40)


@given(TEXTS)
def test_a_comment_stays_a_comment(value: str) -> None:
    assert ast.dump(ast.parse(f"x = 1\n# {comment(value)}")) == ast.dump(ast.parse("x = 1"))
