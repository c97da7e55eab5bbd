"""Request bodies, read as strictly as Redpanda reads them: an unknown property is an error."""

from __future__ import annotations

import json
from typing import Final

from eventpact.dev.registry.call import RefusedError
from eventpact.ids import SchemaId, Version
from eventpact.registry import MAX_ID, Reference, SchemaText
from eventpact.registry.mode import Mode
from eventpact.registry.registering import Entry
from eventpact.schema import Level

__all__ = ["level_body", "mode_body", "schema_body"]

UNREADABLE: Final = 422
EMPTY: Final = 42201
BAD_LEVEL: Final = 42203
BAD_MODE: Final = 42204
PROPERTIES: Final = frozenset({"schema", "schemaType", "references", "metadata", "ruleSet", "id", "version"})
CONFIG: Final = frozenset(
    {
        "compatibility",
        "alias",
        "normalize",
        "compatibilityGroup",
        "defaultMetadata",
        "overrideMetadata",
        "defaultRuleSet",
        "overrideRuleSet",
    }
)
OTHER_TYPES: Final = frozenset({"JSON", "PROTOBUF"})


def schema_body(body: bytes) -> Entry:
    """A schema in a request. RefusedError with code 422, or 42201 for an empty schema."""
    found = _object(body)
    _only(found, PROPERTIES)
    kind = found.get("schemaType", "AVRO")
    if isinstance(kind, str) and kind in OTHER_TYPES:
        raise RefusedError(UNREADABLE, f"this development registry holds Avro schemas only, not {kind}")
    if kind != "AVRO":
        raise RefusedError(UNREADABLE, "unknown schemaType")
    if found.get("ruleSet") is not None:
        raise RefusedError(UNREADABLE, "ruleSet must be null")
    properties = _properties(found.get("metadata"))
    text = found.get("schema", "")
    if not isinstance(text, str):
        raise RefusedError(UNREADABLE, "schema must be a string")
    references = found.get("references", [])
    if not isinstance(references, list):
        raise RefusedError(UNREADABLE, "references must be an array")
    if not text:
        raise RefusedError(EMPTY, "Empty schema")
    schema_id, version = _number(found, "id"), _number(found, "version")
    return Entry(
        SchemaText(text, tuple(map(_reference, references))),
        properties,
        None if schema_id is None else SchemaId(schema_id),
        None if version is None else Version(version),
    )


def level_body(body: bytes, *, lenient: bool = False) -> Level | None:
    """Raises RefusedError with code 422, or 42203 for an unknown level.

    Redpanda takes ``{}`` and sets NONE; nobody means that, so here it is an unknown level. ``lenient``: Confluent's
    other properties are passed over, and ``None`` says that the body names no level.
    """
    found = _object(body)
    _only(found, CONFIG if lenient else frozenset({"compatibility"}))
    if lenient and found.get("compatibility") is None:
        return None
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


def mode_body(body: bytes) -> Mode:
    """Raises RefusedError with code 422, or 42204 for an unknown mode."""
    found = _object(body)
    _only(found, frozenset({"mode"}))
    try:
        return Mode(str(found.get("mode")))
    except ValueError:
        modes = ", ".join(Mode)
        raise RefusedError(BAD_MODE, f"Invalid mode. Valid values are {modes}") from None


def _properties(metadata: object) -> dict[str, str] | None:
    """The properties; ``None`` for no metadata, which is another thing than metadata without properties."""
    if metadata is None:
        return None
    if not isinstance(metadata, dict) or set(metadata) - {"properties"}:
        raise RefusedError(UNREADABLE, "metadata must be null or hold properties only")
    properties = metadata.get("properties")
    if properties is None:
        return {}
    if not isinstance(properties, dict) or not all(isinstance(value, str) for value in properties.values()):
        raise RefusedError(UNREADABLE, "metadata.properties must be an object of strings")
    return properties


def _number(found: dict[str, object], name: str) -> int | None:
    """An explicit id or version. -1 means that there is none."""
    number = found.get(name, -1)
    if not isinstance(number, int) or isinstance(number, bool) or not (number == -1 or 0 < number <= MAX_ID):
        raise RefusedError(UNREADABLE, f"{name} must be a number from 1 to 2^31-1, or -1 for none")
    return None if number == -1 else number


def _reference(found: object) -> Reference:
    match found:
        case {"name": str(name), "subject": str(subject), "version": int(version), **rest} if (
            not rest and not isinstance(version, bool) and 0 < version <= MAX_ID
        ):
            return Reference(name, subject, Version(version))
        case _:
            raise RefusedError(UNREADABLE, "a reference needs name, subject and version")
