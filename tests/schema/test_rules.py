"""docs/schema-rules.md is true: every example gets the verdict that stands beside it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

import pytest

from eventpact.schema import Schema, SchemaError, parse
from eventpact.schema.rules import RULES

PAGE = Path(__file__).parents[2] / "docs" / "schema-rules.md"
ROW = re.compile(r"\| (?P<rule>.+?) \| (?P<source>.+?) \| `(?P<example>(?:field )?[\[{\"].+)` \| (?P<verdict>.+) \|")


class Case(NamedTuple):
    text: str
    verdict: str


def cases() -> list[Case]:
    rows = [ROW.fullmatch(line) for line in PAGE.read_text("utf-8").splitlines()]
    return [Case(_schema(row["example"]), row["verdict"]) for row in rows if row is not None]


def _schema(example: str) -> str:
    if not example.startswith("field "):
        return example
    return f'{{"type": "record", "name": "R", "fields": [{example.removeprefix("field ")}]}}'


def warned(schema: Schema) -> list[str]:
    return [f"{warning.severity} {warning.rule}" for warning in schema.warnings]


@pytest.mark.parametrize("case", cases(), ids=lambda case: case.text[:60])
def test_the_example_gets_the_verdict_beside_it(case: Case) -> None:
    if case.verdict.startswith("refused: "):
        message = case.verdict.removeprefix("refused: ").removesuffix(" (stored: warned)")
        with pytest.raises(SchemaError, match=re.escape(message)):
            parse(case.text)
    else:
        assert warned(parse(case.text)) == ([] if case.verdict == "accepted" else [case.verdict])


@pytest.mark.parametrize("case", [c for c in cases() if c.verdict.startswith("refused")], ids=lambda c: c.text[:60])
def test_a_stored_schema_is_warned_about_or_refused_as_the_page_says(case: Case) -> None:
    if case.verdict.endswith("(stored: warned)"):
        assert any(warning.startswith("lint") for warning in warned(parse(case.text, mode="stored")))
    else:
        with pytest.raises(SchemaError):
            parse(case.text, mode="stored")


def test_every_rule_of_the_table_has_an_example_or_is_about_stored_schemas() -> None:
    page = PAGE.read_text("utf-8")

    missing = {rule.id for rule in RULES if not re.search(rf"(lint|warning) {rule.id}\b", page)}

    assert missing == {rule.id for rule in RULES if rule.reason.startswith("stored schemas only")}


def test_the_page_has_not_lost_its_rows() -> None:
    assert len(cases()) > 75
