"""Pieces: the insides of an f-string, in the order of the wire."""

from __future__ import annotations

from collections.abc import Sequence

from eventpact.codec.wire import write_long

__all__ = ["joined", "literal"]


def literal(number: int) -> str:
    """The piece that is a number known while generating, such as the index of a union's branch."""
    return "".join(f"\\x{ord(char):02x}" for char in write_long(number))


def joined(pieces: Sequence[str]) -> str:
    """The expression for all pieces together."""
    text = "".join(pieces)
    if len(pieces) == 1 and text.startswith("{"):
        return text[1:-1]
    return f'f"{text}"' if "{" in text else f'"{text}"'
