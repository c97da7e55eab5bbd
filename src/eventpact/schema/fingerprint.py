"""Fingerprints of the canonical form (specification 1.12, "Schema Fingerprints")."""

from __future__ import annotations

import hashlib
from typing import Final

__all__ = ["crc64_avro", "sha256_hex"]

_EMPTY: Final = 0xC15D213AA4D7A795


def _row(index: int) -> int:
    value = index
    for _ in range(8):
        value = (value >> 1) ^ (_EMPTY if value & 1 else 0)
    return value


_TABLE: Final = tuple(map(_row, range(256)))


def crc64_avro(data: bytes) -> int:
    """The Rabin fingerprint, as an unsigned 64-bit number."""
    value = _EMPTY
    for byte in data:
        value = (value >> 8) ^ _TABLE[(value ^ byte) & 0xFF]
    return value


def sha256_hex(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
