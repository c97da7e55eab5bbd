"""What holds for every schema: lint never crashes, fixes are final and change no more than they say."""

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eventpact.errors import SchemaError
from eventpact.schema import parse
from eventpact_compat.finding import Severity
from eventpact_compat.layout import format_text, read
from eventpact_compat.lint import RULES, LintConfig, fix, lint_manifest, lint_text
from eventpact_compat.lint.fix import CANONICAL, FIXES
from tests.schema.draw import broken, schemas
from tests.zoo.animals import ANIMALS, Animal

ROOT = Path(__file__).parents[2]

CALM = LintConfig(dict.fromkeys(CANONICAL))
"""Without the fixes that change the canonical form."""


@st.composite
def slips(draw: st.DrawFn) -> str:
    """A valid schema in which a few things are slightly wrong: what the fixes are for."""
    document = json.loads(draw(schemas()))
    todo, objects = [document], []
    while todo:
        node = todo.pop()
        if isinstance(node, dict):
            objects.append(node)
        if isinstance(node, dict | list):
            todo.extend(node.values() if isinstance(node, dict) else node)
    for node in draw(st.lists(st.sampled_from(objects), max_size=6)) if objects else ():
        slip = draw(st.sampled_from(["logical", "null", "order", "wrap", "reverse"]))
        match slip, node:
            case "logical", {"name": _, "type": _}:
                node["logicalType"] = draw(
                    st.sampled_from(["timestamp-millis", "date", "uuid", "decimal", "circle", 3])
                )
                node |= draw(st.sampled_from([{}, {"precision": 4}, {"precision": 4, "scale": 2}, {"scale": "1"}]))
            case "null", {"name": _, "type": str() as type_} if "fields" not in node and "symbols" not in node:
                node |= {"type": [type_, "null"], "default": None}
            case "order", {"name": _, "type": _}:
                node["order"] = draw(st.sampled_from(["Ascending", "IGNORE", "descending"]))
            case "wrap", {"name": _, "type": str() as type_} if type_ not in {"record", "enum", "fixed", "error"}:
                node["type"] = {"type": type_}
            case "reverse", {"name": _, "type": list() as branches}:
                branches.reverse()
            case _:
                pass
    return json.dumps(document)


def rules_of(text: str) -> set[str]:
    return {finding.rule for finding in lint_text(text)}


@given(schemas() | broken() | slips())
def test_lint_judges_every_schema_and_non_schema(text: str) -> None:
    findings = lint_text(text, "drawn.avsc")

    assert all(f.file == "drawn.avsc" and f.message for f in findings)
    assert ("INVALID_SCHEMA" in {f.rule for f in findings}) is not _parses(text)


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(), lambda inner: (
    st.lists(inner) | st.dictionaries(st.sampled_from(["type", "name", "fields", "items", "symbols", "default"]), inner)
)))  # fmt: skip
def test_lint_judges_any_json(document: object) -> None:
    text = json.dumps(document)

    assert ("INVALID_SCHEMA" in rules_of(text)) is not _parses(text)


@given(st.text())
def test_lint_judges_any_text(text: str) -> None:
    assert rules_of(text) == {"INVALID_SCHEMA"} or _parses(text)


@given(slips())
def test_every_finding_points_to_a_place_in_the_text(text: str) -> None:
    for finding in lint_text(text):
        assert finding.line is not None
        assert finding.column is not None
        if finding.rule != "INVALID_SCHEMA":
            line = text.splitlines()[finding.line - 1]
            node = read(text).at(finding.location)

            assert node is not None, finding.location
            assert finding.column <= len(line)


@given(slips())
def test_fixing_twice_changes_nothing(text: str) -> None:
    once = fix(text)

    assert fix(once) == once


@given(slips())
@settings(max_examples=100)
def test_what_is_fixed_is_the_same_on_the_wire(text: str) -> None:
    """Only the two fixes that reorder branches change the canonical form."""
    if _parses(text):
        assert parse(fix(text, config=CALM)).canonical == parse(text).canonical


@given(slips())
def test_a_fix_brings_no_new_error(text: str) -> None:
    before = {(f.rule) for f in lint_text(text) if f.severity is Severity.ERROR}
    after = {(f.rule) for f in lint_text(fix(text)) if f.severity is Severity.ERROR}

    # Moving a branch may satisfy one value of a default and not another: the two rules are one family.
    assert after <= before or after - before <= set(CANONICAL)


@given(slips())
def test_what_has_a_fix_in_every_case_is_gone_afterwards(text: str) -> None:
    assert {"ORDER_CASE", "REFERENCE_IN_OBJECT"} & rules_of(fix(text)) == set()


@given(slips())
def test_the_parser_and_we_agree_whose_default_is_of_a_later_branch(text: str) -> None:
    if _parses(text):
        theirs = {
            w.pointer.partition("/default")[0] for w in parse(text).warnings if w.rule == "UNION_DEFAULT_NOT_FIRST"
        }
        ours = {f.location for f in lint_text(text) if f.rule in CANONICAL}

        assert {at for at in theirs if not any(place.startswith(f"{at}/") for place in ours)} == set()
        assert {at for at in ours if not any(at.startswith(f"{place}/") for place in theirs)} == set()


@given(slips())
def test_a_rule_that_is_off_is_not_fixed(text: str) -> None:
    assert fix(text, config=LintConfig(dict.fromkeys((*FIXES, *CANONICAL)))) == format_text(text)


@pytest.mark.parametrize("animal", [a for a in ANIMALS if a.verdict == "fine"], ids=lambda a: a.name)
def test_no_wolf_is_cried_at_sane_schemas(animal: Animal) -> None:
    """The zoo's fine animals are odd on purpose, in name or doc, but none of them is wrong."""
    assert [f for f in lint_text(animal.text) if f.severity is Severity.ERROR] == []


@pytest.mark.parametrize("animal", [a for a in ANIMALS if a.verdict == "invalid"], ids=lambda a: a.name)
def test_what_is_no_avro_has_the_one_finding_that_says_so(animal: Animal) -> None:
    assert [finding.rule for finding in lint_text(animal.text)] == ["INVALID_SCHEMA"]


@pytest.mark.parametrize(
    "animal", [a for a in ANIMALS if a.name.startswith("union_") and not a.expressible], ids=lambda a: a.name
)
def test_a_union_without_a_class_is_undecidable(animal: Animal) -> None:
    assert animal.verdict == "invalid" or "UNDECIDABLE_UNION" in rules_of(animal.text)


def test_the_shipped_schemas_are_clean() -> None:
    assert lint_manifest(ROOT / "schemas" / "contracts.toml") == ()


def test_all_severities_of_the_table_can_be_changed() -> None:
    config = LintConfig(
        {rule.row.id: Severity.INFO for rule in RULES if rule.row.id not in {"INVALID_SCHEMA", "REFERENCE_CYCLE"}}
    )
    text = '{"type": "record", "name": "a", "fields": []}'

    assert {finding.severity for finding in lint_text(text, config=config)} == {Severity.INFO}


def _parses(text: str) -> bool:
    try:
        parse(text)
    except SchemaError:
        return False
    return True
