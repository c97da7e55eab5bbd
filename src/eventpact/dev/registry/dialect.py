"""The endpoints as rows, and one function that answers a call by them."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, TypeAlias

from eventpact.dev.registry import levels, modes, schemas, subjects
from eventpact.dev.registry.call import MEDIA_TYPES, Answer, Call, RefusedError, refused, reply
from eventpact.dev.registry.flavour import CONFLUENT, REDPANDA, Flavour
from eventpact.dev.registry.guard import Credentials, stranger
from eventpact.errors import IncompatibleError, RegistryError, SchemaError
from eventpact.registry import MemoryRegistry

__all__ = ["ENDPOINTS", "MORE_ENDPOINTS", "Endpoint", "answer"]

log = logging.getLogger(__name__)

Handler: TypeAlias = Callable[[MemoryRegistry, Call], Answer]

ACCEPTED_BODIES: Final = frozenset({*MEDIA_TYPES, "application/octet-stream"})
WITH_BODY: Final = frozenset({"POST", "PUT"})
LARGEST_BODY: Final = 8 * 1024 * 1024
CONTEXTS: Final = "contexts"


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A method, a path with ``{parameters}``, and who answers. ``open``: nobody is asked for a password."""

    method: str
    path: str
    handler: Handler
    open: bool = False

    @property
    def segments(self) -> tuple[str, ...]:
        return tuple(self.path[1:].split("/"))


def ready(registry: MemoryRegistry, call: Call) -> Answer:
    return Answer(200, b"")


def hello(registry: MemoryRegistry, call: Call) -> Answer:
    return reply({})


ENDPOINTS: Final = (
    Endpoint("GET", "/status/ready", ready, open=True),
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
    Endpoint("GET", "/schemas/types", schemas.list_types, open=True),
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
    Endpoint("GET", "/mode", modes.get_mode),
    Endpoint("PUT", "/mode", modes.set_mode),
    Endpoint("GET", "/mode/{subject}", modes.get_subject_mode),
    Endpoint("PUT", "/mode/{subject}", modes.set_subject_mode),
    Endpoint("DELETE", "/mode/{subject}", modes.clear_mode),
    Endpoint("GET", "/contexts", modes.list_contexts),
    Endpoint("DELETE", "/contexts/{context}", modes.delete_context),
)

MORE_ENDPOINTS: Final = (
    Endpoint("GET", "/", hello),
    Endpoint("DELETE", "/config", levels.clear_global_level),
    Endpoint("DELETE", "/mode", modes.clear_global_mode),
    Endpoint("POST", "/compatibility/subjects/{subject}/versions", levels.check_all),
)
"""What Confluent's registry has and Redpanda's has not."""


_Rows: TypeAlias = Mapping[tuple[str, int], Sequence[tuple[tuple[str, ...], Endpoint]]]


def _rows(endpoints: Iterable[Endpoint]) -> _Rows:
    """A call is compared with the few rows of its own method and length."""
    rows: dict[tuple[str, int], list[tuple[tuple[str, ...], Endpoint]]] = {}
    for endpoint in endpoints:
        rows.setdefault((endpoint.method, len(endpoint.segments)), []).append((endpoint.segments, endpoint))
    return rows


_ROWS: Final[Mapping[str, _Rows]] = {
    REDPANDA.name: _rows(ENDPOINTS),
    CONFLUENT.name: _rows((*ENDPOINTS, *MORE_ENDPOINTS)),
}


def answer(
    registry: MemoryRegistry, call: Call, flavour: Flavour = REDPANDA, credentials: Credentials | None = None
) -> Answer:
    """What the registry of that flavour would answer. Never raises. ``credentials``: who may ask; ``None``: anybody."""
    found = _find(_ROWS[flavour.name], _below_context(call))
    if found is None:
        # Unknown path and unknown method look the same, and in Redpanda unlike every other error.
        return flavour.not_found
    endpoint, call = found
    if credentials is not None and not endpoint.open and not credentials.admit(call.authorization):
        return stranger()
    try:
        media_type = _media_type(call.accept)
        _check_body(call)
        return replace(endpoint.handler(registry, replace(call, lenient=flavour.lenient_config)), media_type=media_type)
    except RefusedError as error:
        return _refused(flavour, error.code, error.message)
    except SchemaError as error:
        return _refused(flavour, flavour.invalid_schema, str(error))
    except IncompatibleError as error:
        message, *_ = str(error).splitlines()
        return _refused(flavour, error.code or 409, f"{message}, details: [{', '.join(error.reasons)}]")
    except RegistryError as error:
        return _refused(flavour, error.code or 500, str(error))
    except Exception:
        log.exception("the development registry failed at %s %r", call.method, call.path)
        return refused(500, "Internal server error")


def _refused(flavour: Flavour, code: int, message: str) -> Answer:
    return refused(flavour.codes.get(code, code), message)


def _below_context(call: Call) -> Call:
    """A path below ``/contexts/{c}/`` is the path behind it, asked in that context."""
    match call.path:
        case (first, context, _, *rest) if first == CONTEXTS and _context(context):
            return replace(call, path=(call.path[2], *rest), context=_context(context))
        case (first, context) if first == CONTEXTS and _context(context):
            return replace(call, path=(first, _context(context)))
        case _:
            return call


def _context(text: str) -> str:
    """``.staging``, which may also be written ``:.staging:``. Empty for what is no context's name."""
    name = text[1:-1] if text.startswith(":") and text.endswith(":") else text
    return name if name.startswith(".") and ":" not in name else ""


def _find(rows: _Rows, call: Call) -> tuple[Endpoint, Call] | None:
    for segments, endpoint in rows.get((call.method, len(call.path)), ()):
        parameters: dict[str, str] = {}
        for wanted, got in zip(segments, call.path, strict=True):
            if wanted.startswith("{") and got:
                parameters[wanted[1:-1]] = got
            elif wanted != got:
                break
        else:
            return endpoint, replace(call, parameters=parameters)
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
