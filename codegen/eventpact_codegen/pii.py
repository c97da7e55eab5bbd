"""Which fields hold personal data."""

from __future__ import annotations

from collections.abc import Mapping

from eventpact.schema.tree import Array, Field, Fixed, Map, Named, Primitive, Props, Record, Ref, Type, Union

__all__ = ["is_personal"]


def is_personal(field: Field, names: Mapping[str, Named]) -> bool:
    """True when the field, or the type it has, is tagged: ``"confluent:tags": ["PII"]`` or ``"pii": true``."""
    return _tagged(field.props) or _type_tagged(field.type, names)


def _type_tagged(type_: Type, names: Mapping[str, Named]) -> bool:
    match type_:
        case Primitive(props=props):
            return _tagged(props)
        case Array(items, props):
            return _tagged(props) or _type_tagged(items, names)
        case Map(values, props):
            return _tagged(props) or _type_tagged(values, names)
        case Union(branches):
            return any(_type_tagged(branch, names) for branch in branches)
        case Ref(name):
            # A record's own fields are masked one by one, by the record's own class.
            named = names[name]
            return isinstance(named, Fixed | Record) and _tagged(named.props)


def _tagged(props: Props) -> bool:
    tags = props.get("confluent:tags")
    return props.get("pii") is True or (isinstance(tags, list) and "PII" in tags)
