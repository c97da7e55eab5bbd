"""How long a topic keeps its records, as people write it and read it."""

from __future__ import annotations

import re
from typing import Final

__all__ = ["milliseconds", "written"]

_UNITS: Final = {"ms": 1, "s": 1_000, "m": 60_000, "h": 3_600_000, "d": 86_400_000, "w": 604_800_000}
_TEXT: Final = re.compile(r"([0-9]{1,19})\s?(ms|s|m|h|d|w)")


def milliseconds(value: object) -> int | None:
    """``"7d"`` or ``604800000`` -> 604800000; ``"forever"`` -> ``None``.

    Raises:
        ValueError: neither of them, or nothing at all (a topic that keeps nothing is a mistake).
    """
    if value == "forever":
        return None
    if type(value) is int:
        found = value
    elif isinstance(value, str) and (match := _TEXT.fullmatch(value)):
        found = int(match[1]) * _UNITS[match[2]]
    else:
        raise ValueError('expected a duration such as "7d" (ms, s, m, h, d, w), whole milliseconds, or "forever"')
    if not 0 < found < 2**63:
        raise ValueError('a duration is positive and fits into 64 bits of milliseconds; "forever" keeps everything')
    return found


def written(ms: int | None) -> str:
    """The inverse of `milliseconds`, in the largest unit up to days that says it exactly."""
    if ms is None:
        return "forever"
    unit = next(unit for unit in ("d", "h", "m", "s", "ms") if ms % _UNITS[unit] == 0)
    return f"{ms // _UNITS[unit]}{unit}"
