"""The catalogue of failures: every row is there, and every test that it names."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest

from tests.chaos.scenarios import SCENARIOS

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docs" / "reliability.md").read_text("utf-8")
ROW = re.compile(r"^\| ([A-G]\d+) \| (.+) \| (.+) \| (.+) \|$", re.MULTILINE)
ROWS = [(found[1], found[4]) for found in ROW.finditer(TEXT)]
NAMED = re.compile(r"`([a-z_/]+\.py)::(test_[a-z0-9_]+)`")
PLAYED = re.compile(r"chaos `([^`]+)`")
KINDS = {"A": 27, "B": 15, "C": 25, "D": 15, "E": 15, "F": 10, "G": 10}


@cache
def defined_in(file: str) -> frozenset[str]:
    tree = ast.parse((ROOT / "tests" / file).read_text("utf-8"))
    return frozenset(node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))


def test_the_catalogue_is_whole() -> None:
    expected = [f"{kind}{number}" for kind, count in KINDS.items() for number in range(1, count + 1)]

    assert [row for row, _ in ROWS] == expected


@pytest.mark.parametrize(("row", "shown"), ROWS, ids=[row for row, _ in ROWS])
def test_what_a_row_names_exists(row: str, shown: str) -> None:
    """A row names tests, or says in words why it has none."""
    named, played = NAMED.findall(shown), PLAYED.findall(shown)

    assert [f"{file}::{name}" for file, name in named if name not in defined_in(file)] == []
    assert set(played) <= {scenario.name for scenario in SCENARIOS}
    assert named or played or shown.startswith("none: "), row
