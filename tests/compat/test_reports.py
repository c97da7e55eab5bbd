"""The forms of a report, against the schemas that their readers publish."""

import json
import xml.etree.ElementTree as ET
from dataclasses import replace
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from eventpact_compat.catalog import every_rule
from eventpact_compat.finding import Finding, Severity, UpgradeOrder, Waived
from eventpact_compat.report import github_annotations, github_summary, junit, plain, sarif, to_json

# From the npm package @microsoft/sarif-multitool-linux 5.7.0 (MIT), its file sarif-2.1.0.json, without its spaces.
SARIF = Draft202012Validator(json.loads((Path(__file__).parent / "sarif-2.1.0.json").read_text(encoding="utf-8")))

# What docs/compatibility.md promises about `--format json`.
_FORM = {
    "type": "object",
    "required": ["version", "findings"],
    "properties": {
        "version": {"const": 1},
        "findings": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["rule", "severity", "location", "message", "before", "after", "hint"],
                "properties": {
                    "rule": {"type": "string", "pattern": "^[A-Z][A-Z0-9_]*$"},
                    "severity": {"enum": ["error", "warning", "info"]},
                    "location": {"type": "string"},
                    "message": {"type": "string"},
                    "before": {"type": ["string", "null"]},
                    "after": {"type": ["string", "null"]},
                    "hint": {"type": "string"},
                    "order": {"enum": [None, "any", "consumers first", "producers first", "none"]},
                },
            },
        },
    },
}
FORM = Draft202012Validator(_FORM)

ERROR = Finding(
    rule="UNIT_CHANGED",
    severity=Severity.ERROR,
    message="Order.total: 100% of it,\nall",
    contract="orders",
    file="schemas/order.avsc",
    location="/fields/1/unit",
    line=7,
    column=3,
    before="cents",
    after="euros",
    why="amounts are off",
    hint="add a field",
    order=UpgradeOrder.NONE,
    path="Order.total",
)
WAIVED = Finding(
    rule="TAG_DROPPED",
    severity=Severity.INFO,
    message="Order.email: loses | PII",
    contract="orders",
    file="schemas/order.avsc",
    path="Order.email",
    waived=Waived("moved to [vault](x)", "@team", "2027-01-01", Severity.ERROR),
)

texts = st.text(max_size=20)
findings = st.lists(
    st.builds(
        Finding,
        rule=st.sampled_from([rule.id for rule in every_rule()]),
        severity=st.sampled_from(Severity),
        message=texts,
        contract=texts,
        file=texts,
        location=texts,
        line=st.none() | st.integers(1, 9),
        column=st.none() | st.integers(1, 9),
        before=st.none() | texts,
        after=st.none() | texts,
        hint=texts,
        path=texts,
        order=st.none() | st.sampled_from(UpgradeOrder),
    ),
    max_size=4,
)


@given(findings)
def test_json_is_the_documented_form(found: list[Finding]) -> None:
    FORM.validate(json.loads(to_json(found)))


@given(findings)
def test_sarif_is_sarif(found: list[Finding]) -> None:
    log = json.loads(sarif(found, every_rule(), version="1.2.3"))

    SARIF.validate(log)
    assert [result["ruleId"] for result in log["runs"][0]["results"]] == [finding.rule for finding in found]


@given(findings)
def test_junit_counts_what_it_holds(found: list[Finding]) -> None:
    root = ET.fromstring(junit(found, ("orders",)))
    suites = root.findall("testsuite")

    assert sum(int(suite.attrib["failures"]) for suite in suites) == len(root.findall(".//failure"))
    assert len(root.findall(".//failure")) == sum(f.severity is Severity.ERROR for f in found)
    assert all(int(suite.attrib["tests"]) == len(suite.findall("testcase")) for suite in suites)


def test_contract_without_findings_is_a_passing_test() -> None:
    (suite,) = ET.fromstring(junit([], ("orders",))).findall("testsuite")

    assert (suite.attrib["name"], suite.attrib["tests"], suite.attrib["failures"]) == ("orders", "1", "0")


def test_annotation_stands_on_its_line_and_escapes_its_text() -> None:
    assert github_annotations([ERROR, WAIVED]) == (
        "::error file=schemas/order.avsc,line=7,col=3,title=UNIT_CHANGED (orders)"
        "::Order.total: 100%25 of it,%0Aall%0Aadd a field\n"
    )


@given(findings)
def test_annotations_are_one_line_each(found: list[Finding]) -> None:
    shown = [finding for finding in found if finding.severity is not Severity.INFO]

    assert github_annotations(found).count("\n") == len(shown)


def test_summary_shows_waivers_and_no_markup_of_strangers() -> None:
    summary = github_summary([ERROR, WAIVED])

    assert "### eventpact check: 1 error, 1 note" in summary
    assert "waived by &#64;team until 2027-01-01: moved to \\[vault\\](x)" in summary
    assert "loses &#124; PII" in summary


def test_plain_text_of_nothing_is_nothing() -> None:
    assert plain([]) == ""


def test_a_place_says_what_is_known_of_it() -> None:
    """Findings about the manifest and about waivers have a line and no column."""
    heads = [
        plain([finding]).split("\n")[0]
        for finding in (ERROR, replace(ERROR, column=None), replace(ERROR, line=None, column=None))
    ]

    assert [head.rpartition("  ")[2] for head in heads] == [
        "schemas/order.avsc:7:3",
        "schemas/order.avsc:7",
        "schemas/order.avsc",
    ]
