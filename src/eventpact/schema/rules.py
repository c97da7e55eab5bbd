"""What a valid schema may still do wrong, as rows. docs/schema-rules.md prints this table and the refusals."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

__all__ = ["RULES", "RULES_BY_ID", "Rule", "SchemaWarning", "Severity"]

Severity: TypeAlias = Literal["lint", "warning"]
"""``lint``: some engine refuses or misreads it, so it must not be published. ``warning``: read alike, but odd."""


@dataclass(frozen=True, slots=True)
class Rule:
    id: str
    severity: Severity
    promise: str
    reason: str


@dataclass(frozen=True, slots=True)
class SchemaWarning:
    """A rule that a valid schema breaks. ``pointer`` is an RFC 6901 JSON pointer into the schema's text."""

    rule: str
    message: str
    pointer: str = ""

    @property
    def severity(self) -> Severity:
        return RULES_BY_ID[self.rule].severity

    def __str__(self) -> str:
        return f"{self.severity} {self.rule}: {self.message}" + (f" (at {self.pointer})" if self.pointer else "")


RULES: Final = (
    Rule("EMPTY_UNION", "lint", "a union has branches", "no value exists; Redpanda refuses it"),
    Rule("EMPTY_ENUM", "lint", "an enum has symbols", "no value exists; Redpanda refuses it"),
    Rule("ZERO_SIZE", "lint", "a fixed has a size above 0", "Redpanda refuses it"),
    Rule("NO_FINITE_VALUE", "lint", "a record has finite values", "a record that always holds itself never ends"),
    Rule("ENDLESS_DEFAULT", "lint", "a default ends", "stored schemas only; refused otherwise"),
    Rule(
        "UNION_DEFAULT_NOT_FIRST", "lint", "a union's default fits its first branch", "Redpanda refuses it; avro fails"
    ),
    Rule("DEFAULT_NOT_SPELLED_OUT", "lint", "a record's default names every field", "Redpanda refuses it"),
    Rule("DEFAULT_UNKNOWN_KEY", "warning", "a record's default names its fields only", "other keys have no effect"),
    Rule("FLOAT_TEXT_DEFAULT", "lint", "a number's default is a number", "text is an extension of Java's"),
    Rule("FLOAT_OVERFLOW", "lint", "a float's default fits 32 bits", "it becomes infinite"),
    Rule("TYPE_ALIAS_NAME", "lint", "a type's alias is a name", "Confluent refuses it for new schemas"),
    Rule("TYPE_ALIAS_REPEATED", "warning", "a type's alias says something new", "repeated, or the type's own name"),
    Rule("FIELD_ALIAS_NAME", "warning", "a field's alias is a name", "no field can have that name today"),
    Rule("FIELD_ALIAS_REPEATED", "lint", "a field's alias says something new", "Redpanda refuses it"),
    Rule("FIELD_ALIAS_SHARED", "lint", "an alias belongs to one field", "decoders fail; Redpanda refuses it"),
    Rule("FIELD_ALIAS_TAKEN", "lint", "an alias is no other field's name", "decoders fail; Redpanda refuses it"),
    Rule("LOGICAL_TYPE_IGNORED", "warning", "a logical type is valid", "specification: it must be ignored"),
    Rule("LOGICAL_TYPE_ON_FIELD", "warning", "a logical type stands in the type", "on the field it has no effect"),
    Rule(
        "LEADING_DOT", "lint", "a name does not begin with a dot", "Java and avro do not find such a type by reference"
    ),
    Rule("IGNORED_NAMESPACE", "warning", "a dotted name has no other namespace beside it", "the namespace is ignored"),
    Rule("CONFUSING_NAME", "warning", "a type is not named like a kind of type", "people misread it"),
    Rule("REFERENCE_IN_OBJECT", "warning", "a named type is used by its bare name", "most engines refuse the object"),
    Rule("DOC_NOT_TEXT", "warning", "a doc is text", "it is ignored"),
    Rule("ORDER_CASE", "warning", "an order is written in lower case", "only Java takes other forms"),
    Rule("BAD_NAME", "lint", "names follow the pattern", "stored schemas only; refused otherwise"),
    Rule("BAD_DEFAULT", "lint", "a default fits its type", "stored schemas only; refused otherwise"),
    Rule("FORWARD_REFERENCE", "lint", "a type is defined before its use", "stored schemas only; refused otherwise"),
    Rule("REPEATED_DEFINITION", "lint", "a type is defined once", "stored schemas only; refused otherwise"),
    Rule("REFERENCE_NAME", "warning", "a reference is named after its type", "stored schemas only; refused otherwise"),
)

RULES_BY_ID: Final = {rule.id: rule for rule in RULES}
