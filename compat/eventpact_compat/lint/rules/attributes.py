"""Rules about attributes: words that Avro reserves, where they have no effect, or are nearly spelled."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from eventpact.schema.pointer import escape
from eventpact_compat.finding import Rule, Severity
from eventpact_compat.layout import Node, Object, Scalar
from eventpact_compat.lint.rule import LintRule
from eventpact_compat.lint.sites import FieldSite, Problem, Site, Subject, TypeSite

__all__ = ["RULES"]

# What the specification gives a meaning, by the place where it has one.
_RECORD: Final = frozenset({"type", "name", "namespace", "doc", "aliases", "fields"})
_MEANT: Final = {
    "record": _RECORD,
    "error": _RECORD,
    "enum": frozenset({"type", "name", "namespace", "doc", "aliases", "symbols", "default"}),
    "fixed": frozenset({"type", "name", "namespace", "doc", "aliases", "size", "logicalType", "precision", "scale"}),
    "array": frozenset({"type", "items", "logicalType"}),
    "map": frozenset({"type", "values", "logicalType"}),
    "field": frozenset({"name", "type", "doc", "default", "order", "aliases", "logicalType"}),
}
_PRIMITIVE: Final = frozenset({"type", "logicalType", "precision", "scale"})
_RESERVED: Final = frozenset().union(*_MEANT.values())
_SLIPS: Final = {"alias": "aliases", "docs": "doc", "defaults": "default", "symbol": "symbols", "field": "fields"}


def _objects(subject: Subject) -> Iterator[tuple[Site, Object, str]]:
    """Every object of the schema with what it is: a field, or the text of its attribute ``type``."""
    for site in subject.sites:
        if isinstance(site, FieldSite):
            yield site, site.node, "field"
        elif isinstance(site, TypeSite) and isinstance(site.node, Object):
            yield site, site.node, _text(site.node.get("type")) or ""


def _reserved(subject: Subject) -> Iterator[Problem]:
    for site, node, what in _objects(subject):
        meant = _MEANT.get(what, _PRIMITIVE)
        misplaced = what == "field" and node.get("logicalType") is not None
        for name in node.keys():  # noqa: SIM118  # no mapping
            # precision and scale beside a misplaced logicalType are a part of that finding.
            if name in _RESERVED - meant and not (misplaced and name in {"precision", "scale"}):
                place = "a field" if what == "field" else f"a type {what}"
                yield site.problem(f"{name} has no effect on {place}", _move(name, what), at=f"/{name}", before=name)


def _move(name: str, what: str) -> str:
    if what == "field" and name in {"items", "values", "symbols", "size", "fields", "precision", "scale", "namespace"}:
        return f'move it into the type: "type": {{..., "{name}": ...}}'
    if name in {"default", "doc", "order", "aliases"}:
        return "move it to the field"
    return "remove it, or give a property of your own another name"


def _misspelled(subject: Subject) -> Iterator[Problem]:
    for site, node, what in _objects(subject):
        meant = _MEANT.get(what, _PRIMITIVE)
        plain = {_plain(name): name for name in meant}
        for name in node.keys():  # noqa: SIM118  # no mapping
            right = plain.get(_plain(name)) or (_SLIPS[name] if _SLIPS.get(name) in meant else None)
            if right is not None and name != right and name not in _RESERVED:
                yield site.problem(
                    f"{name} means nothing to Avro", f"write {right}", at=f"/{escape(name)}", before=name, after=right
                )


def _plain(name: str) -> str:
    return name.lower().replace("_", "").replace("-", "")


_PRIMITIVES: Final = frozenset({"null", "boolean", "int", "long", "float", "double", "bytes", "string"})


def _text(node: Node | None) -> str | None:
    return node.text if isinstance(node, Scalar) else None


RULES: Final = (
    LintRule(
        Rule(
            "RESERVED_PROPERTY",
            Severity.WARNING,
            "an attribute that Avro reserves stands where it has an effect",
            "it is ignored without a word (Java refuses to set it in code), so what its author meant does not happen.",
            '{"name": "total", "type": {"type": "long", "default": 0}}',
            "Move it to where it belongs, or give a property of your own another name.",
        ),
        _reserved,
    ),
    LintRule(
        Rule(
            "MISSPELLED_ATTRIBUTE",
            Severity.WARNING,
            "an attribute of Avro is spelled right",
            "a misspelled attribute is a legal property without a meaning.",
            '{"type": "long", "logical_type": "timestamp-millis"}',
            "Correct it.",
        ),
        _misspelled,
    ),
)
