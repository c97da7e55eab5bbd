"""Rules about a schema under its contract, and about its text as a whole."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from eventpact.schema.tree import Kind, Primitive, Record
from eventpact_compat.finding import Rule, Severity
from eventpact_compat.lint.rule import LintRule
from eventpact_compat.lint.sites import Problem, Subject
from eventpact_compat.lint.types import nullable, spelled

__all__ = ["INVALID_SCHEMA", "LARGEST", "REFERENCE_CYCLE", "RULES"]

LARGEST: Final = 128 * 1024
"""Bytes of UTF-8 that every registry and tool on the way takes."""


def _key_field(subject: Subject) -> Iterator[Problem]:
    contract, names = subject.contract, subject.schema.names
    event = names.get(contract.event) if contract is not None else None
    if contract is None or not isinstance(event, Record):
        return
    definition = next((site for site in subject.definitions if site.named.name == event.name), None)
    site = next((s for s in subject.fields if s.record.name == event.name and s.field.name == contract.key), None)
    if definition is not None and site is None:
        yield definition.problem(
            f"{event.name} has no field {contract.key}, the key of contract {contract.name}",
            "add the field, or name another key in the manifest",
            at="/fields",
        )
    elif site is not None and not (isinstance(site.field.type, Primitive) and site.field.type.kind is Kind.STRING):
        what = "may be null" if nullable(site.field.type) else f"is no string but {spelled(site.field.type, names)}"
        yield site.problem(f"the key field {contract.key} {what}", 'make it "string"', at="/type")


def _too_large(subject: Subject) -> Iterator[Problem]:
    size = len(subject.document.text.encode("utf-8", "surrogatepass"))
    if size > LARGEST:
        yield Problem(
            "",
            subject.schema.name or "",
            f"the text has {size} bytes, the limit is {LARGEST}",
            "split it: types that other schemas use go into files of their own",
        )


def _elsewhere(_: Subject) -> Iterator[Problem]:
    """Found by the runner: there is no parsed schema to look at."""
    return iter(())


INVALID_SCHEMA: Final = LintRule(
    Rule(
        "INVALID_SCHEMA",
        Severity.ERROR,
        "the text is valid Avro",
        "no parser may be trusted with it; what one refuses, another reads in its own way.",
        '{"type": "record", "name": "Order"}',
        "The message says what to write. It cannot be switched off.",
    ),
    _elsewhere,
)
REFERENCE_CYCLE: Final = LintRule(
    Rule(
        "REFERENCE_CYCLE",
        Severity.ERROR,
        "schema files do not use each other in a circle",
        "a registry takes the used schema before the user, so none of them can be the first.",
        "order.avsc uses Customer of customer.avsc, which uses Order of order.avsc",
        "Put those types into one file. It cannot be switched off.",
    ),
    _elsewhere,
)
RULES: Final = (
    INVALID_SCHEMA,
    REFERENCE_CYCLE,
    LintRule(
        Rule(
            "SCHEMA_TOO_LARGE",
            Severity.ERROR,
            "a schema has at most 128 KiB",
            "it travels in requests, caches and logs, and registries limit it.",
            "a record with thousands of fields",
            "Move types into files of their own.",
        ),
        _too_large,
    ),
    LintRule(
        Rule(
            "KEY_FIELD",
            Severity.ERROR,
            "the contract's key is a field of the event, a string that is never null",
            "the key decides the partition: without one the order of a tenant's events is lost.",
            'key = "tenant_id", and {"name": "tenant_id", "type": ["null", "string"]}',
            "Make it a string that is never null, or name another field as the key.",
        ),
        _key_field,
    ),
)
