"""Request bodies, read as strictly as Redpanda reads them: an unknown property is an error."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Final

from eventpact.dev.registry.call import RefusedError
from eventpact.ids import Version
from eventpact.registry import MAX_ID, Reference, SchemaText
from eventpact.schema import Level

__all__ = ["SchemaBody", "level_body", "schema_body"]

UNREADABLE: Final = 422
EMPTY: Final = 42201
BAD_LEVEL: Final = 42203
PROPERTIES: Final = frozenset({"schema", "schemaType", "references", "metadata", "ruleSet", "id", "version"})
OTHER_TYPES: Final = frozenset({"JSON", "PROTOBUF"})


@dataclass(frozen=True, slots=True)
class SchemaBody:
    """A schema in a request. ``imported`` says that it brings its own id or version, which only IMPORT mode allows."""

    schema: SchemaText
    imported: bool = False


def schema_body(body: bytes) -> SchemaBody:
    """Raises RefusedError with code 422, or 42201 for an empty schema."""
    found = _object(body)
    _only(found, PROPERTIES)
    kind = found.get("schemaType", "AVRO")
    if isinstance(kind, str) and kind in OTHER_TYPES:
        raise RefusedError(UNREADABLE, f"this development registry holds Avro schemas only, not {kind}")
    if kind != "AVRO":
        raise RefusedError(UNREADABLE, "unknown schemaType")
    if found.get("ruleSet") is not None:
        raise RefusedError(UNREADABLE, "ruleSet must be null")
    _check_metadata(found.get("metadata"))
    text = found.get("schema", "")
    if not isinstance(text, str):
        raise RefusedError(UNREADABLE, "schema must be a string")
    references = found.get("references", [])
    if not isinstance(references, list):
        raise RefusedError(UNREADABLE, "references must be an array")
    if not text:
        raise RefusedError(EMPTY, "Empty schema")
    return SchemaBody(SchemaText(text, tuple(map(_reference, references))), _is_imported(found))


def level_body(body: bytes) -> Level:
    """Raises RefusedError with code 422, or 42203 for an unknown level.

    Redpanda takes ``{}`` and sets NONE; nobody means that, so here it is an unknown level.
    """
    found = _object(body)
    _only(found, frozenset({"compatibility"}))
    try:
        return Level(str(found.get("compatibility")))
    except ValueError:
        levels = ", ".join(level.value.lower() for level in Level)
        raise RefusedError(BAD_LEVEL, f"Invalid compatibility level. Valid values are {levels}") from None


def _object(body: bytes) -> dict[str, object]:
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise RefusedError(UNREADABLE, "the body is not a JSON object")
    return found


def _only(found: dict[str, object], known: frozenset[str]) -> None:
    for name in found:
        if name not in known:
            raise RefusedError(UNREADABLE, f"Unrecognized field: {name}")


def _check_metadata(metadata: object) -> None:
    if metadata is None:
        return
    if not isinstance(metadata, dict) or set(metadata) - {"properties"}:
        raise RefusedError(UNREADABLE, "metadata must be null or hold properties only")
    if metadata.get("properties"):
        raise RefusedError(UNREADABLE, "this development registry does not keep metadata.properties")


def _is_imported(found: dict[str, object]) -> bool:
    """Does the body bring its own id or version? -1 means that it does not."""
    numbers = [found.get(name, -1) for name in ("id", "version")]
    if not all(isinstance(number, int) and not isinstance(number, bool) for number in numbers):
        raise RefusedError(UNREADABLE, "id and version must be numbers")
    return any(number != -1 for number in numbers)


def _reference(found: object) -> Reference:
    match found:
        case {"name": str(name), "subject": str(subject), "version": int(version), **rest} if (
            not rest and not isinstance(version, bool) and 0 < version <= MAX_ID
        ):
            return Reference(name, subject, Version(version))
        case _:
            raise RefusedError(UNREADABLE, "a reference needs name, subject and version")
