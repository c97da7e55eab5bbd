"""A record -> its dataclass."""

from __future__ import annotations

from collections.abc import Iterator

from eventpact_codegen.defaults import default_of
from eventpact_codegen.expressions import Atom, Call, Dict, Expr, Set, Subscript, Text
from eventpact_codegen.layout import assign
from eventpact_codegen.literals import docstring
from eventpact_codegen.model import Attribute, Module, RecordClass
from eventpact_codegen.python_types import annotation
from eventpact_codegen.scope import Scope

__all__ = ["constants", "indented", "masked_repr", "record_lines"]


def record_lines(found: RecordClass, module: Module, scope: Scope) -> Iterator[str]:
    """The class, without blank lines around it."""
    yield f"@{scope.standard('dataclass')}(frozen=True, slots=True, kw_only=True)"
    yield f"class {found.name}:"
    if doc := docstring(found.record.doc, 4):
        yield from indented(doc)
        yield ""
    for name, type_, value in constants(found, module, scope):
        yield from assign(name, Subscript(scope.standard("ClassVar"), (type_,)), value, 4)
    if found.attributes:
        yield ""
    for attribute in found.attributes:
        yield from _attribute_lines(attribute, module, scope)
    if any(attribute.tagged for attribute in found.attributes):
        yield ""
        yield from masked_repr(found, scope)


def constants(found: RecordClass, module: Module, scope: Scope) -> Iterator[tuple[str, Expr, Expr]]:
    """(name, type, value) of what every class says about its schema."""
    string = Atom(scope.builtin("str"))
    yield "AVRO_NAME", string, Text(found.record.name)
    frozenset_name = scope.builtin("frozenset")
    tagged = tuple(Text(name) for name in sorted(a.name for a in found.attributes if a.tagged))
    yield (
        "PII_FIELDS",
        Subscript(frozenset_name, (string,)),
        Call(frozenset_name, (("", Set(tagged)),) if tagged else ()),
    )
    if found is not module.event:
        return
    yield "SCHEMA_FINGERPRINT", Atom(scope.builtin("int")), Atom(f"0x{module.schema.fingerprint:016X}")
    yield "SCHEMA_REFERENCES", Subscript(scope.standard("Mapping"), (string, string)), _references(module, scope)
    yield "SCHEMA_TEXT", string, Atom("AVRO_SCHEMA")


def _references(module: Module, scope: Scope) -> Expr:
    """Texts that stand in other modules are not repeated."""
    files = {other.schema.text: other.name for other in reversed(scope.package.modules)}
    return Dict(
        tuple(
            (name, Atom(scope.imports.member(f".{files[text]}", "AVRO_SCHEMA", f"_{files[text].upper()}_SCHEMA")))
            for name, text in module.schema.references.items()
        )
    )


def _attribute_lines(attribute: Attribute, module: Module, scope: Scope) -> Iterator[str]:
    default = default_of(attribute.field, scope, module.file)
    yield from assign(attribute.name, annotation(attribute.field.type, scope), default, 4)
    if doc := docstring(attribute.field.doc, 4):
        yield from indented(doc)


def masked_repr(found: RecordClass, scope: Scope) -> Iterator[str]:
    """A ``__repr__`` that shows ``***`` for personal data."""
    yield f"    def __repr__(self) -> {scope.builtin('str')}:"
    yield "        return ("
    yield f'            f"{{{scope.builtin("type")}(self).__qualname__}}("  # personal data is masked'
    last = found.attributes[-1]
    for attribute in found.attributes:
        end = ")" if attribute is last else ", "
        if attribute.tagged:
            yield f'            "{attribute.name}=***{end}"'
        else:
            yield f'            f"{attribute.name}={{self.{attribute.name}!r}}{end}"'
    yield "        )"


def indented(doc: list[str]) -> list[str]:
    """A docstring's lines inside a class."""
    return ["    " + doc[0], *doc[1:]]
