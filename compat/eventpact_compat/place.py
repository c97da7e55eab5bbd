"""Where a registry's location (``/fields/2/type/1/items``, through the reader) stands in the new version's text."""

from __future__ import annotations

from dataclasses import dataclass

from eventpact.schema import Schema
from eventpact.schema.tree import Array, EnumType, Field, Fixed, Map, Named, Record, Ref, Type
from eventpact_compat.match import match_fields
from eventpact_compat.pairs import Comparison, Spot, simple
from eventpact_compat.show import show_list, show_type

__all__ = ["Place", "Places", "find"]


@dataclass(frozen=True, slots=True)
class Place:
    """The last named type on the way, its field if the way goes on into one, and the rest of the JSON pointer."""

    named: Named | None
    field: Field | None
    rest: str
    type: Type | None


def find(schema: Schema, location: str) -> Place:
    """Follow a location as far as it goes; it stops in front of the branches of a union.

    A number behind anything but ``fields`` is a branch of the *writer's* union and no place in this schema.
    """
    place = Place(None, None, "", schema.root)
    tokens = iter(location.strip("/").split("/"))
    for token in tokens:
        match token, _look_up(place.type, schema):
            case "fields", Record(fields=fields) as record:
                field = fields[int(next(tokens))]
                place = Place(record, field, "", field.type)
            case "type", _ if place.field is not None and not place.rest:
                place = Place(place.named, place.field, "/type", place.type)
            case "items", Array(items=inner):
                place = Place(place.named, place.field, f"{place.rest}/items", inner)
            case "values", Map(values=inner):
                place = Place(place.named, place.field, f"{place.rest}/values", inner)
            case (("symbols" | "size" | "name"), (EnumType() | Fixed() | Record()) as named):
                place = Place(named, None, f"/{token}", place.type)
            case _:
                continue
    return place


class Places:
    """Places of one comparison. Pairs of fields are looked up once per pair of records."""

    def __init__(self, comparison: Comparison, *, reader_is_new: bool) -> None:
        self._comparison = comparison
        self._reader_is_new = reader_is_new
        self._reader, self._writer = comparison.new, comparison.old
        pairs = sorted((new, old) for old, new in comparison.twins)
        if not reader_is_new:
            self._reader, self._writer = self._writer, self._reader
            pairs = sorted(comparison.twins)
        self._twins = dict(reversed(pairs))
        self._partners: dict[str, dict[str, Field]] = {}

    def find(self, location: str) -> Place:
        return find(self._reader, location)

    def spot(self, place: Place) -> Spot:
        """The place in the new text; in the old one where the new one has no such field."""
        new = self._comparison.new
        named, field, in_new = place.named, place.field, True
        if not self._reader_is_new:
            named, field, in_new = self._named(place), self._field(place), self._named(place) is not None
            in_new = in_new and (field is not None or place.field is None)
        if not in_new:
            named, field = place.named, place.field
        if named is None:
            return Spot(place.rest, simple(new.name or "$"), new.source)
        if field is None:
            start = Spot(named.pointer, simple(named.name), (new if in_new else self._reader).source, in_new)
        else:
            path = f"{simple(named.name)}.{field.name}"
            start = Spot(field.pointer, path, (new if in_new else self._reader).source, in_new)
        return start.below(place.rest, _steps(place.rest))

    def show_reader(self, place: Place) -> str | None:
        """What stands at the place in the reader's schema, as short text."""
        return _show(place.type, place, self._reader)

    def show_writer(self, place: Place) -> str | None:
        """What stands there in the writer's schema; ``None`` for nothing."""
        return _show(self.writer_type(place), place, self._writer)

    def writer_type(self, place: Place) -> Type | None:
        """The type at the same place in the writer's schema, where there is one."""
        if place.named is None:
            found: Type | None = self._writer.root
        elif place.field is None:
            named = self._named(place)
            return Ref(named.name) if named is not None else None
        else:
            field = self._field(place)
            found = field.type if field is not None else None
        for token in place.rest.removeprefix("/type").split("/")[1:]:
            match token, found:
                case ("items", Array(items=inner)) | ("values", Map(values=inner)):
                    found = inner
                case _:
                    return None
        return found

    def _named(self, place: Place) -> Named | None:
        """The writer's named type at the place."""
        return self._writer.names.get(self._twins.get(place.named.name, "")) if place.named is not None else None

    def _field(self, place: Place) -> Field | None:
        """The writer's field at the place."""
        reader, writer = place.named, self._named(place)
        if not isinstance(reader, Record) or not isinstance(writer, Record) or place.field is None:
            return None
        if reader.name not in self._partners:
            old, new = (writer, reader) if self._reader_is_new else (reader, writer)
            pairs = match_fields(old.fields, new.fields)
            self._partners[reader.name] = {
                (n if self._reader_is_new else o).name: o if self._reader_is_new else n for o, n in pairs
            }
        return self._partners[reader.name].get(place.field.name)


def _show(type_: Type | None, place: Place, schema: Schema) -> str | None:
    match _look_up(type_, schema):
        case None:
            return None
        case EnumType(symbols=symbols) if place.rest == "/symbols":
            return show_list(symbols)
        case node:
            return show_type(node)


def _steps(rest: str) -> str:
    """``/type/items/symbols`` -> ``[]``: a path names fields and what is inside them, nothing else."""
    return "".join({"items": "[]", "values": "{}"}.get(token, "") for token in rest.split("/"))


def _look_up(type_: Type | None, schema: Schema) -> Type | Named | None:
    return schema.names[type_.name] if isinstance(type_, Ref) else type_
