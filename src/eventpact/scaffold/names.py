"""What a new contract repository calls things. One name is asked for; the others follow from it."""

from __future__ import annotations

import keyword
import re
import sys
from dataclasses import dataclass
from typing import Final, Self

from eventpact.contract import Topic

__all__ = ["Names", "contract_from"]

_CONTRACT: Final = re.compile(r"[a-z][a-z0-9]*([_-][a-z0-9]+)*")
_EVENT: Final = re.compile(r"[A-Z][A-Za-z0-9]*")
_PART: Final = re.compile(r"[a-z][a-z0-9_]*")
_OWNER: Final = re.compile(r"@?[A-Za-z0-9][A-Za-z0-9 ._/+@-]*")

# What a folder of contracts is often called: said once, not in every name.
_SUFFIXES: Final = ("-contracts", "-contract", "-events", "-event")


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """Every name of the repository. What a name is for, and its rule, is part of the error when it breaks one.

    Raises:
        ValueError: a name would be refused later: by Avro, Python, Kafka or the schema rules.
    """

    contract: str
    event: str
    namespace: str
    package: str
    topic: str
    owner: str

    def __post_init__(self) -> None:
        _match(
            _CONTRACT, "contract", self.contract, "lower-case words with - between them, such as order or card-payment"
        )
        _match(_EVENT, "event", self.event, "a class name such as OrderPlaced")
        if keyword.iskeyword(self.event):
            raise ValueError(f"event: {self.event!r} is a word of Python")
        for part in self.namespace.split("."):
            _match(_PART, "namespace", part, "lower-case identifiers with dots between them, such as com.example.shop")
        _match(_PART, "package", self.package, "one lower-case identifier, such as shop_events")
        if keyword.iskeyword(self.package) or self.package in sys.stdlib_module_names or self.package == "eventpact":
            raise ValueError(f"package: {self.package!r} is taken by Python or eventpact itself")
        try:
            Topic(self.topic, 1)
        except ValueError as error:
            raise ValueError(f"topic: {error}") from None
        _match(_OWNER, "owner", self.owner, "a team, such as team-shop or @example/shop")

    @classmethod
    def of(
        cls,
        contract: str,
        *,
        event: str | None = None,
        namespace: str | None = None,
        package: str | None = None,
        topic: str | None = None,
        owner: str | None = None,
    ) -> Self:
        """The given names, and for each that is not given the one that follows from the contract's."""
        stem = contract.replace("-", "_")
        plural = stem if stem.endswith("events") else f"{stem}_events"
        return cls(
            contract=contract,
            event=event if event is not None else "".join(w.capitalize() for w in stem.split("_")) + "Event",
            namespace=namespace if namespace is not None else f"com.example.{stem}",
            package=package if package is not None else plural,
            topic=topic if topic is not None else plural.replace("_", "-"),
            owner=owner if owner is not None else f"team-{contract}",
        )

    @property
    def schema_file(self) -> str:
        """File name of the event's schema: the event's name in snake case."""
        return f"{self._snake}.avsc"

    @property
    def strategy(self) -> str:
        """What `eventpact generate` calls the event's strategy."""
        return f"{self._snake.removesuffix('_event')}_events"

    @property
    def _snake(self) -> str:
        return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", self.event).lower()


def contract_from(folder: str) -> str:
    """The contract's name that a folder's name suggests: shop-contracts is about shop."""
    name = folder.lower().replace("_", "-").replace(" ", "-").strip("-.")
    for suffix in _SUFFIXES:
        name = name.removesuffix(suffix)
    return name


def _match(rule: re.Pattern[str], what: str, value: str, expected: str) -> None:
    if not rule.fullmatch(value):
        raise ValueError(f"{what}: {value!r} is not {expected}")
