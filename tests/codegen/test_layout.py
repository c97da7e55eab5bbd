"""Line breaks never change what an expression says."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eventpact_codegen.expressions import (
    Atom,
    Call,
    Dict,
    Expr,
    Lambda,
    OneOf,
    Set,
    Subscript,
    Text,
    Tuple,
    flat,
)
from eventpact_codegen.layout import assign
from eventpact_codegen.literals import columns

NAMES = st.from_regex(r"[A-Z][A-Za-z]{2,30}", fullmatch=True)
ATOMS = st.builds(Atom, NAMES)
LETTERS = st.one_of(st.characters(codec="ascii"), st.sampled_from("é日本語ｶ한\u0301€😀"))
KEYS = st.text(LETTERS, max_size=9)
TEXTS = st.builds(Text, st.text(LETTERS, min_size=1, max_size=150))


def types(inner: st.SearchStrategy[Expr]) -> st.SearchStrategy[Expr]:
    branch = st.one_of(ATOMS, st.builds(lambda item: Subscript("tuple", (item, Atom("..."))), inner))
    return st.one_of(
        st.builds(lambda item: Subscript("tuple", (item, Atom("..."))), inner),
        st.builds(lambda item: Subscript("Mapping", (Atom("str"), item)), inner),
        st.builds(lambda items: OneOf(tuple(items)), st.lists(branch, min_size=2, max_size=6)),
    )


def bracketed(inner: st.SearchStrategy[Expr]) -> st.SearchStrategy[Expr]:
    keywords = st.from_regex(r"[a-z]{1,12}", fullmatch=True).filter(lambda name: name not in {"if", "in", "is", "or"})
    return st.one_of(
        st.builds(lambda items: Tuple(tuple(items)), st.lists(inner, max_size=4)),
        st.builds(lambda items: Set(tuple(items)), st.lists(inner, min_size=1, max_size=4)),
        st.builds(
            lambda items: Dict(tuple(items.items())), st.dictionaries(st.text(LETTERS, max_size=9), inner, max_size=4)
        ),
        st.builds(
            lambda name, args: Call(name, tuple(args.items())), NAMES, st.dictionaries(keywords, inner, max_size=4)
        ),
    )


TYPES: st.SearchStrategy[Expr] = st.recursive(ATOMS, types, max_leaves=8)
BRACKETED: st.SearchStrategy[Expr] = bracketed(st.recursive(st.one_of(ATOMS, TEXTS), bracketed, max_leaves=8))
VALUES: st.SearchStrategy[Expr] = st.one_of(
    ATOMS, TEXTS, BRACKETED, st.builds(lambda body: Call("field", (("factory", Lambda(body)),)), BRACKETED)
)


def meaning(code: str) -> str:
    """The syntax tree, where a text in pieces is one text."""
    return ast.dump(ast.parse(code))


@given(TYPES, st.one_of(st.none(), VALUES), st.sampled_from([0, 4]))
def test_breaking_lines_keeps_the_meaning(annotation: Expr, value: Expr | None, indent: int) -> None:
    code = "\n".join(assign("name", annotation, value, indent))
    plain = f"name: {flat(annotation)}" + (f" = {flat(value)}" if value is not None else "")
    margin = "class C:\n" if indent else ""

    assert meaning(margin + code) == meaning(margin + " " * indent + plain)


@settings(max_examples=200)
@given(TYPES, st.one_of(st.none(), VALUES))
def test_lines_fit_where_they_can(annotation: Expr, value: Expr | None) -> None:
    """A line is too long only when what stands on it cannot be broken."""
    for line in assign("name", annotation, value, 4):
        # The blank behind a dictionary's key is none that a line may end at.
        words = line.replace('": ', '":').strip(" |,()")
        assert columns(line) <= 88 or "# " in line or " " not in words or "=" in line


def many(item: Expr) -> Expr:
    return Subscript("tuple", (item, Atom("...")))


# One column too many on the last branch, for the comma behind it; and letters that are two columns wide.
TIGHT = many(OneOf((Atom("A"), many(OneOf((Atom("B" * 40), Atom("C" * 23)))))))
WIDE = Call("f", (("", Text("日本語" * 6)), ("", Text("ｶ" * 6 + "한" * 15))))


@pytest.mark.parametrize("width", [88, 120])
def test_the_formatter_agrees(tmp_path: Path, width: int) -> None:
    """One file with many drawn assignments, for one run of the formatter."""
    lines = ["class C:", *assign("tight", TIGHT, None, 4), *assign("wide", Atom("W"), WIDE, 4)]

    @settings(max_examples=150, database=None)
    @given(TYPES, st.one_of(st.none(), VALUES))
    def collect(annotation: Expr, value: Expr | None) -> None:
        lines.extend(assign(f"name_{len(lines)}", annotation, value, 4))

    collect()
    (tmp_path / "drawn.py").write_text("\n".join(lines) + "\n")
    ruff = Path(sys.executable).parent / "ruff"
    done = subprocess.run(
        [ruff, "format", "--isolated", "--line-length", str(width), "--diff", "drawn.py"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.stdout == ""
