"""The endpoints as rows, and one function that answers a call by them."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final, TypeAlias

from eventpact.dev.registry import levels, schemas, subjects
from eventpact.dev.registry.call import MEDIA_TYPES, Answer, Call, RefusedError, refused, reply
from eventpact.errors import IncompatibleError, RegistryError, SchemaError
from eventpact.registry import MemoryRegistry

__all__ = ["ENDPOINTS", "Endpoint", "answer"]

log = logging.getLogger(__name__)

Handler: TypeAlias = Callable[[MemoryRegistry, Call], Answer]

ACCEPTED_BODIES: Final = frozenset({*MEDIA_TYPES, "application/octet-stream"})
WITH_BODY: Final = frozenset({"POST", "PUT"})
LARGEST_BODY: Final = 8 * 1024 * 1024
INVALID_SCHEMA: Final = 422


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A method, a path with ``{parameters}``, and who answers."""

    method: str
    path: str
    handler: Handler

    @property
    def segments(self) -> tuple[str, ...]:
        return tuple(self.path[1:].split("/"))


def ready(registry: MemoryRegistry, call: Call) -> Answer:
    return Answer(200, b"")


ENDPOINTS: Final = (
    Endpoint("GET", "/status/ready", ready),
    Endpoint("GET", "/subjects", subjects.list_subjects),
    Endpoint("POST", "/subjects/{subject}", subjects.look_up),
    Endpoint("DELETE", "/subjects/{subject}", subjects.delete_subject),
    Endpoint("GET", "/subjects/{subject}/versions", subjects.list_versions),
    Endpoint("POST", "/subjects/{subject}/versions", subjects.register),
    Endpoint("GET", "/subjects/{subject}/versions/{version}", subjects.get_version),
    Endpoint("DELETE", "/subjects/{subject}/versions/{version}", subjects.delete_version),
    Endpoint("GET", "/subjects/{subject}/versions/{version}/schema", subjects.get_version_schema),
    Endpoint("GET", "/subjects/{subject}/versions/{version}/referencedby", subjects.referenced_by),
    Endpoint("GET", "/subjects/{subject}/versions/{version}/referencedBy", subjects.referenced_by),
    Endpoint("GET", "/schemas/types", schemas.list_types),
    Endpoint("GET", "/schemas/ids/{id}", schemas.get_schema),
    Endpoint("GET", "/schemas/ids/{id}/schema", schemas.get_schema_document),
    Endpoint("GET", "/schemas/ids/{id}/versions", schemas.list_places),
    Endpoint("GET", "/schemas/ids/{id}/subjects", schemas.list_subjects_of),
    Endpoint("POST", "/compatibility/subjects/{subject}/versions/{version}", levels.check),
    Endpoint("GET", "/config", levels.get_level),
    Endpoint("PUT", "/config", levels.set_level),
    Endpoint("GET", "/config/{subject}", levels.get_subject_level),
    Endpoint("PUT", "/config/{subject}", levels.set_subject_level),
    Endpoint("DELETE", "/config/{subject}", levels.clear_level),
    Endpoint("GET", "/mode", levels.get_mode),
    Endpoint("GET", "/mode/{subject}", levels.get_subject_mode),
    Endpoint("GET", "/contexts", levels.list_contexts),
)

# A call is compared with the few rows of its own method and length.
_ROWS: Final[dict[tuple[str, int], list[tuple[tuple[str, ...], Handler]]]] = {}
for _endpoint in ENDPOINTS:
    _key = (_endpoint.method, len(_endpoint.segments))
    _ROWS.setdefault(_key, []).append((_endpoint.segments, _endpoint.handler))


def answer(registry: MemoryRegistry, call: Call) -> Answer:
    """What Redpanda's registry would answer. Never raises."""
    found = _find(call)
    if found is None:
        # Unknown path and unknown method look the same, and unlike every other error.
        return reply({"message": "Not found", "code": 404}, 404)
    handler, call = found
    try:
        media_type = _media_type(call.accept)
        _check_body(call)
        return replace(handler(registry, call), media_type=media_type)
    except RefusedError as error:
        return refused(error.code, error.message)
    except SchemaError as error:
        return refused(INVALID_SCHEMA, str(error))
    except IncompatibleError as error:
        message, *_ = str(error).splitlines()
        return refused(error.code or 409, f"{message}, details: [{', '.join(error.reasons)}]")
    except RegistryError as error:
        return refused(error.code or 500, str(error))
    except Exception:
        log.exception("the development registry failed at %s %r", call.method, call.path)
        return refused(500, "Internal server error")


def _find(call: Call) -> tuple[Handler, Call] | None:
    for segments, handler in _ROWS.get((call.method, len(call.path)), ()):
        parameters: dict[str, str] = {}
        for wanted, got in zip(segments, call.path, strict=True):
            if wanted.startswith("{") and got:
                parameters[wanted[1:-1]] = got
            elif wanted != got:
                break
        else:
            return handler, replace(call, parameters=parameters)
    return None


def _media_type(accept: str | None) -> str:
    if accept is None:
        return MEDIA_TYPES[0]
    for item in accept.split(","):
        name = item.partition(";")[0].strip().lower()
        if name == "*/*":
            return MEDIA_TYPES[0]
        if name in MEDIA_TYPES:
            return name
    raise RefusedError(406, "HTTP 406 Not Acceptable")


def _check_body(call: Call) -> None:
    if call.method not in WITH_BODY:
        return
    if (call.content_type or "").partition(";")[0].strip().lower() not in ACCEPTED_BODIES:
        raise RefusedError(415, "HTTP 415 Unsupported Media Type")
    if len(call.body) > LARGEST_BODY:
        raise RefusedError(413, "HTTP 413 Payload Too Large")
