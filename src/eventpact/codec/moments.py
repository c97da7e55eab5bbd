"""Dates, times and timestamps, to the microsecond."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from eventpact.codec.leaf import Leaf, Unfit, exactly

__all__ = [
    "DATE",
    "EPOCH",
    "EPOCH_ORDINAL",
    "FROM_ORDINAL",
    "FROM_TIMESTAMP",
    "LOCAL_EPOCH",
    "LOCAL_MICROS",
    "LOCAL_MILLIS",
    "TIMESTAMP_MICROS",
    "TIMESTAMP_MILLIS",
    "TIME_MICROS",
    "TIME_MILLIS",
    "UTC",
]

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
LOCAL_EPOCH: Final = datetime(1970, 1, 1)  # noqa: DTZ001 - a local timestamp has no zone by definition
EPOCH_ORDINAL: Final = date(1970, 1, 1).toordinal()
# Bound once: a bound method is a new object each time it is looked up.
FROM_ORDINAL: Final = date.fromordinal
FROM_TIMESTAMP: Final = datetime.fromtimestamp
_DAY_MICROS: Final = 86_400_000_000


def _write_date(value: object) -> int:
    return exactly(value, date).toordinal() - EPOCH_ORDINAL


def _read_date(days: int) -> date:
    try:
        return date.fromordinal(days + EPOCH_ORDINAL)
    except (ValueError, OverflowError):
        raise Unfit("date outside year 1 to 9999", "range") from None


def _micros(span: timedelta) -> int:
    return (span.days * 86_400 + span.seconds) * 1_000_000 + span.microseconds


def _to_millis(micros: int) -> int:
    millis, rest = divmod(micros, 1000)
    if rest:
        raise Unfit("has digits below a millisecond; drop them where the value is made", "precision")
    return millis


def _write_instant(value: object) -> int:
    moment = exactly(value, datetime)
    if moment.utcoffset() is None:
        raise Unfit("expected an aware datetime; a naive one is another moment in every time zone")
    return _micros(moment - EPOCH)


def _write_local(value: object) -> int:
    moment = exactly(value, datetime)
    if moment.tzinfo is not None:
        raise Unfit("expected a naive datetime; a local timestamp cannot carry a zone")
    return _micros(moment - LOCAL_EPOCH)


def _read_moment(start: datetime, micros: int) -> datetime:
    try:
        return start + timedelta(microseconds=micros)
    except OverflowError:
        raise Unfit("timestamp outside year 1 to 9999", "range") from None


def _write_time(value: object) -> int:
    clock = exactly(value, time)
    if clock.tzinfo is not None:
        raise Unfit("expected a naive time; the wire cannot carry a zone")
    return ((clock.hour * 60 + clock.minute) * 60 + clock.second) * 1_000_000 + clock.microsecond


def _read_time(micros: int) -> time:
    if not 0 <= micros < _DAY_MICROS:
        raise Unfit("time of day outside 00:00 to 24:00", "range")
    seconds, micros = divmod(micros, 1_000_000)
    return time(seconds // 3600, seconds // 60 % 60, seconds % 60, micros)


DATE: Final = Leaf(date, _write_date, _read_date)
TIME_MILLIS: Final = Leaf(time, lambda value: _to_millis(_write_time(value)), lambda wire: _read_time(wire * 1000))
TIME_MICROS: Final = Leaf(time, _write_time, _read_time)
TIMESTAMP_MILLIS: Final = Leaf(
    datetime, lambda value: _to_millis(_write_instant(value)), lambda wire: _read_moment(EPOCH, wire * 1000)
)
TIMESTAMP_MICROS: Final = Leaf(datetime, _write_instant, lambda wire: _read_moment(EPOCH, wire))
LOCAL_MILLIS: Final = Leaf(
    datetime, lambda value: _to_millis(_write_local(value)), lambda wire: _read_moment(LOCAL_EPOCH, wire * 1000)
)
LOCAL_MICROS: Final = Leaf(datetime, _write_local, lambda wire: _read_moment(LOCAL_EPOCH, wire))
