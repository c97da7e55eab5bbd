"""A request and its answer as values, and the refusals that only HTTP knows."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from eventpact.registry.contexts import DEFAULT

__all__ = ["MEDIA_TYPES", "Answer", "Call", "RefusedError", "refused", "reply"]

MEDIA_TYPES: Final = (
    "application/vnd.schemaregistry.v1+json",
    "application/vnd.schemaregistry+json",
    "application/json",
)
"""What an answer may be called; the first is the default."""

TRUE: Final = frozenset({"true", "1"})


@dataclass(frozen=True, slots=True)
class Call:
    """A request. ``path`` holds the path's segments, unquoted; ``parameters`` are those that the endpoint names.

    ``content_type``, ``accept`` and ``authorization`` are the headers as sent, ``None`` when there were none.
    ``context`` is the one that the path begins with. ``lenient``: bodies of ``PUT /config`` are read as Confluent does.
    """

    method: str
    path: tuple[str, ...]
    query: Mapping[str, str] = field(default_factory=dict[str, str])
    content_type: str | None = None
    accept: str | None = None
    body: bytes = b""
    authorization: str | None = None
    parameters: Mapping[str, str] = field(default_factory=dict[str, str])
    context: str = DEFAULT
    lenient: bool = False

    def flag(self, name: str) -> bool:
        """A query boolean: ``true`` in any letter case or ``1``; everything else is false."""
        return self.query.get(name, "").lower() in TRUE


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer; an empty ``body`` has no media type."""

    status: int
    body: bytes
    media_type: str = MEDIA_TYPES[0]


class RefusedError(Exception):
    """The call cannot be answered. ``code`` is Redpanda's error code, which is the HTTP status when below 600."""

    def __init__(self, code: int, message: str) -> None:
        self.code = code
        self.message = message
        super().__init__(message)


def reply(value: object, status: int = 200) -> Answer:
    """The value as JSON."""
    return Answer(status, json.dumps(value, ensure_ascii=False).encode("utf-8", "surrogatepass"))


def refused(code: int, message: str) -> Answer:
    """The error body. The HTTP status is the code, or the code without its last two digits."""
    return reply({"error_code": code, "message": message}, status_of(code))


def status_of(code: int) -> int:
    """The HTTP status of an error code."""
    return code if code < 600 else code // 100
