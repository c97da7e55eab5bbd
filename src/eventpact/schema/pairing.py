"""Which field of the writer goes into which field of the reader, by name and alias."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from eventpact.schema.dialect import Dialect
from eventpact.schema.plan import Fill, Stuck
from eventpact.schema.tree import NO_DEFAULT, Field, Kind, Primitive, Record

__all__ = ["Pairing"]


@dataclass(slots=True)
class Pairing:
    """``taken``: writer's field number -> reader's. ``stuck``: reader fields that cannot be filled, by number."""

    taken: dict[int, int]
    fills: list[Fill]
    stuck: list[tuple[int, Stuck]]

    @classmethod
    def of(cls, reader: Record, writer: Record, dialect: Dialect) -> Self:
        by_name = {field.name: number for number, field in enumerate(writer.fields)}
        if dialect.field_aliases == "writer":
            for number, field in enumerate(writer.fields):
                for alias in field.aliases:
                    by_name.setdefault(alias, number)
        found = cls({}, [], [])
        for number, field in enumerate(reader.fields):
            if field.aliases and dialect.field_aliases == "reader":
                matches = [by_name[name] for name in dict.fromkeys((field.name, *field.aliases)) if name in by_name]
            else:
                match = by_name.get(field.name)
                matches = [] if match is None else [match]
            if len(matches) > 1:
                found.stuck.append((number, _ambiguous(field, [writer.fields[match].name for match in matches])))
            elif matches:
                found._take(number, matches[0], reader, writer)
            elif _has_default(field, dialect):
                found.fills.append(Fill(number, field))
            else:
                found.stuck.append((number, _missing(field, reader, writer)))
        return found

    def _take(self, number: int, match: int, reader: Record, writer: Record) -> None:
        other = self.taken.setdefault(match, number)
        if other == number:
            return
        # Two fields of the reader claim one of the writer: the one with that very name keeps it, the other is stuck.
        name = writer.fields[match].name
        loser = number
        if reader.fields[number].name == name:
            self.taken[match], loser = number, other
        self.stuck.append((loser, _claimed(reader.fields[loser], reader.fields[self.taken[match]], name)))


def _has_default(field: Field, dialect: Dialect) -> bool:
    if field.default is NO_DEFAULT:
        return False
    if dialect.null_default:
        return True
    return not (field.default is None and isinstance(field.type, Primitive) and field.type.kind is Kind.NULL)


def _missing(field: Field, reader: Record, writer: Record) -> Stuck:
    return Stuck(
        "READER_FIELD_MISSING_DEFAULT_VALUE",
        f"{reader.name} needs the field {field.name!r}, which the writer's {writer.name} does not have",
        f"give {field.name!r} a default, or an alias if the writer knows it under another name",
    )


def _ambiguous(field: Field, names: list[str]) -> Stuck:
    return Stuck(
        "AMBIGUOUS_ALIAS",
        f"the writer has several fields for {field.name!r}: {', '.join(names)}",
        "remove the aliases that the writer uses as names of their own",
    )


def _claimed(field: Field, other: Field, name: str) -> Stuck:
    return Stuck(
        "AMBIGUOUS_ALIAS",
        f"{field.name!r} and {other.name!r} both take the writer's field {name!r}",
        f"remove the alias {name!r} from {field.name!r}",
    )
