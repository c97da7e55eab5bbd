"""Texts that a pattern, a format and lengths allow."""

from __future__ import annotations

import string
from random import Random
from uuid import UUID

from eventpact.codec.pattern import compile_pattern
from eventpact.schema.tree import Props

__all__ = ["text"]


def text(props: Props, rng: Random) -> str:
    """A text that obeys ``props`` as a rule; whether it really does is the caller's question."""
    if props.get("format") == "uuid":
        return str(UUID(int=rng.getrandbits(128), version=4))
    pattern = props.get("pattern")
    if isinstance(pattern, str):
        from rstr import Rstr

        # Only its own generator has a look at the expression, so the anchors are Python's.
        return str(Rstr(rng).xeger(compile_pattern(pattern).pattern))
    least, most = props.get("minLength"), props.get("maxLength")
    low = least if isinstance(least, int) else 1
    high = most if isinstance(most, int) else max(low, 12)
    length = rng.randint(min(low, high), max(low, min(high, low + 12)))
    return "".join(rng.choices(string.ascii_lowercase, k=length))
