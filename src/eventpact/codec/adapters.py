"""Our codec where confluent's serializers fit: objects that are called with ``(value, context)``.

`SerializingProducer`, `DeserializingConsumer` and the frameworks that accept such objects take ours. Who knows ids is
given in as functions, so that this room knows no registry and no Kafka client.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Final, Generic, Protocol, TypeVar
from uuid import UUID

from eventpact.codec.codec import Codec
from eventpact.codec.frame import prefix, unframe
from eventpact.errors import FrameError
from eventpact.ids import SchemaId
from eventpact.schema import Schema

__all__ = ["Context", "EventDeserializer", "EventSerializer"]

E = TypeVar("E")

_HEADERS: Final[Mapping[str, str]] = {"key": "__key_schema_id", "value": "__value_schema_id"}
_GUID_MAGIC: Final = 1


class Context(Protocol):
    """What confluent's ``SerializationContext`` offers: the topic, ``"key"`` or ``"value"``, and the headers."""

    @property
    def topic(self) -> str: ...

    @property
    def field(self) -> str: ...

    @property
    def headers(self) -> object: ...


class EventSerializer(Generic[E]):
    """Events to framed bytes. ``id_of`` gives the id under which the event's schema stands in a subject.

    The subject is that of the topic name strategy, ``<topic>-value``. It is asked for once per subject; what it raises
    goes to the caller. ``None`` becomes ``None``: a tombstone.
    """

    def __init__(self, codec: Codec[E], id_of: Callable[[str], SchemaId]) -> None:
        self._codec = codec
        self._id_of = id_of
        self._encoders: dict[str, Callable[[E], bytes]] = {}

    def __call__(self, event: E | None, context: Context | None = None) -> bytes | None:
        """The record value (or key). Raises EncodeError, and TypeError without a context."""
        if event is None:
            return None
        if context is None:
            raise TypeError("the serializer needs a context: the subject is made from its topic")
        subject = f"{context.topic}-{context.field}"
        encode = self._encoders.get(subject)
        if encode is None:
            encode = self._encoders[subject] = self._codec.encoder(prefix(self._id_of(subject)))
        return encode(event)


class EventDeserializer(Generic[E]):
    """Framed bytes to events. ``schema_of`` gives the schema of an id, ``schema_of_guid`` that of a GUID.

    The id stands in a header (``__value_schema_id``) or in front of the body; the header counts first, as it does for
    confluent's deserializer. Each schema is asked for once. ``None`` (a tombstone) stays ``None``.
    """

    def __init__(
        self,
        codec: Codec[E],
        schema_of: Callable[[SchemaId], Schema],
        schema_of_guid: Callable[[UUID], Schema] | None = None,
    ) -> None:
        self._codec = codec
        self._schema_of = schema_of
        self._schema_of_guid = schema_of_guid
        self._decoders: dict[SchemaId | UUID, Callable[[bytes], E]] = {}

    def __call__(self, data: bytes | None, context: Context | None = None) -> E | None:
        """The event. Raises DecodeError (FrameError without an id), ResolutionError, or what the lookups raise."""
        if data is None:
            return None
        header = _header(context)
        if header is None:
            schema_id, body = unframe(data)
            return self._decoder(schema_id)(body)
        return self._decoder(_named(header))(data)

    def _decoder(self, key: SchemaId | UUID) -> Callable[[bytes], E]:
        decode = self._decoders.get(key)
        if decode is None:
            decode = self._decoders[key] = self._codec.decoder(self._schema(key))
        return decode

    def _schema(self, key: SchemaId | UUID) -> Schema:
        if not isinstance(key, UUID):
            return self._schema_of(key)
        if self._schema_of_guid is None:
            raise FrameError("the header names its schema by GUID, and nobody here can look one up", offset=0)
        return self._schema_of_guid(key)


def _header(context: Context | None) -> bytes | None:
    if context is None or context.headers is None:
        return None
    name = _HEADERS.get(context.field)
    headers = context.headers
    pairs: Iterable[tuple[object, object]] = ()
    if isinstance(headers, Mapping):
        pairs = headers.items()
    elif isinstance(headers, list):
        pairs = headers
    for key, value in pairs:
        if key == name and isinstance(value, bytes):
            return value
    return None


def _named(header: bytes) -> SchemaId | UUID:
    """The id or GUID in a header: its magic byte says which."""
    if len(header) == 17 and header[0] == _GUID_MAGIC:
        return UUID(bytes=header[1:])
    schema_id, rest = unframe(header)
    if rest:
        raise FrameError(f"{len(rest)} bytes after the schema id in the header", offset=0)
    return schema_id
