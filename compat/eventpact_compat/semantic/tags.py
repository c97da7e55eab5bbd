"""Which tags a field carries, wherever they are written: on the field, on its type, on the types inside."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from eventpact.schema.tree import Array, Field, Json, Map, Named, Primitive, Props, Ref, Type, Union

__all__ = ["field_tags", "named_tags"]

_LISTS: Final = ("confluent:tags", "tags")
_FLAGS: Final = ("pii", "personal", "sensitive", "confidential")
_CLASSES: Final = ("classification", "sensitivity", "dataClassification", "data_classification", "privacy")

TAG_PROPERTIES: Final = frozenset((*_LISTS, *_FLAGS, *_CLASSES))


def field_tags(field: Field, names: Mapping[str, Named]) -> frozenset[str]:
    """``PII`` for a tag of that name and for ``"pii": true``; ``classification: internal`` for that property."""
    return frozenset((*_tags(field.props), *_type_tags(field.type, names)))


def named_tags(props: Props) -> frozenset[str]:
    return frozenset(_tags(props))


def _tags(props: Props) -> Iterator[str]:
    for key in _LISTS:
        listed = props.get(key)
        yield from (tag for tag in _list(listed) if isinstance(tag, str))
    yield from ("PII" if key == "pii" else key for key in _FLAGS if props.get(key) is True)
    yield from (f"{key}: {props[key]}" for key in _CLASSES if isinstance(props.get(key), str))


def _list(value: Json) -> list[Json]:
    return value if isinstance(value, list) else [value] if isinstance(value, str) else []


def _type_tags(type_: Type, names: Mapping[str, Named]) -> Iterator[str]:
    match type_:
        case Primitive(props=props):
            yield from _tags(props)
        case Array(items=inner, props=props) | Map(values=inner, props=props):
            yield from _tags(props)
            yield from _type_tags(inner, names)
        case Union(branches=branches):
            for branch in branches:
                yield from _type_tags(branch, names)
        case Ref(name=name):
            # The named type alone: its fields carry their own tags and are compared on their own.
            yield from _tags(names[name].props)
