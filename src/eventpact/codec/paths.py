"""Places in an event, such as ``$.lines[2].price``."""

from __future__ import annotations

import json
import re
from typing import Final

__all__ = ["below", "entry", "item"]

_PLAIN: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")
_LONGEST_KEY: Final = 64


def below(path: str, field: str) -> str:
    """The place of a record's field, by its name on the wire."""
    return f"{path}.{field}" if _PLAIN.match(field) else f"{path}[{json.dumps(field)}]"


def item(path: str, index: int) -> str:
    """The place of an array's item."""
    return f"{path}[{index}]"


def entry(path: str, key: object, secret: bool) -> str:
    """The place of a map's entry. A key is a value too: in a tagged field it stays hidden, and so does a long one."""
    if secret or not isinstance(key, str) or len(key) > _LONGEST_KEY:
        return f"{path}[*]"
    return f"{path}[{json.dumps(key)}]"
