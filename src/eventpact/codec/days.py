"""The share that a day has in a timestamp on the wire, looked up rather than worked out again.

A timestamp of today is a number of 42 bits (milliseconds, doubled by zigzag) or 52 (microseconds), too large for the
interpreter's fast arithmetic of 30 bits. But a stream of events knows few days, and the rest of the number is small.
"""

from __future__ import annotations

from typing import Final, TypeAlias

from eventpact.codec.wire import write_varint

__all__ = ["MICRO_DAYS", "MILLI_DAYS", "Share", "micro_day", "milli_day"]

Share: TypeAlias = tuple[int, tuple[str, ...]]
"""The lower 28 bits of the day's share, and the text of what is above them, for each carry that may come from below."""

MILLI_DAYS: Final[dict[int, Share]] = {}
"""By days since 1970, for doubled milliseconds."""

MICRO_DAYS: Final[dict[int, Share]] = {}
"""By days since 1970, for doubled microseconds without their lowest seven bits, which are none of the day's."""

# The tables are emptied when they are full. Years 1 to 9999 have 3.6 million days, and a stranger may ask for each.
_MOST: Final = 1_000


def milli_day(days: int) -> Share | None:
    """The share of a day, put into the table; ``None`` for a number that is too short for this."""
    # 86,400,000 milliseconds doubled are less than one carry out of 28 bits.
    return _share(MILLI_DAYS, days, days * 172_800_000, carries=2)


def micro_day(days: int) -> Share | None:
    """The same for microseconds: 172,800,000,000 is 128 times 1,350,000,000, which is up to six carries."""
    return _share(MICRO_DAYS, days, days * 1_350_000_000, carries=7)


def _share(table: dict[int, Share], days: int, bits: int, carries: int) -> Share | None:
    high = bits >> 28
    if high <= 0:
        return None
    if len(table) >= _MOST:
        table.clear()
    share = bits & 0xFFFFFFF, tuple(write_varint(high + carry) for carry in range(carries))
    table[days] = share
    return share
