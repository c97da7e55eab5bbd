"""Avro's duration: months, days and milliseconds, side by side.

Not a `datetime.timedelta`: a month has no fixed length, so the three parts never melt into one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

__all__ = ["Duration"]

_LIMIT: Final = 2**32


@dataclass(frozen=True, slots=True, kw_only=True)
class Duration:
    """Three counts, each from 0 to 2**32-1 (Avro 1.12, "Duration": three unsigned 32-bit integers)."""

    months: int = 0
    days: int = 0
    millis: int = 0

    def __post_init__(self) -> None:
        for name, value in (("months", self.months), ("days", self.days), ("millis", self.millis)):
            # bool is an int to isinstance, and to Avro it is not.
            if type(value) is not int or not 0 <= value < _LIMIT:
                raise ValueError(f"Duration.{name} must be an int from 0 to 4294967295")
