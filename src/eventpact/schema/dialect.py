"""How registries differ in what they call compatible, as rows.

``confluent`` is Java Avro, which the Confluent registry runs, and what decoders do. ``redpanda`` follows the checker of
Redpanda's registry; its plans tell that checker's verdict and are not for decoding.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

__all__ = ["DIALECTS", "Dialect", "DialectName", "dialect_named"]

DialectName: TypeAlias = Literal["confluent", "redpanda"]


@dataclass(frozen=True, slots=True)
class Dialect:
    """
    Attributes:
        full_names: named types match by full name; otherwise by simple name.
        type_aliases: the reader's type aliases count.
        field_aliases: whose field aliases count: the reader's, as everywhere, or the writer's, which no decoder does.
        deep_maps: map values are compared like everything else; otherwise by kind and name only.
        null_default: ``"default": null`` of a field of type null counts as a default.
    """

    name: DialectName
    full_names: bool
    type_aliases: bool
    field_aliases: Literal["reader", "writer"]
    deep_maps: bool
    null_default: bool


DIALECTS: Final[Mapping[str, Dialect]] = {
    "confluent": Dialect(
        "confluent", full_names=False, type_aliases=True, field_aliases="reader", deep_maps=True, null_default=True
    ),
    "redpanda": Dialect(
        "redpanda", full_names=True, type_aliases=False, field_aliases="writer", deep_maps=False, null_default=False
    ),
}


def dialect_named(name: str) -> Dialect:
    try:
        return DIALECTS[name]
    except KeyError:
        raise ValueError(f"the dialect is one of {', '.join(DIALECTS)}") from None
