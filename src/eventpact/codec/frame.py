"""Confluent's frame around a body: magic byte 0, then the schema id as 4 bytes, big-endian."""

from __future__ import annotations

from typing import Final

from eventpact.errors import FrameError
from eventpact.ids import SchemaId

__all__ = ["frame", "prefix", "unframe"]

_MAGIC: Final = b"\x00"
_SIZE: Final = 5


def prefix(schema_id: SchemaId) -> bytes:
    """The five bytes in front of a body."""
    if not 0 <= schema_id < 2**31:
        raise FrameError("a schema id must be from 0 to 2147483647")
    return _MAGIC + schema_id.to_bytes(4, "big")


def frame(schema_id: SchemaId, body: bytes) -> bytes:
    """The record value for a body."""
    return prefix(schema_id) + body


def unframe(value: bytes) -> tuple[SchemaId, bytes]:
    """Schema id and body of a record value. Raises FrameError when the frame is not there or not complete."""
    if len(value) < _SIZE:
        raise FrameError(f"{len(value)} bytes; the frame alone takes {_SIZE}", offset=0)
    if value[:1] != _MAGIC:
        # 1 is the frame with a GUID, which no registry of ours hands out.
        raise FrameError(
            "the first byte is not the magic byte 0: not written by a schema-registry serializer", offset=0
        )
    return SchemaId(int.from_bytes(value[1:_SIZE], "big")), value[_SIZE:]
