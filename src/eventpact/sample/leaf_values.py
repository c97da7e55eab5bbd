"""Values of types without parts, drawn from a seeded generator and from nothing else: no clock, no entropy."""

from __future__ import annotations

import datetime as dt
import math
from decimal import Decimal
from random import Random
from typing import Final
from uuid import UUID

from eventpact.duration import Duration
from eventpact.sample.texts import text
from eventpact.schema.tree import Fixed, LogicalKind, Primitive, Props

__all__ = ["CLOCKS", "leaf_value"]

CLOCKS: Final = (UUID, dt.date, dt.time, dt.datetime)
"""Classes whose proposals come from the clock or from the system's entropy, so that no seed would repeat them."""

_FIRST: Final = dt.datetime(2024, 1, 1, tzinfo=dt.UTC)
_SPAN: Final = 3 * 365 * 86_400_000
_LOCAL: Final = (LogicalKind.LOCAL_TIMESTAMP_MILLIS, LogicalKind.LOCAL_TIMESTAMP_MICROS)


def leaf_value(type_: Primitive | Fixed, python: type, props: Props, rng: Random) -> object:
    """A value of the class ``python`` that keeps to ``props`` where it can."""
    if python is str:
        return text(props, rng)
    if python is bool:
        return rng.random() < 0.5
    if python is int:
        return rng.randint(*_bounds(props, 1000))
    if python is float:
        low, high = _bounds(props, 1000)
        return float(rng.randint(low, high)) if high - low > 2 else _between(props, rng)
    if python is Decimal:
        return _decimal(type_, props, rng)
    if python is bytes:
        return rng.randbytes(type_.size if isinstance(type_, Fixed) else 8)
    if python is UUID:
        return UUID(int=rng.getrandbits(128), version=4)
    if python is Duration:
        return Duration(months=rng.randint(0, 11), days=rng.randint(0, 30), millis=rng.randint(0, 86_399_999))
    if python in CLOCKS:
        return _moment(type_, python, rng)
    return None


def _moment(type_: Primitive | Fixed, python: type, rng: Random) -> object:
    moment = _FIRST + dt.timedelta(milliseconds=rng.randrange(_SPAN))
    if python is dt.date:
        return moment.date()
    if python is dt.time:
        return moment.time()
    local = type_.logical is not None and type_.logical.kind in _LOCAL
    return moment.replace(tzinfo=None) if local else moment


def _decimal(type_: Primitive | Fixed, props: Props, rng: Random) -> Decimal:
    precision, scale = (type_.logical.precision, type_.logical.scale) if type_.logical else (1, 0)
    digits = min(precision, scale + 4)
    if isinstance(type_, Fixed):
        # What fits the bytes for sure.
        digits = min(digits, max(1, math.floor((8 * type_.size - 1) * math.log10(2))))
    if {"minimum", "maximum"} & props.keys():
        low, high = _bounds(props, 10 ** max(0, precision - scale) - 1)
        return Decimal(f"{rng.randint(low, high)}")
    return Decimal(f"{rng.randint(0, 10**digits - 1)}e-{scale}")


def _bounds(props: Props, room: int) -> tuple[int, int]:
    """Whole numbers within the bounds, ``room`` wide where one is missing."""
    least, most = props.get("minimum"), props.get("maximum")
    low = math.ceil(least) if isinstance(least, int | float) else None
    high = math.floor(most) if isinstance(most, int | float) else None
    if low is None:
        low = 0 if high is None or high >= 0 else high - room
    if high is None:
        high = low + room
    return low, max(low, high)


def _between(props: Props, rng: Random) -> float:
    least, most = props.get("minimum"), props.get("maximum")
    low = float(least) if isinstance(least, int | float) else 0.0
    high = float(most) if isinstance(most, int | float) else low + 1
    return rng.uniform(low, high)
