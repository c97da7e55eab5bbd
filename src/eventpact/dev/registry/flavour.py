"""How registries differ in what they say over HTTP, as rows. Redpanda's is what the twin is for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from eventpact.dev.registry.call import Answer, refused, reply

__all__ = ["CONFLUENT", "FLAVOURS", "REDPANDA", "Flavour"]


@dataclass(frozen=True, slots=True)
class Flavour:
    """
    Attributes:
        codes: error codes that are others than Redpanda's, by Redpanda's. Redpanda blames itself, with 500, for what
            is wrong in a look-up.
        invalid_schema: a text that is no Avro schema, in a registration or a check.
        not_found: the whole answer to an unknown path.
        lenient_config: ``PUT /config`` takes properties that mean nothing here, and may name no level.
    """

    name: str
    codes: Mapping[int, int] = field(default_factory=dict[int, int])
    invalid_schema: int = 422
    not_found: Answer = field(default_factory=lambda: reply({"message": "Not found", "code": 404}, 404))
    lenient_config: bool = False


REDPANDA: Final = Flavour("redpanda")

CONFLUENT: Final = Flavour(
    "confluent",
    codes={409: 40901, 40002: 404, 500: 42201},
    invalid_schema=42201,
    not_found=refused(404, "HTTP 404 Not Found"),
    lenient_config=True,
)

FLAVOURS: Final[Mapping[str, Flavour]] = {flavour.name: flavour for flavour in (REDPANDA, CONFLUENT)}
