"""Ids, versions and formats out of a call's path and query."""

from __future__ import annotations

from contextlib import suppress
from typing import Final, Literal

from eventpact.dev.registry.call import Call, RefusedError
from eventpact.errors import NotRegisteredError
from eventpact.ids import SchemaId, Version
from eventpact.registry import MAX_ID, MemoryRegistry, VersionChoice
from eventpact.registry.contexts import DEFAULT, context_of, qualified

__all__ = ["place_of_id", "refuse_format", "subject", "version"]

UNPARSABLE: Final = 40002
BAD_VERSION: Final = 42202
UNSUPPORTED: Final = 501


def subject(call: Call) -> str:
    """The qualified name of the subject in the path."""
    return qualified(call.parameters["subject"], call.context)


def place_of_id(registry: MemoryRegistry, call: Call) -> tuple[SchemaId, str]:
    """The id in the path and the context to look it up in: the path's, or that of the query's subject.

    A plain subject is looked for in the default context and then in the others; where none has it with this id, the
    subject does not matter.
    """
    number = _schema_id(call)
    named = call.query.get("subject", "")
    if not named or call.context != DEFAULT or context_of(named) != DEFAULT:
        return number, context_of(qualified(named, call.context))
    for context in registry.contexts():
        with suppress(NotRegisteredError):
            if qualified(named, context) in registry.subjects_of(number, context=context):
                return number, context
    return number, DEFAULT


def _schema_id(call: Call) -> SchemaId:
    # RefusedError 40002 when it is no 32-bit number.
    text = call.parameters["id"]
    number = _integer(text)
    if number is None:
        raise RefusedError(UNPARSABLE, f"Invalid parameter 'id' got '{text}'")
    return SchemaId(number)


def version(call: Call, newest: frozenset[str] = frozenset({"latest", "-1"})) -> VersionChoice:
    """The version in the path; the texts in ``newest`` mean the latest. RefusedError 42202 when it is none."""
    text = call.parameters["version"]
    if text in newest:
        latest: Literal["latest"] = "latest"
        return latest
    number = _integer(text)
    if number is None or number < 1:
        raise RefusedError(
            BAD_VERSION,
            f"The specified version '{text}' is not a valid version id. Allowed values are between [1, 2^31-1] and the"
            ' string "latest"',
        )
    return Version(number)


def refuse_format(call: Call) -> None:
    """RefusedError 501 for a format that Redpanda knows and does not offer; other texts are ignored."""
    if call.query.get("format") == "resolved":
        raise RefusedError(UNSUPPORTED, "The requested format 'resolved' is not supported")


def _integer(text: str) -> int | None:
    digits = text.removeprefix("-")
    if not digits.isascii() or not digits.isdigit() or len(digits) > 10:
        return None
    number = int(text)
    return number if -MAX_ID <= number <= MAX_ID else None
