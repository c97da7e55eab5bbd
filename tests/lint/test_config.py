"""How strict lint is: the manifest's word, the contract's word, and names that may break a rule."""

from pathlib import Path

import pytest

from eventpact.contract import load_manifest
from eventpact.errors import ManifestError
from eventpact_compat.finding import Severity
from eventpact_compat.lint import LintConfig, lint_manifest, lint_text

UNDOCUMENTED = (
    '{"type": "record", "name": "Order", "namespace": "shop", "fields": [{"name": "tenant", "type": "string"}]}'
)

MANIFEST = """
[contracts.orders]
schema = "order.avsc"
key = "tenant"
compatibility = "FULL"

[contracts.orders.topic]
name = "orders"
partitions = 6
retention = "7d"
"""


def rules(text: str, config: LintConfig) -> dict[str, Severity]:
    return {f.rule + f.location: f.severity for f in lint_text(text, config=config)}


def manifest(folder: Path, more: str) -> Path:
    (folder / "order.avsc").write_text(UNDOCUMENTED)
    (folder / "contracts.toml").write_text(MANIFEST + more)
    return folder / "contracts.toml"


def test_a_level_replaces_the_rules_own() -> None:
    config = LintConfig({"MISSING_DOC": Severity.ERROR})

    assert rules(UNDOCUMENTED, config) == {"MISSING_DOC": Severity.ERROR, "MISSING_DOC/fields/0": Severity.ERROR}


def test_off_is_off() -> None:
    assert rules(UNDOCUMENTED, LintConfig({"MISSING_DOC": None})) == {}


@pytest.mark.parametrize("pattern", ["shop.Order.tenant", "shop.*.tenant", "*.tenant"])
def test_a_field_is_allowed_by_its_full_name_or_a_pattern(pattern: str) -> None:
    config = LintConfig(allow={"MISSING_DOC": (pattern,)})

    assert rules(UNDOCUMENTED, config) == {"MISSING_DOC": Severity.WARNING}


def test_an_allowance_is_of_one_rule_and_one_name() -> None:
    config = LintConfig(allow={"NULL_NOT_FIRST": ("*",), "MISSING_DOC": ("shop.Other",)})

    assert len(rules(UNDOCUMENTED, config)) == 2


@pytest.mark.parametrize("rule", ["INVALID_SCHEMA", "REFERENCE_CYCLE", "NO_SUCH_RULE"])
def test_some_rules_cannot_be_changed_and_others_do_not_exist(rule: str) -> None:
    with pytest.raises(ValueError, match=rule):
        LintConfig({rule: None})


def test_the_manifest_says_levels_and_allowances(tmp_path: Path) -> None:
    path = manifest(tmp_path, '[lint]\nMISSING_DOC = "info"\n[lint.allow]\nMISSING_DOC = ["shop.Order"]\n')

    assert [(f.severity, f.path, f.contract) for f in lint_manifest(path)] == [
        (Severity.INFO, "Order.tenant", "orders")
    ]


def test_the_contracts_word_counts_more(tmp_path: Path) -> None:
    path = manifest(tmp_path, '[contracts.orders.lint]\nMISSING_DOC = "error"\n[lint]\nMISSING_DOC = "off"\n')

    assert {f.severity for f in lint_manifest(path)} == {Severity.ERROR}
    assert load_manifest(path).lint.contracts == {"orders": {"MISSING_DOC": "error"}}


@pytest.mark.parametrize(
    ("more", "key"),
    [
        (
            '[lint]\nMISSING_DOCS = "error"',
            "lint.MISSING_DOCS: there is no lint rule MISSING_DOCS; did you mean MISSING_DOC?",
        ),
        ('[lint]\nMISSING_DOC = "loud"', "lint.MISSING_DOC: 'loud' is none of error, warning, info, off"),
        ('[lint.allow]\nNO = ["a"]', "lint.allow.NO: there is no lint rule NO"),
        ('[lint.allow]\nMISSING_DOC = "a"', "lint.allow.MISSING_DOC: expected a list of texts"),
        ('[contracts.orders.lint]\nNO = "off"', "contracts.orders.lint.NO: there is no lint rule NO"),
        ('[lint]\nINVALID_SCHEMA = "off"', "lint.INVALID_SCHEMA: INVALID_SCHEMA is always an error"),
    ],
)
def test_a_wrong_setting_is_named_with_its_key(tmp_path: Path, more: str, key: str) -> None:
    with pytest.raises(ManifestError) as caught:
        lint_manifest(manifest(tmp_path, more))

    assert key in str(caught.value)
