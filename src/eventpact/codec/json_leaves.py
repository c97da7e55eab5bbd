"""How a type without parts looks in JSON: exact in both directions, and never a value in a message."""

from __future__ import annotations

import base64
import binascii
import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from decimal import Decimal, InvalidOperation
from typing import Final, TypeVar
from uuid import UUID

from eventpact.codec.leaf import Unfit
from eventpact.codec.uuids import is_uuid_text
from eventpact.duration import Duration
from eventpact.schema.tree import Json

__all__ = ["JSON_LEAVES", "JsonLeaf", "zoned"]

T = TypeVar("T")

# Narrower than datetime.fromisoformat, which takes week dates and drops digits below a microsecond.
_DATE: Final = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_TIME: Final = re.compile(r"\d\d:\d\d(:\d\d(\.\d{1,6})?)?", re.ASCII)
_MOMENT: Final = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d(:\d\d(\.\d{1,6})?)?([Zz]|[+-]\d\d:\d\d)?", re.ASCII)
_DECIMAL: Final = re.compile(r"[+-]?\d{1,1000}(\.\d{1,1000})?([eE][+-]?\d{1,4})?", re.ASCII)
_SPECIAL: Final = {"NaN": math.nan, "Infinity": math.inf, "-Infinity": -math.inf}


@dataclass(frozen=True, slots=True)
class JsonLeaf:
    """`write` never fails for a value of the type; `read` raises Unfit."""

    write: Callable[..., Json]
    read: Callable[[Json], object]


def zoned(moment: datetime) -> str:
    """ISO 8601, UTC as Z."""
    text = moment.astimezone(UTC).isoformat()
    return text.removesuffix("+00:00") + "Z"


def _expect(value: Json, cls: type[T], words: str) -> T:
    if type(value) is cls:
        return value
    raise Unfit(f"expected {words}")


def _null(value: Json) -> None:
    if value is not None:
        raise Unfit("expected null")


def _boolean(value: Json) -> bool:
    return _expect(value, bool, "true or false")


def _integer(value: Json) -> int:
    return _expect(value, int, "a whole number")


def _text(value: Json) -> str:
    return _expect(value, str, "text")


def _real(value: Json) -> float:
    if type(value) is float:
        return value
    if type(value) is int:
        try:
            exact = float(value)
        except OverflowError:
            exact = math.inf
        if exact == value:
            return exact
        raise Unfit("a whole number that no double holds exactly", "precision")
    if type(value) is str and value in _SPECIAL:
        return _SPECIAL[value]
    raise Unfit('expected a number, or "NaN", "Infinity", "-Infinity"')


def _write_real(value: float) -> Json:
    if math.isfinite(value):
        return value
    return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"


def _bytes(value: Json) -> bytes:
    text = _expect(value, str, "bytes as base64 text")
    try:
        found = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        found = None
    # Base64 with loose bits at its end says the same bytes in other words: one form only.
    if found is None or _write_bytes(found) != text:
        raise Unfit("not base64 (RFC 4648, with padding)")
    return found


def _write_bytes(value: bytes) -> str:
    return base64.b64encode(value).decode("ascii")


def _decimal(value: Json) -> Decimal:
    text = _expect(value, str, 'a decimal as text, such as "12.50"; a JSON number would be rounded')
    if _DECIMAL.fullmatch(text) is None:
        raise Unfit('not a decimal such as "12.50"')
    try:
        return Decimal(text)
    except InvalidOperation:
        raise Unfit('not a decimal such as "12.50"') from None


def _uuid(value: Json) -> UUID:
    text = _expect(value, str, "a UUID as text")
    if len(text) != 36 or not text.isascii() or not is_uuid_text(text):
        raise Unfit("not a UUID in its 8-4-4-4-12 form")
    return UUID(text)


def _matching(value: Json, shape: re.Pattern[str], parse: Callable[[str], T], example: str) -> T:
    text = _expect(value, str, f'text such as "{example}"')
    if shape.fullmatch(text) is None:
        raise Unfit(f'expected ISO 8601, such as "{example}"')
    try:
        return parse(text.upper())
    except ValueError:
        raise Unfit(f'no such moment; expected ISO 8601, such as "{example}"', "range") from None


def _date(value: Json) -> date:
    return _matching(value, _DATE, date.fromisoformat, "2026-11-24")


def _time(value: Json) -> time:
    return _matching(value, _TIME, time.fromisoformat, "09:30:00.250")


def _instant(value: Json) -> datetime:
    moment = _matching(value, _MOMENT, datetime.fromisoformat, "2026-11-24T09:30:00Z")
    if moment.tzinfo is None:
        raise Unfit("a timestamp needs its zone: end it with Z or an offset such as +01:00")
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        raise Unfit("timestamp outside year 1 to 9999", "range") from None


def _local(value: Json) -> datetime:
    moment = _matching(value, _MOMENT, datetime.fromisoformat, "2026-11-24T09:30:00")
    if moment.tzinfo is not None:
        raise Unfit("a local timestamp has no zone: leave out Z and offset")
    return moment


def _duration(value: Json) -> Duration:
    words = 'a duration such as {"months": 0, "days": 1, "millis": 0}'
    parts = _expect(value, dict, words)
    if set(parts) != {"months", "days", "millis"}:
        raise Unfit(f"expected {words}")
    try:
        return Duration(**parts)
    except ValueError:
        raise Unfit("each part of a duration is a whole number from 0 to 4294967295", "range") from None


def _write_duration(value: Duration) -> Json:
    return {"months": value.months, "days": value.days, "millis": value.millis}


def _same(value: Json) -> Json:
    return value


JSON_LEAVES: Final[dict[str, JsonLeaf]] = {
    "null": JsonLeaf(_same, _null),
    "bool": JsonLeaf(_same, _boolean),
    "int": JsonLeaf(_same, _integer),
    "float": JsonLeaf(_write_real, _real),
    "str": JsonLeaf(_same, _text),
    "bytes": JsonLeaf(_write_bytes, _bytes),
    "Decimal": JsonLeaf(str, _decimal),
    "UUID": JsonLeaf(str, _uuid),
    "date": JsonLeaf(date.isoformat, _date),
    "time": JsonLeaf(time.isoformat, _time),
    "instant": JsonLeaf(zoned, _instant),
    "local": JsonLeaf(datetime.isoformat, _local),
    "Duration": JsonLeaf(_write_duration, _duration),
}
"""By the Python class of the values; a `datetime` is an instant or local, as the logical type says."""
