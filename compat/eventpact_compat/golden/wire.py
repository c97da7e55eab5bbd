"""Avro's binary form, written out plainly a second time: golden payloads must not be made by what they test."""

from __future__ import annotations

__all__ = ["put_bytes", "put_long"]


def put_long(out: bytearray, number: int) -> None:
    """Zigzag, then seven bits a byte, least significant first (Avro 1.12, "Binary Encoding")."""
    left = number * 2 if number >= 0 else -number * 2 - 1
    while left >= 128:
        out.append(128 + left % 128)
        left //= 128
    out.append(left)


def put_bytes(out: bytearray, data: bytes) -> None:
    """The length as a long, then the bytes."""
    put_long(out, len(data))
    out += data
