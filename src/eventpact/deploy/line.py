"""One thing that the doctor looked at."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

__all__ = ["APPLY", "PASTE", "Line", "several"]

APPLY: Final = "eventpact plan, then eventpact apply"
PASTE: Final = "paste all lines that `eventpact dev` prints, EVENTPACT_DEV_TOPICS too"


@dataclass(frozen=True, slots=True)
class Line:
    """``fix`` is empty where nothing is to be done."""

    state: Literal["ok", "warn", "fail"]
    what: str
    says: str
    fix: str = ""


def several(count: int, what: str) -> str:
    """``1 broker``, ``3 brokers``."""
    return f"{count} {what}" if count == 1 else f"{count} {what}s"
