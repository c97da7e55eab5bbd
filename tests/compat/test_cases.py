"""Every rule that compares versions has a folder of its own, and says there what it says to people.

`UPDATE_CASES=1 pytest tests/compat/test_cases.py` writes the expected texts anew; read what changed.
"""

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from eventpact.schema import Level, Schema, parse
from eventpact_compat import structural
from eventpact_compat.catalog import PAIR_RULES
from eventpact_compat.facts import Facts
from eventpact_compat.finding import Finding
from eventpact_compat.lines import with_lines
from eventpact_compat.report import plain
from eventpact_compat.topics import compare_facts
from eventpact_compat.versions import Older, compare_two, compare_versions, in_order

CASES = Path(__file__).parents[2] / "compat" / "cases"
FOLDERS = sorted(path for path in CASES.iterdir() if path.is_dir())
# No kind of the checker leads to it today: it catches those of tomorrow.
WITHOUT_CASE = {"UNREADABLE"}
# Under the usual level, structure speaks first.
LEVELS = {"null_dropped": Level.FORWARD}
DIRECTIONS = (Level.BACKWARD, Level.FORWARD, Level.FULL)


def schema(path: Path) -> Schema:
    return parse(path.read_bytes(), source=path.name)


def compared(folder: Path, level: Level | None = None) -> list[Finding]:
    level = level or LEVELS.get(folder.name)
    if (folder / "old.json").exists():
        old, new = (Facts.from_json(json.loads((folder / f"{side}.json").read_text())) for side in ("old", "new"))
        return list(compare_facts(old, new, at=("contracts", "orders"), manifest="contracts.toml"))
    if (folder / "old.avsc").exists():
        before, after = schema(folder / "old.avsc"), schema(folder / "new.avsc")
        return in_order(with_lines(compare_two(before, after, level=level), [before, after]))
    *older, candidate = (schema(path) for path in sorted(folder.glob("*.avsc")))
    versions = [Older(f"version {number}", one) for number, one in enumerate(older, 1)]
    found = compare_versions(candidate, versions, level or Level.BACKWARD)
    return in_order(with_lines(found, [candidate, *older]))


def texts(folder: Path) -> Iterator[tuple[Path, str]]:
    """The files of expected texts, and what they should hold."""
    yield folder / "expected.txt", plain(compared(folder))
    if folder.name.upper() in {rule.id for rule in structural.RULES}:
        for level in DIRECTIONS:
            yield folder / f"{level.name}.txt", plain(compared(folder, level))


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_case_says_what_its_folder_says(folder: Path) -> None:
    for file, actual in texts(folder):
        if os.environ.get("UPDATE_CASES"):
            file.write_text(actual, encoding="utf-8")

        assert file.read_text(encoding="utf-8") == actual, f"{file.name} (UPDATE_CASES=1 writes it anew)"


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_case_finds_the_rule_it_is_named_after(folder: Path) -> None:
    found = {(finding.rule, finding.severity) for finding in compared(folder)}
    rules = {rule.id: rule.severity for rule in PAIR_RULES}
    name = folder.name.upper()

    assert (name, rules[name]) in found


def test_every_rule_has_a_case_and_every_case_a_rule() -> None:
    assert {folder.name.upper() for folder in FOLDERS} == {rule.id for rule in PAIR_RULES} - WITHOUT_CASE
