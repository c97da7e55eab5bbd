"""Constraints in the schema: field properties in JSON Schema's vocabulary, enforced where an event is written.

``format`` (``uuid``), ``pattern``, ``minLength`` and ``maxLength`` (in code points) bind text; ``minimum`` and
``maximum`` bind numbers. As in JSON Schema, a keyword says nothing about values of another kind, so on
``["null", "string"]`` they bind the text. Registries store these properties and do not enforce them.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from eventpact.codec.charset import charset_of
from eventpact.codec.pattern import UnsupportedPatternError, compile_pattern
from eventpact.codec.source import Source
from eventpact.codec.uuids import HEX_AS_ZERO, UUID_LENGTH, ZERO_UUID, is_uuid_text
from eventpact.errors import SchemaError
from eventpact.schema.tree import Field, Json, Props

__all__ = ["Constraint", "constraints_of"]


@dataclass(frozen=True, slots=True)
class Constraint:
    """``violated`` judges a value of the right type; ``code`` is the same judgement as an expression.

    ``length`` is set when whatever passes is ASCII of that one length.
    """

    rule: str
    message: str
    violated: Callable[[Any], bool]
    code: Callable[[Source, str], str]
    length: int | None = None


def constraints_of(props: Props, python: type, field: Field) -> tuple[Constraint, ...]:
    """The constraints that ``props`` lay on values of class ``python``.

    Raises SchemaError for a keyword whose own value is wrong (``"minLength": "three"``), whatever the type.
    """
    textual = tuple(_on_text(props, field))
    numeric = tuple(_on_numbers(props, python, field))
    if python is str:
        return textual
    return numeric if python in (int, float, Decimal) else ()


def _on_text(props: Props, field: Field) -> Iterator[Constraint]:
    # Formats are open-ended: one that we do not know is a remark, as JSON Schema says.
    if props.get("format") == "uuid":
        yield Constraint(
            "format",
            "not a UUID in its 8-4-4-4-12 form",
            lambda text: not is_uuid_text(text),
            lambda src, value: _not_uniform(src, value, HEX_AS_ZERO, ZERO_UUID),
            UUID_LENGTH,
        )
    for keyword in ("minLength", "maxLength"):
        if keyword in props:
            yield _length(keyword, props[keyword], field)
    if "pattern" in props:
        yield _pattern(props["pattern"], field)


def _not_uniform(src: Source, value: str, table: bytes, uniform: bytes) -> str:
    return f"{value}.encode().translate({src.bind('table', table)}) != {uniform!r}"


def _length(keyword: str, bound: Json, field: Field) -> Constraint:
    if type(bound) is not int or bound < 0:
        raise SchemaError(f"{keyword} must be a whole number, not negative", pointer=f"{field.pointer}/{keyword}")
    if keyword == "maxLength":
        return Constraint(
            keyword,
            f"longer than {bound} characters",
            lambda text: len(text) > bound,
            lambda _src, value: f"len({value}) > {bound!r}",
        )
    if bound == 1:
        return Constraint(keyword, "empty", lambda text: not text, lambda _src, value: f"not {value}")
    return Constraint(
        keyword,
        f"shorter than {bound} characters",
        lambda text: len(text) < bound,
        lambda _src, value: f"len({value}) < {bound!r}",
    )


def _pattern(pattern: Json, field: Field) -> Constraint:
    if not isinstance(pattern, str):
        raise SchemaError("pattern must be text", pointer=f"{field.pointer}/pattern")
    try:
        search = compile_pattern(pattern).search
    except UnsupportedPatternError as error:
        raise SchemaError(
            f"pattern cannot be enforced: {error}; use what ECMA-262 and Python share",
            pointer=f"{field.pointer}/pattern",
        ) from None
    message = f"does not match the pattern {pattern!r}"
    charset = charset_of(pattern)
    if charset is not None:
        table, uniform = charset.table, charset.uniform
        return Constraint(
            "pattern",
            message,
            lambda text: not charset.fits(text),
            lambda src, value: _not_uniform(src, value, table, uniform),
            len(uniform),
        )
    return Constraint(
        "pattern",
        message,
        lambda text: search(text) is None,
        lambda src, value: f"{src.bind('matches', search)}({value}) is None",
    )


def _on_numbers(props: Props, python: type, field: Field) -> Iterator[Constraint]:
    for keyword, sign, word in (("minimum", ">=", "below"), ("maximum", "<=", "above")):
        if keyword not in props:
            continue
        bound = props[keyword]
        if isinstance(bound, bool) or not isinstance(bound, int | float):
            raise SchemaError(f"{keyword} must be a number", pointer=f"{field.pointer}/{keyword}")
        yield _bound(keyword, sign, f"{word} {bound!r}", bound, python)


def _bound(keyword: str, sign: str, message: str, bound: float, python: type) -> Constraint:
    # As a decimal the bound is what the schema's author wrote: 0.1, not its binary neighbour.
    limit: int | float | Decimal = Decimal(repr(bound)) if python is Decimal else bound

    # "not within" rather than "outside": NaN compares false both ways, and it is not within.
    compare = operator.ge if sign == ">=" else operator.le

    def code(src: Source, value: str) -> str:
        return f"not {value} {sign} {repr(limit) if type(limit) is int else src.bind('bound', limit)}"

    return Constraint(keyword, message, lambda value: not compare(value, limit), code)
