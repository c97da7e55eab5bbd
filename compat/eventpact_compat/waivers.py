"""Accepted breaks: compat/waivers.toml. A waiver has a reason, an owner and an end; one that is not needed fails.

[[waiver]]
rule = "ENUM_SYMBOL_ADDED"
contract = "orders"
location = "Status"        # the finding's path, or its JSON pointer
reason = "every consumer runs 1.4 since last week"
owner = "team-billing"
expires = 2027-01-31
"""

from __future__ import annotations

import datetime as dt
import re
import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from eventpact.errors import ManifestError
from eventpact_compat.finding import Finding, Rule, Severity, Waived

__all__ = ["RULES", "Waiver", "apply_waivers", "read_waivers"]

_TEXTS: Final = ("rule", "contract", "location", "reason", "owner")
_HEADER: Final = re.compile(r"^[ \t]*\[\[[ \t]*waiver[ \t]*\]\]", re.MULTILINE)
_PLACE: Final = re.compile(r"\s*\(at line (\d+), column \d+\)")

WAIVER_EXPIRED: Final = Rule(
    "WAIVER_EXPIRED",
    Severity.ERROR,
    "a waiver ends",
    "what was accepted for a while is still broken; its owner has to decide again",
    "expires = 2026-01-31, and it is February",
    "fix what was waived, or agree on a new date",
)
WAIVER_UNUSED: Final = Rule(
    "WAIVER_UNUSED",
    Severity.ERROR,
    "a waiver waives something",
    "a waiver without a finding would silently accept the next break at the same place",
    "the waived change was undone, or released",
    "remove the waiver",
)
RULES: Final = (WAIVER_EXPIRED, WAIVER_UNUSED)


@dataclass(frozen=True, slots=True)
class Waiver:
    """One accepted break. ``location`` is a finding's path or its JSON pointer; ``line`` is where the waiver stands."""

    rule: str
    contract: str
    location: str
    reason: str
    owner: str
    expires: dt.date
    file: str
    line: int

    def covers(self, finding: Finding) -> bool:
        return (
            finding.rule == self.rule
            and finding.contract == self.contract
            and self.location in {finding.path, finding.location}
        )


def read_waivers(path: Path) -> tuple[Waiver, ...]:
    """The waivers of a file; none when there is no file.

    Raises:
        ManifestError: not TOML, or a waiver lacks a key, has an unknown one, or one of the wrong kind.
    """
    try:
        text = path.read_bytes().decode()
    except FileNotFoundError:
        return ()
    except (OSError, UnicodeDecodeError):
        raise ManifestError("cannot read it as UTF-8 text", source=path.as_posix()) from None
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        place = _PLACE.search(str(error))
        line = int(place[1]) if place else None
        raise ManifestError(f"not TOML: {_PLACE.sub('', str(error))}", source=path.as_posix(), line=line) from None
    tables = document.pop("waiver", [])
    if document or not isinstance(tables, list):
        key = next(iter(document), "waiver")
        raise ManifestError(
            "a waiver is a table [[waiver]], and nothing else is known", source=path.as_posix(), key=key
        )
    lines = [text.count("\n", 0, match.start()) + 1 for match in _HEADER.finditer(text)]
    return tuple(
        _waiver(table, path.as_posix(), lines[n] if n < len(lines) else 1, n + 1) for n, table in enumerate(tables)
    )


def _waiver(table: object, file: str, line: int, number: int) -> Waiver:
    def wrong(key: str, message: str) -> ManifestError:
        return ManifestError(message, source=file, key=f"waiver {number}.{key}", line=line)

    values: dict[str, object] = table if isinstance(table, dict) else {}
    for key in values.keys() - {*_TEXTS, "expires"}:
        raise wrong(key, f"unknown key (known: {', '.join((*_TEXTS, 'expires'))})")
    texts: dict[str, str] = {}
    for key in _TEXTS:
        value = values.get(key)
        if not isinstance(value, str) or (not value.strip() and key != "location"):
            raise wrong(key, "expected a text: a waiver says what, where, why and who")
        texts[key] = value
    expires = values.get("expires")
    if not isinstance(expires, dt.date) or isinstance(expires, dt.datetime):
        raise wrong("expires", "expected a date such as 2027-01-31: a waiver ends")
    return Waiver(**texts, expires=expires, file=file, line=line)


def apply_waivers(
    findings: Iterable[Finding],
    waivers: Sequence[Waiver],
    today: dt.date,
    contracts: frozenset[str] | None = None,
) -> list[Finding]:
    """Waived findings become information that says why; expired and unused waivers become findings.

    A waiver is valid up to and including its last day. ``contracts`` are those that were checked (``None``: all);
    waivers of others are left alone.
    """
    found: list[Finding] = []
    used: set[int] = set()
    for finding in findings:
        number = next((n for n, waiver in enumerate(waivers) if waiver.covers(finding)), None)
        if number is None:
            found.append(finding)
            continue
        used.add(number)
        waiver = waivers[number]
        if waiver.expires < today:
            found.append(finding)
        else:
            why = Waived(waiver.reason, waiver.owner, waiver.expires.isoformat(), finding.severity)
            found.append(replace(finding, severity=Severity.INFO, waived=why))
    for number, waiver in enumerate(waivers):
        if contracts is not None and waiver.contract not in contracts:
            continue
        if waiver.expires < today:
            found.append(_finding(WAIVER_EXPIRED, waiver, f"the waiver ended on {waiver.expires.isoformat()}"))
        elif number not in used:
            found.append(_finding(WAIVER_UNUSED, waiver, "the waiver waives nothing"))
    return found


def _finding(rule: Rule, waiver: Waiver, message: str) -> Finding:
    what = f"{waiver.rule} at {waiver.location or 'the root'}, {waiver.owner}: {waiver.reason}"
    return Finding(
        rule=rule.id,
        severity=rule.severity,
        message=f"{message} ({what})",
        contract=waiver.contract,
        file=waiver.file,
        line=waiver.line,
        path=f"{waiver.rule}:{waiver.location}",
        why=rule.why,
        hint=rule.fix,
    )
