"""Defaults of logical types: the JSON value of the underlying type, as the Python value it stands for."""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal
from typing import Final, assert_never
from uuid import UUID

from eventpact.schema.tree import Json, Logical, LogicalKind
from eventpact_codegen.expressions import Atom, Call, Expr
from eventpact_codegen.literals import text
from eventpact_codegen.scope import Scope

__all__ = ["logical_default"]

_EPOCH: Final = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_UUID: Final = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


def logical_default(logical: Logical, default: Json, scope: Scope, *, on_fixed: bool) -> Expr | None:
    """The expression, or ``None`` where the Python type is that of the underlying type.

    Raises:
        ValueError: the Python type cannot hold the value.
    """
    match logical.kind:
        case LogicalKind.DECIMAL:
            return _decimal(logical, _bytes(default), scope)
        case LogicalKind.UUID:
            return _uuid(str(UUID(bytes=_bytes(default))) if on_fixed else str(default), scope)
        case LogicalKind.DATE:
            day = _moment(_int(default) * 86_400_000_000)
            return Call(f"{scope.standard('dt')}.date", _numbers(day.year, day.month, day.day))
        case LogicalKind.TIME_MILLIS:
            return _time(_int(default) * 1000, scope)
        case LogicalKind.TIME_MICROS:
            return _time(_int(default), scope)
        case LogicalKind.TIMESTAMP_MILLIS:
            return _timestamp(_int(default) * 1000, scope)
        case LogicalKind.TIMESTAMP_MICROS:
            return _timestamp(_int(default), scope)
        case LogicalKind.LOCAL_TIMESTAMP_MILLIS:
            return _local(_int(default) * 1000, scope)
        case LogicalKind.LOCAL_TIMESTAMP_MICROS:
            return _local(_int(default), scope)
        case LogicalKind.DURATION:
            raw = _bytes(default)
            parts = [int.from_bytes(raw[i : i + 4], "little") for i in (0, 4, 8)]
            named = zip(("months", "days", "millis"), parts, strict=True)
            return Call(scope.standard("Duration"), tuple((name, Atom(str(part))) for name, part in named))
        case LogicalKind.BIG_DECIMAL | LogicalKind.TIMESTAMP_NANOS | LogicalKind.LOCAL_TIMESTAMP_NANOS:
            return None
        case other:
            assert_never(other)


def _decimal(logical: Logical, raw: bytes, scope: Scope) -> Expr:
    unscaled = int.from_bytes(raw, "big", signed=True)
    digits = str(abs(unscaled))
    if len(digits) > logical.precision:
        raise ValueError(f"it has {len(digits)} digits, the precision is {logical.precision}")
    # Built from digits: the default context would round what has more than 28 of them.
    value = Decimal((int(unscaled < 0), tuple(map(int, digits)), -logical.scale))
    made = str(value) if logical.scale == 0 else text(str(value))
    return Call(scope.standard("Decimal"), (("", Atom(made)),))


def _uuid(value: str, scope: Scope) -> Expr:
    if not _UUID.fullmatch(value):
        raise ValueError("it is not the text of a UUID")
    return Call(scope.standard("UUID"), (("", Atom(text(str(UUID(value))))),))


def _time(micros: int, scope: Scope) -> Expr:
    if not 0 <= micros < 86_400_000_000:
        raise ValueError("it is no time of day")
    found = _moment(micros)
    parts = [found.hour, found.minute, found.second, found.microsecond]
    return Call(f"{scope.standard('dt')}.time", _numbers(*_short(parts, 2)))


def _timestamp(micros: int, scope: Scope) -> Expr:
    found = _moment(micros)
    parts = [found.year, found.month, found.day, found.hour, found.minute, found.second, found.microsecond]
    module = scope.standard("dt")
    return Call(f"{module}.datetime", (*_numbers(*_short(parts, 3)), ("tzinfo", Atom(f"{module}.UTC"))))


def _local(micros: int, scope: Scope) -> Expr:
    made = _moment(micros).replace(tzinfo=None).isoformat()
    return Call(f"{scope.standard('dt')}.datetime.fromisoformat", (("", Atom(text(made))),))


def _moment(micros: int) -> dt.datetime:
    try:
        return _EPOCH + dt.timedelta(microseconds=micros)
    except OverflowError:
        raise ValueError("it is outside the years 1 to 9999") from None


def _short(parts: list[int], least: int) -> list[int]:
    while len(parts) > least and parts[-1] == 0:
        parts = parts[:-1]
    return parts


def _numbers(*values: int) -> tuple[tuple[str, Expr], ...]:
    return tuple(("", Atom(str(value))) for value in values)


def _int(value: Json) -> int:
    if type(value) is not int:
        raise ValueError("a whole number was expected")
    return value


def _bytes(value: Json) -> bytes:
    if not isinstance(value, str):
        raise ValueError("a text of bytes was expected")
    return value.encode("latin-1")
