"""A name that was given up and comes back for something else: seen only in the whole history."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from eventpact.schema import Schema
from eventpact.schema.tree import Field, Record
from eventpact_compat.finding import Finding, Rule, Severity, UpgradeOrder
from eventpact_compat.pairs import simple
from eventpact_compat.show import show_type
from eventpact_compat.similar import alike_texts

__all__ = ["RULES", "name_reused"]

NAME_REUSED: Final = Rule(
    "NAME_REUSED",
    Severity.ERROR,
    "a name that was given up is not used for something else",
    "old events, archives and replays still carry the old field; its values flow into the new one",
    "amount is renamed to total (with an alias); later a new field amount appears",
    "choose a name that was never used",
    UpgradeOrder.NONE,
)
BROUGHT_BACK: Final = Rule(
    "FIELD_BROUGHT_BACK",
    Severity.ERROR,
    "a field that was dropped comes back as it was",
    "the last version does not have it, so nothing is compared; older events carry another type or meaning",
    "size: int is dropped in version 2 and comes back as size: string in version 3",
    "choose a name that was never used, or bring the field back unchanged",
    UpgradeOrder.NONE,
)
RULES: Final = (NAME_REUSED, BROUGHT_BACK)


def name_reused(new: Schema, older: Sequence[Schema]) -> Iterator[Finding]:
    """Fields of the candidate that the newest version lacks and an older one had, as another thing.

    ``older`` is in the order of release.
    """
    if len(older) < 2:
        return
    for name, record in new.names.items():
        newest = older[-1].names.get(name)
        if not isinstance(record, Record) or not isinstance(newest, Record) or newest == record:
            continue
        known = {field.name for field in newest.fields}
        for field in record.fields:
            if field.name not in known:
                yield from _returned(name, field, new, older)


def _returned(record: str, field: Field, new: Schema, older: Sequence[Schema]) -> Iterator[Finding]:
    for number in range(len(older) - 1, 0, -1):
        was = _field(older[number - 1], record, field.name)
        if was is None:
            continue
        renamed = next(
            (f.name for later in older[number:] for f in _fields(later, record) if field.name in f.aliases), None
        )
        if renamed is not None:
            message = f"version {number} called {renamed!r} so; it is another field now"
            yield _finding(NAME_REUSED, record, field, was, new, message, number)
        elif was.type != field.type or (was.doc and field.doc and not alike_texts(was.doc, field.doc)):
            what = "type" if was.type != field.type else "meaning"
            message = f"comes back with another {what} than it had in version {number}"
            yield _finding(BROUGHT_BACK, record, field, was, new, message, number)
        return


def _finding(rule: Rule, record: str, field: Field, was: Field, new: Schema, message: str, number: int) -> Finding:
    path = f"{simple(record)}.{field.name}"
    same_type = show_type(was.type) == show_type(field.type)
    return Finding(
        rule=rule.id,
        severity=rule.severity,
        message=f"{path}: {message}",
        file=new.source,
        location=field.pointer,
        path=path,
        before=was.doc if same_type else show_type(was.type),
        after=field.doc if same_type else show_type(field.type),
        why=rule.why,
        hint=rule.fix,
        order=rule.order,
        against=f"version {number}",
    )


def _fields(schema: Schema, record: str) -> tuple[Field, ...]:
    named = schema.names.get(record)
    return named.fields if isinstance(named, Record) else ()


def _field(schema: Schema, record: str, name: str) -> Field | None:
    return next((field for field in _fields(schema, record) if field.name == name), None)
