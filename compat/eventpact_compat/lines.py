"""A finding's JSON pointer -> its line and column."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path

from eventpact.contract.lines import line_numbers
from eventpact.schema import Schema
from eventpact_compat.finding import Finding

__all__ = ["in_manifest", "with_lines"]


def with_lines(findings: Iterable[Finding], schemas: Iterable[Schema]) -> list[Finding]:
    """The findings, with line and column of those whose file is the source of one of the schemas."""
    by_source = {schema.source: schema for schema in schemas}
    return [_placed(finding, by_source[finding.file]) if finding.file in by_source else finding for finding in findings]


def in_manifest(findings: list[Finding], manifest: Path) -> list[Finding]:
    """The findings about keys of the manifest, with the line of the key, or of the closest table around it."""
    if not findings:
        return []
    lines = line_numbers(manifest.read_text("utf-8"))
    return [replace(finding, line=_line(finding.location, lines)) for finding in findings]


def _line(location: str, lines: Mapping[tuple[str, ...], int]) -> int | None:
    keys = tuple(part.replace("~1", "/").replace("~0", "~") for part in location.split("/")[1:])
    return next((lines[keys[:n]] for n in range(len(keys), 0, -1) if keys[:n] in lines), None)


def _placed(finding: Finding, schema: Schema) -> Finding:
    if finding.line is not None:
        return finding
    # A pointer is relative to the document that defines the type, and that may be a referenced one.
    if schema.references and not _names_it(schema.text, finding):
        return replace(finding, location="")
    location = finding.location
    while True:
        try:
            line, column = schema.place(location)
        except (KeyError, IndexError, ValueError):
            # What the other version has there is not written here: the nearest place above it is.
            location = location.rpartition("/")[0]
        else:
            return replace(finding, location=location, line=line, column=column)


def _names_it(text: str, finding: Finding) -> bool:
    """Is the last thing on the way to the pointer that has a name the one that the path names?"""
    node = json.loads(text)
    named = ""
    for part in (None, *finding.location.split("/")[1:]):
        try:
            node = node if part is None else node[int(part)] if isinstance(node, list) else node[part]
        except (LookupError, TypeError, ValueError):
            return False
        if isinstance(node, dict) and isinstance(node.get("name"), str):
            named = node["name"].rpartition(".")[2]
    return finding.path.rstrip("[]{}").rpartition(".")[2] == named
