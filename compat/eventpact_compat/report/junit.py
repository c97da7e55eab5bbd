"""JUnit XML: one suite per contract, one case per finding, so that every CI shows them."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Sequence

from eventpact_compat.finding import Finding, Severity

__all__ = ["junit"]


def junit(findings: Sequence[Finding], contracts: Sequence[str]) -> str:
    """Errors are failures, the rest is skipped with its message. A contract without findings has one passing case."""
    root = ET.Element("testsuites", name="eventpact")
    by_contract: dict[str, list[Finding]] = {name: [] for name in contracts}
    for finding in findings:
        by_contract.setdefault(_clean(finding.contract) or "eventpact", []).append(finding)
    for contract, found in by_contract.items():
        failures = sum(f.severity is Severity.ERROR for f in found)
        suite = ET.SubElement(
            root,
            "testsuite",
            name=contract,
            tests=str(len(found) or 1),
            failures=str(failures),
            errors="0",
            skipped=str(len(found) - failures),
        )
        if not found:
            ET.SubElement(suite, "testcase", classname=contract, name="no findings")
        for finding in found:
            _case(suite, contract, finding)
    ET.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(root, encoding="unicode") + "\n"


def _case(suite: ET.Element, contract: str, finding: Finding) -> None:
    name = _clean(f"{finding.rule} {finding.path or finding.location}".strip())
    case = ET.SubElement(suite, "testcase", classname=contract, name=name)
    message = _clean(finding.message)
    if finding.severity is Severity.ERROR:
        failure = ET.SubElement(case, "failure", type=finding.rule, message=message)
        failure.text = _clean("\n".join(filter(None, (_place(finding), finding.why, finding.hint))))
    else:
        ET.SubElement(case, "skipped", message=f"{finding.severity}: {message}")


def _place(finding: Finding) -> str:
    return finding.file + (f":{finding.line}" if finding.line is not None else "")


def _clean(text: str) -> str:
    """Without the characters that XML 1.0 cannot hold."""
    return "".join(
        c for c in text if c in "\t\n\r" or 0x20 <= ord(c) <= 0xD7FF or 0xE000 <= ord(c) <= 0xFFFD or ord(c) > 0xFFFF
    )
