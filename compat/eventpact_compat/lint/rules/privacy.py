"""Rules about personal data: named like it, and tagged so that it takes effect."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from eventpact.schema.tree import (
    Array,
    Field,
    Fixed,
    Kind,
    LogicalKind,
    Map,
    Primitive,
    Props,
    Ref,
    Type,
    Union,
)
from eventpact_compat.finding import Rule, Severity
from eventpact_compat.lint.rule import LintRule
from eventpact_compat.lint.sites import FieldSite, Problem, Site, Subject
from eventpact_compat.lint.types import leaves
from eventpact_compat.lint.words import has_phrase, word_set, words

__all__ = ["RULES"]

_SURE: Final = word_set(
    "email emails phone telephone msisdn ssn iban passport birthday birthdate dob surname lastname firstname "
    "fullname username ip ipv street postcode iban bic taxpayer nationality ethnicity religion diagnosis"
)
_PHRASES: Final = (
    "first name", "last name", "full name", "middle name", "maiden name", "family name", "given name", "birth date",
    "date of birth", "birth place", "place of birth", "user name", "person name", "contact name", "customer name",
    "client name", "owner name", "employee name", "patient name", "recipient name", "sender name", "author name",
    "holder name", "tax id", "national id", "identity card", "id card", "credit card", "card number",
    "account number", "driving licence", "driver license", "license plate", "licence plate", "number plate",
    "house number", "zip code", "postal code", "post code", "social security", "insurance number", "mobile number",
    "mail address", "e mail", "home address", "postal address", "billing address", "shipping address",
    "street address", "delivery address", "geo location", "gps position",
)  # fmt: skip
# "address" is a place where people live, unless one of these says otherwise.
_NO_HOME: Final = word_set("memory contract wallet network server broker host bind bus base web url topic")
_PERSONS: Final = word_set(
    "user customer person people employee patient contact owner member recipient sender author driver "
    "passenger guest subscriber applicant student teacher resident citizen"
)
# What is said *about* personal data is not personal data itself.
_ABOUT: Final = word_set(
    "count counts hash hashed digest type kind status state template format domain provider consent optin "
    "version size length verified confirmed valid enabled required changed updated sent at ms index flag total "
    "topic schema"
)
_TAGS: Final = "confluent:tags"


def _untagged(subject: Subject) -> Iterator[Problem]:
    names = subject.schema.names
    for site in subject.fields:
        word = _personal_word(site)
        if word is None or not _can_hold(site.field, subject) or _settled(site.field.props):
            continue
        types = [site.field.type, *_inner(site.field.type)]
        fixed = [n for t in types if isinstance(t, Ref) and isinstance(n := names[t.name], Fixed)]
        if not any(_settled(p) for p in (*map(_props, types), *(f.props for f in fixed))):
            yield site.problem(
                f"field {site.field.name} sounds like personal data ({word}), but has no tag",
                'add "confluent:tags": ["PII"], or "pii": false when it holds none',
            )


def _personal_word(site: FieldSite) -> str | None:
    """What in the field's name speaks of a person."""
    parts = words(site.field.name)
    if not parts or parts[-1] in _ABOUT:
        return None
    if phrase := next((p for p in _PHRASES if has_phrase(parts, p)), None):
        return phrase
    if word := next((p for p in parts if p in _SURE), None):
        return word
    if "address" in parts or "addresses" in parts:
        return None if _NO_HOME & set(parts) else "address"
    owner = words(site.record.name.rpartition(".")[2])
    return f"name of a {owner[-1]}" if parts == ("name",) and owner and owner[-1] in _PERSONS else None


def _can_hold(field: Field, subject: Subject) -> bool:
    """Texts, bytes, plain numbers and dates can. A record is judged by its own fields; flags and times cannot."""
    for leaf in leaves(field.type):
        match leaf:
            case Primitive(Kind.STRING | Kind.BYTES | Kind.INT | Kind.LONG, None):
                return True
            case Primitive(_, logical) if logical is not None and logical.kind is LogicalKind.DATE:
                return True
            case Ref(name) if isinstance(subject.schema.names[name], Fixed):
                return True
            case _:
                continue
    return False


def _settled(props: Props) -> bool:
    """Someone has decided: ``pii`` is said, or there are tags at all."""
    return "pii" in props or _TAGS in props


def _inner(type_: Type) -> Iterator[Type]:
    todo = [type_]
    while todo:
        match todo.pop():
            case Union(branches):
                todo += branches
                yield from branches
            case Array(items):
                todo.append(items)
                yield items
            case Map(values):
                todo.append(values)
                yield values
            case _:
                continue


def _props(type_: Type) -> Props:
    return type_.props if isinstance(type_, Primitive | Array | Map) else {}


def _broken_tag(subject: Subject) -> Iterator[Problem]:
    holders: list[tuple[Site, Props]] = [(field, field.field.props) for field in subject.fields]
    holders += [(definition, definition.named.props) for definition in subject.definitions]
    holders += [(use, _props(use.type)) for use in subject.types]
    for site, props in holders:
        if "pii" in props and not isinstance(props["pii"], bool):
            yield site.problem("pii is neither true nor false, so nothing is masked", 'write "pii": true', at="/pii")
        if _TAGS not in props:
            continue
        tags = props[_TAGS]
        if not isinstance(tags, list) or not all(isinstance(tag, str) for tag in tags):
            yield site.problem(
                f"{_TAGS} is not a list of texts, so nothing is masked", f'write "{_TAGS}": ["PII"]', at=f"/{_TAGS}"
            )
        elif any(isinstance(tag, str) and tag.strip().upper() == "PII" and tag != "PII" for tag in tags):
            yield site.problem("the tag is spelled PII; another spelling masks nothing", 'write "PII"', at=f"/{_TAGS}")


RULES: Final = (
    LintRule(
        Rule(
            "UNTAGGED_PII",
            Severity.WARNING,
            "a field that sounds like personal data is tagged, or said to hold none",
            "tagged fields are masked in logs, messages and dead-letter listings; untagged ones are printed.",
            '{"name": "customer_email", "type": "string"}',
            'Tag it with `"confluent:tags": ["PII"]` or `"pii": true`. When it holds none, say `"pii": false`.',
        ),
        _untagged,
    ),
    LintRule(
        Rule(
            "BROKEN_TAG",
            Severity.ERROR,
            "a tag is written so that it takes effect",
            "the field looks protected, and is printed.",
            '{"name": "contact", "type": "string", "confluent:tags": "PII"}',
            'Write `"confluent:tags": ["PII"]` or `"pii": true`.',
        ),
        _broken_tag,
    ),
)
