"""Schemas and findings as text."""

from __future__ import annotations

import json

from eventpact.schema import check, describe, findings_json, findings_text, parse
from tests.schema.build import enum, field, record, schema


def test_a_schema_is_shown_with_its_types_its_identity_and_its_warnings() -> None:
    text = json.dumps(
        record(
            "n.R",
            field("id", {"type": "bytes", "logicalType": "decimal", "precision": 4, "scale": 2}),
            field("kind", enum("Kind", "A", "B", default="B"), aliases=["sort"]),
            field("more", {"type": "map", "values": ["null", {"type": "array", "items": "R"}]}, default={}),
            field("hash", {"type": "fixed", "name": "x.F", "size": 4, "aliases": ["G"]}),
        )
    )
    found = parse(text.replace('"x.F"', '".F"'), source="r.avsc")

    assert describe(found) == (
        "r.avsc: n.R\n"
        "\n"
        "record n.R\n"
        "  id: bytes decimal(4, 2)\n"
        "  kind: n.Kind (also sort)\n"
        "  more: map<null | array<n.R>> = {}\n"
        "  hash: F\n"
        "\n"
        "enum n.Kind\n"
        "  A\n"
        "  B (stands for unknown symbols)\n"
        "\n"
        "fixed F(4) (also G)\n"
        "\n"
        f"fingerprint  {found.fingerprint:016x} (CRC-64-AVRO)\n"
        f"sha256       {found.sha256}\n"
        "\n"
        "1 warning\n"
        '  r.avsc:1:425: lint LEADING_DOT: write \'F\' with "namespace": "" (at /fields/3/type/name)\n'
    )


def test_findings_are_lines_or_json() -> None:
    findings = check(schema("int"), schema("string"))

    assert findings_text([]) == "compatible: the reader reads everything that the writer may write\n"
    assert findings_text(findings) == f"{findings[0]}\n"
    assert json.loads(findings_json(findings)) == {
        "compatible": False,
        "findings": [
            {
                "kind": "TYPE_MISMATCH",
                "location": "/",
                "message": "int cannot read the writer's string",
                "hint": "keep the type string, or promote it to bytes",
            }
        ],
    }
