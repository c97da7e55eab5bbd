"""The only place that compiles."""

from __future__ import annotations

import linecache
import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from hashlib import sha256
from types import CodeType
from typing import Any

from eventpact.codec.source import Source

__all__ = ["build"]


def build(source: Source, entry: str, given: Mapping[str, object]) -> Callable[..., Any]:
    """The function named ``entry``, compiled, with further ``given`` globals. Its lines show in tracebacks."""
    namespace: dict[str, Any] = {**source.bound, **given}
    exec(_code(source.title, source.text), namespace)  # noqa: S102 - text of our emitters only
    function: Callable[..., Any] = namespace[entry]
    return function


@lru_cache(maxsize=256)
def _code(title: str, text: str) -> CodeType:
    digest = sha256(text.encode()).hexdigest()[:12]
    # Equal code is stored once, other code cannot collide.
    filename = f"<eventpact {re.sub('[^A-Za-z0-9_. ]', '_', title)[:80]} {digest}>"
    linecache.cache[filename] = (len(text), None, text.splitlines(keepends=True), filename)
    return compile(text, filename, "exec", dont_inherit=True)
