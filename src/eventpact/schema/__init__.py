"""One reading of a schema: parse, identify, resolve, compare."""

from eventpact.errors import SchemaError
from eventpact.schema.check import check, findings
from eventpact.schema.findings import Incompatibility, VersionIncompatibility
from eventpact.schema.history import Level, check_history
from eventpact.schema.parse import parse
from eventpact.schema.report import describe, findings_json, findings_text
from eventpact.schema.resolve import resolve
from eventpact.schema.rules import SchemaWarning
from eventpact.schema.schema import Schema
from eventpact.schema.tree import Record

__all__ = [
    "Incompatibility",
    "Level",
    "Record",
    "Schema",
    "SchemaError",
    "SchemaWarning",
    "VersionIncompatibility",
    "check",
    "check_history",
    "describe",
    "findings",
    "findings_json",
    "findings_text",
    "parse",
    "resolve",
]
