"""Rules about the ``pattern`` of a text: the time that it takes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from eventpact.codec.pattern import UnsupportedPatternError
from eventpact.codec.pattern_ambiguity import exponential_parts
from eventpact.codec.pattern_parts import Choice, Part, Repeat, Row, opened
from eventpact.schema.tree import Kind, Primitive, Props, Type, Union
from eventpact_compat.finding import Rule, Severity
from eventpact_compat.lint.rule import LintRule
from eventpact_compat.lint.sites import Problem, Site, Subject, TypeSite

__all__ = ["RULES"]

_MOST_SHOWN: Final = 80


def _exponential(subject: Subject) -> Iterator[Problem]:
    for site, props in _on_text(subject):
        pattern = props.get("pattern")
        if not isinstance(pattern, str):
            continue
        try:
            found = exponential_parts(pattern)
        except UnsupportedPatternError:
            # Said where the codec is built.
            continue
        for part in found:
            written = "".join(part.written)
            shown = written if len(written) <= _MOST_SHOWN else written[: _MOST_SHOWN - 3] + "..."
            better = _better(part)
            yield site.problem(
                f"{shown} reads one text in exponentially many ways: a value of some thirty characters that does not "
                "match stops whoever writes or checks it",
                f"write {better}" if better else _advice(part.part),
                at="/pattern",
                before=written,
                after=better,
            )


def _on_text(subject: Subject) -> Iterator[tuple[Site, Props]]:
    """Where a keyword for text has an effect: on a string, or on the field of one."""
    for site in subject.sites:
        if isinstance(site, TypeSite) and _is_string(site.type):
            yield site, site.type.props if isinstance(site.type, Primitive) else {}
    for field in subject.fields:
        branches = field.field.type.branches if isinstance(field.field.type, Union) else (field.field.type,)
        if any(map(_is_string, branches)):
            yield field, field.field.props


def _is_string(type_: Type) -> bool:
    return isinstance(type_, Primitive) and type_.kind is Kind.STRING


def _better(part: Repeat) -> str | None:
    """The same texts in one way, where it is known how to say that."""
    candidate = _instead(part)
    return candidate if candidate and not exponential_parts(f"^(?:{candidate})$") else None


def _instead(part: Repeat) -> str | None:
    match _row(part.part):
        case (Repeat(least=0 | 1 as least, most=None, written=(inner, _)),):
            times = least * part.least
            return inner + (("*", "+")[times] if times < 2 else f"{{{times},}}")
        case (Repeat(least=0, most=1, written=(inner, _)),):
            return inner + ("*" if part.most is None else f"{{0,{part.most}}}")
        case (Repeat(least=1, most=None) as word, Repeat(least=0, most=1 | None) as gap) if _any(part):
            each = "".join(word.written)
            found = f"{each}(?:{_once(gap)}{each})*{''.join(gap.written)}"
            return found if part.least else f"(?:{found})?"
        case (Repeat(least=0, most=1 | None) as gap, Repeat(least=1, most=None) as word) if _any(part):
            each = "".join(word.written)
            found = f"{''.join(gap.written)}{each}(?:{_once(gap)}{each})*"
            return found if part.least else f"(?:{found})?"
        case _:
            return None


def _any(part: Repeat) -> bool:
    return part.least < 2 and part.most is None


def _once(gap: Repeat) -> str:
    """What may be left out, where it is not."""
    return gap.written[0] if gap.most == 1 else gap.written[0] + "+"


def _row(part: Part) -> tuple[Part, ...]:
    """What stands in a row in ``part``, groups of one thing opened."""
    part = opened(part)
    return part.parts if isinstance(part, Row) else (part,)


def _advice(part: Part) -> str:
    if len(parts := _row(part)) == 1 and isinstance(parts[0], Choice):
        return "let each alternative begin with a character that no other one begins with"
    return "let each round begin or end with a character that stands nowhere else in it, and is never left out"


RULES: Final = (
    LintRule(
        Rule(
            "EXPONENTIAL_PATTERN",
            Severity.ERROR,
            "a pattern takes no exponential time",
            "a value that nearly matches keeps the process busy for ever, and a regular expression cannot be "
            "interrupted: whoever chooses the value stops the producer (and the worker, if it checks on read).",
            '{"name": "title", "type": "string", "pattern": "^(\\\\w+\\\\s?)+$"}',
            r"Let a text be read in one way only: `^\\w+(?:\\s\\w+)*$`. Nothing repeated directly inside a repetition, "
            "no alternatives that can begin alike, separators that are not optional. Where no stranger chooses the "
            "value, allow the field.",
        ),
        _exponential,
    ),
)
