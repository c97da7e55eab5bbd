"""SARIF 2.1.0, for code scanning (OASIS, sarif-schema-2.1.0)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from typing import Final

from eventpact_compat.finding import Finding, Rule, Severity

__all__ = ["sarif"]

_SCHEMA: Final = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_LEVELS: Final = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}


def sarif(findings: Sequence[Finding], rules: Iterable[Rule], *, version: str) -> str:
    """One run. ``version`` is that of eventpact; only the rules that found something are listed."""
    used = {finding.rule for finding in findings}
    rows = sorted((rule for rule in rules if rule.id in used), key=lambda rule: rule.id)
    index = {rule.id: number for number, rule in enumerate(rows)}
    driver = {
        "name": "eventpact",
        "semanticVersion": version,
        "informationUri": "https://github.com/eventpact/eventpact",
        "rules": [_rule(rule) for rule in rows],
    }
    results = [_result(finding, index) for finding in findings]
    run = {"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": results}
    return json.dumps({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2, ensure_ascii=False) + "\n"


def _rule(rule: Rule) -> dict[str, object]:
    return {
        "id": rule.id,
        "shortDescription": {"text": rule.promise},
        "fullDescription": {"text": rule.why},
        "help": {"text": rule.fix or rule.promise},
        "defaultConfiguration": {"level": _LEVELS[rule.severity]},
    }


def _result(finding: Finding, index: dict[str, int]) -> dict[str, object]:
    result: dict[str, object] = {"ruleId": finding.rule}
    if finding.rule in index:
        result["ruleIndex"] = index[finding.rule]
    hint = f"\n{finding.hint}" if finding.hint else ""
    result |= {
        "level": _LEVELS[finding.severity],
        "message": {"text": finding.message + hint},
        "locations": [_location(finding)],
        # Survives moved lines, so that a known result stays known.
        "partialFingerprints": {"eventpact/v1": _fingerprint(finding)},
    }
    if finding.waived is not None:
        result["suppressions"] = [{"kind": "external", "status": "accepted", "justification": finding.waived.reason}]
    return result


def _location(finding: Finding) -> dict[str, object]:
    location: dict[str, object] = {}
    if finding.file:
        physical: dict[str, object] = {"artifactLocation": {"uri": _uri(finding.file)}}
        if finding.line is not None:
            region = {"startLine": finding.line}
            if finding.column is not None:
                region["startColumn"] = finding.column
            physical["region"] = region
        location["physicalLocation"] = physical
    name = finding.path or finding.location or finding.contract
    if name:
        location["logicalLocations"] = [{"fullyQualifiedName": name}]
    return location


def _uri(file: str) -> str:
    # Percent-encoding of the few characters that a file name of a schema may hold and a URI may not.
    return "".join(c if c.isalnum() or c in "-._~/+@:" else "".join(f"%{b:02X}" for b in c.encode()) for c in file)


def _fingerprint(finding: Finding) -> str:
    parts = (finding.rule, finding.contract, finding.path, finding.before or "", finding.after or "")
    return hashlib.sha256("\0".join(parts).encode("utf-8", "replace")).hexdigest()[:32]
