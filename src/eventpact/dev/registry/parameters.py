"""Ids, versions and formats out of a call's path and query."""

from __future__ import annotations

from typing import Final, Literal

from eventpact.dev.registry.call import Call, RefusedError
from eventpact.ids import SchemaId, Version
from eventpact.registry import MAX_ID, VersionChoice

__all__ = ["refuse_format", "schema_id", "subject", "version"]

UNPARSABLE: Final = 40002
BAD_VERSION: Final = 42202
UNSUPPORTED: Final = 501


def subject(call: Call) -> str:
    """The subject in the path."""
    return call.parameters["subject"]


def schema_id(call: Call) -> SchemaId:
    """The id in the path. RefusedError 40002 when it is no 32-bit number."""
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
