"""The documented JSON form, version 1. Keys are added, never renamed or removed."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Final

from eventpact_compat.finding import Finding

__all__ = ["VERSION", "as_json", "to_json"]

VERSION: Final = 1


def as_json(findings: Iterable[Finding]) -> dict[str, object]:
    """``{"version": 1, "findings": [...]}``; each finding as `Finding.to_json` says it."""
    return {"version": VERSION, "findings": [finding.to_json() for finding in findings]}


def to_json(findings: Iterable[Finding]) -> str:
    return json.dumps(as_json(findings), indent=2, ensure_ascii=False) + "\n"
