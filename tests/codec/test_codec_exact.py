"""Exact or refused: every row of the type mapping, both columns."""

from __future__ import annotations

import math
from collections import OrderedDict
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from enum import IntEnum, StrEnum
from types import MappingProxyType
from typing import Any, NamedTuple
from uuid import UUID

import pytest

from eventpact.duration import Duration
from eventpact.errors import EncodeError
from tests.codec.one_field import OneField


class Colour(StrEnum):
    RED = "RED"


class Number(IntEnum):
    ONE = 1


class Pair(NamedTuple):
    left: str
    right: str


class Changing(Mapping[str, str]):
    """A mapping that promises two entries and gives none."""

    def __len__(self) -> int:
        return 2

    def __iter__(self) -> Iterator[str]:
        return iter(())

    def __getitem__(self, key: str) -> str:
        raise KeyError(key)


class Naming(datetime):
    pass


NAIVE = datetime(2026, 11, 3, 12, 0)  # noqa: DTZ001
AWARE = NAIVE.replace(tzinfo=UTC)
EAST = timezone(timedelta(hours=5, minutes=30))
_UUID = UUID("3f0c0e6e-7a0c-4f0e-9c3a-1b2c3d4e5f60")
_ENUM = {"type": "enum", "name": "Colour", "symbols": ["RED", "BLUE"]}
_FIXED = {"type": "fixed", "name": "Four", "size": 4}
_MAP = {"type": "map", "values": "string"}
_DECIMAL = {"type": "bytes", "logicalType": "decimal", "precision": 5, "scale": 2}
_FIXED_DECIMAL = {"type": "fixed", "name": "Money", "size": 3, "logicalType": "decimal", "precision": 6, "scale": 2}


def _logical(base: str, name: str) -> dict[str, object]:
    return {"type": base, "logicalType": name}


WRITTEN: list[tuple[object, list[object]]] = [
    ("null", [None]),
    ("boolean", [True, False]),
    ("int", [0, -(2**31), 2**31 - 1]),
    ("long", [0, -(2**63), 2**63 - 1]),
    ("float", [0.0, -0.5, math.inf, -math.inf, 3.4028234663852886e38]),
    ("double", [0.1, 1e300, math.inf]),
    ("bytes", [b"", b"\x00\xff"]),
    ("string", ["", "a\x00b", "naïve", "\U0001f600", "x" * 5000, "é" * 5000]),
    (_FIXED, [b"\x00\xff\x80\x7f"]),
    ({"type": "array", "items": "string"}, [(), ("a",), tuple("abc" * 1000)]),
    ({"type": "map", "values": "int"}, [{}, {"a": 1, "é": 2}]),
    (["null", "string"], [None, "text"]),
    (["string", "null"], [None, "text"]),
    (["null", "long", "string", "boolean"], [None, 5, "text", True]),
    (_DECIMAL, [Decimal("0.00"), Decimal("999.99"), Decimal("-999.99"), Decimal(7), Decimal("1E+1"), Decimal("-0")]),
    (_FIXED_DECIMAL, [Decimal("9999.99"), Decimal("-9999.99"), Decimal(0)]),
    (_logical("bytes", "big-decimal"), [b"\x00"]),
    (_logical("string", "uuid"), [_UUID]),
    ({"type": "fixed", "name": "Id", "size": 16, "logicalType": "uuid"}, [_UUID, UUID(int=0)]),
    (_logical("int", "date"), [date(1970, 1, 1), date.min, date.max]),
    (_logical("int", "time-millis"), [time.min, time(23, 59, 59, 999_000)]),
    (_logical("long", "time-micros"), [time.min, time.max]),
    (_logical("long", "timestamp-millis"), [AWARE, datetime.min.replace(tzinfo=UTC), AWARE.replace(year=9999)]),
    (_logical("long", "timestamp-micros"), [AWARE, datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)]),
    (_logical("long", "timestamp-nanos"), [2**63 - 1]),
    (_logical("long", "local-timestamp-millis"), [NAIVE, NAIVE.replace(year=1)]),
    (_logical("long", "local-timestamp-micros"), [NAIVE, NAIVE.replace(year=9999, microsecond=999_999)]),
    (_logical("long", "local-timestamp-nanos"), [-1]),
    (
        {"type": "fixed", "name": "Span", "size": 12, "logicalType": "duration"},
        [Duration(), Duration(months=2**32 - 1, days=1, millis=2)],
    ),
    (_logical("string", "no-such-thing"), ["text"]),
    (_logical("string", "date"), ["text"]),
]

REFUSED: list[tuple[object, list[object], str]] = [
    ("null", [0, "", False], "type"),
    ("boolean", [0, 1, "true", None], "type"),
    ("int", [True, 1.0, "1", None, Number.ONE, Decimal(1)], "type"),
    ("int", [2**31, -(2**31) - 1, 2**40], "range"),
    ("long", [True, 1.0, Number.ONE], "type"),
    ("long", [2**63, -(2**63) - 1], "range"),
    ("float", [True, "1", Decimal(1), None], "type"),
    ("float", [1e39, -1e300, 2**2000], "range"),
    ("float", [2**24 + 1], "precision"),
    ("double", [True, Decimal("1.5")], "type"),
    ("double", [2**53 + 1], "precision"),
    ("double", [2**2000], "range"),
    ("bytes", ["a", bytearray(b"a"), memoryview(b"a"), None], "type"),
    ("string", [b"a", None, 1, Colour.RED, "\ud800", "a\udfff"], "type"),
    (_FIXED, [b"123", b"12345"], "range"),
    (_FIXED, ["1234", bytearray(b"1234")], "type"),
    (_ENUM, ["RED", Colour.RED, 0, None], "type"),
    ({"type": "array", "items": "string"}, [["a"], "abc", b"ab", {"a": 1}, iter(()), Pair("a", "b")], "type"),
    ({"type": "map", "values": "int"}, [{1: 1}, [("a", 1)], None, {Colour.RED: 1}], "type"),
    ({"type": "record", "name": "Inner", "fields": []}, [{}, None, Pair("a", "b")], "type"),
    (["null", "string"], [1, b"a", Colour.RED], "union"),
    (["null", "long", "string"], [1.0, b"a", True], "union"),
    (_DECIMAL, [1.5, 1, "1.5", None], "type"),
    (_DECIMAL, [Decimal("NaN"), Decimal("sNaN"), Decimal("Infinity")], "range"),
    (
        _DECIMAL,
        [Decimal("0.001"), Decimal("1.230"), Decimal(1000), Decimal("1E+1000000"), Decimal("1E-999999")],
        "precision",
    ),
    (_FIXED_DECIMAL, [Decimal(10000), Decimal("0.001")], "precision"),
    (_logical("string", "uuid"), [str(_UUID), _UUID.bytes, None], "type"),
    ({"type": "fixed", "name": "Id", "size": 16, "logicalType": "uuid"}, [_UUID.bytes, str(_UUID)], "type"),
    (_logical("int", "date"), [NAIVE, AWARE, 1], "type"),
    (_logical("int", "time-millis"), [time(1, tzinfo=UTC), 1, NAIVE], "type"),
    (_logical("int", "time-millis"), [time(1, 1, 1, 1)], "precision"),
    (_logical("long", "time-micros"), [time(1, tzinfo=UTC)], "type"),
    (_logical("long", "timestamp-millis"), [NAIVE, date(2026, 1, 1), 1, Naming(2026, 1, 1, tzinfo=UTC)], "type"),
    (_logical("long", "timestamp-millis"), [AWARE.replace(microsecond=1)], "precision"),
    (_logical("long", "timestamp-micros"), [NAIVE, 1_700_000_000], "type"),
    (_logical("long", "timestamp-nanos"), [AWARE, 1.0], "type"),
    (_logical("long", "timestamp-nanos"), [2**63], "range"),
    (_logical("long", "local-timestamp-millis"), [AWARE], "type"),
    (_logical("long", "local-timestamp-millis"), [NAIVE.replace(microsecond=999)], "precision"),
    (_logical("long", "local-timestamp-micros"), [AWARE], "type"),
    ({"type": "fixed", "name": "Span", "size": 12, "logicalType": "duration"}, [timedelta(days=1), b"0" * 12], "type"),
]


@pytest.mark.parametrize(("type_", "values"), WRITTEN, ids=[repr(row[0])[:60] for row in WRITTEN])
def test_what_the_mapping_accepts_comes_back_equal(type_: object, values: list[Any]) -> None:
    one = OneField(type_)
    for value in values:
        back = one.decode(one.encode(value))

        assert back == value
        assert type(back) is type(value)


@pytest.mark.parametrize(("type_", "values", "rule"), REFUSED, ids=[f"{row[0]!r:.60} {row[2]}" for row in REFUSED])
def test_what_cannot_be_written_exactly_is_refused_with_path_and_rule(
    type_: object, values: list[object], rule: str
) -> None:
    one = OneField(type_)
    for value in values:
        with pytest.raises(EncodeError) as caught:
            one.encode(value)

        assert caught.value.path.startswith("$.value")
        assert caught.value.rule == rule
        assert caught.value.__context__ is None


def test_not_a_number_is_written_and_read() -> None:
    for kind in ("float", "double"):
        one = OneField(kind)

        assert math.isnan(one.decode(one.encode(math.nan)))


def test_an_exact_int_is_written_where_a_float_belongs_and_comes_back_as_float() -> None:
    for kind in ("float", "double"):
        one = OneField(kind)

        assert type(one.decode(one.encode(2**24))) is float


def test_a_float_is_rounded_to_its_32_bits() -> None:
    one = OneField("float")

    assert one.decode(one.encode(0.1)) == 0.10000000149011612


def test_a_moment_of_any_zone_comes_back_as_the_same_moment_in_utc() -> None:
    for unit in ("millis", "micros"):
        one = OneField(_logical("long", f"timestamp-{unit}"))
        back = one.decode(one.encode(NAIVE.replace(tzinfo=EAST)))

        assert back == NAIVE.replace(tzinfo=EAST)
        assert back.tzinfo is UTC


def test_a_decimal_comes_back_with_exactly_its_scale() -> None:
    one = OneField(_DECIMAL)

    assert str(one.decode(one.encode(Decimal("1E+1")))) == "10.00"


def test_a_mapping_of_any_kind_is_written() -> None:
    one = OneField({"type": "map", "values": "int"})
    for value in (OrderedDict(a=1), MappingProxyType({"a": 1})):
        assert one.decode(one.encode(value)) == {"a": 1}


def test_a_mapping_that_lies_about_its_length_cannot_break_the_bytes() -> None:
    one = OneField({"type": "map", "values": "string"})

    assert one.decode(one.encode(Changing())) == {}


def test_a_float_goes_to_the_float_branch_and_an_int_to_the_int_branch() -> None:
    both = OneField(["double", "int"])

    assert both.encode(5)[0] == 2
    assert both.encode(5.0)[0] == 0
    assert OneField(["null", "double"]).encode(5)[0] == 2


def test_enums_that_share_a_symbol_keep_their_branches() -> None:
    other = {"type": "enum", "name": "Other", "symbols": ["BLUE", "RED"]}
    one = OneField([_ENUM, other])
    types = {cls.__name__: cls for cls in vars(__import__("sys").modules[one.cls.__module__])["AVRO_TYPES"].values()}

    assert one.encode(types["Colour"]("RED")) == b"\x00\x00"
    assert one.encode(types["Other"]("RED")) == b"\x02\x02"


@pytest.mark.parametrize("unit", ["millis", "micros"])
def test_the_first_and_the_last_moment_of_any_day_come_back(unit: str) -> None:
    """The day's share of a timestamp is looked up and carries are added: the last moment has the largest carry."""
    one = OneField(_logical("long", f"timestamp-{unit}"))
    last = timedelta(days=1) - (timedelta(milliseconds=1) if unit == "millis" else timedelta(microseconds=1))
    start = datetime(1960, 1, 1, tzinfo=UTC)
    for day in range(0, 100_000, 17):
        for moment in (start + timedelta(days=day), start + timedelta(days=day) + last):
            assert one.decode(one.encode(moment)) == moment


class Grumpy(Mapping[str, str]):
    """A mapping whose own code fails with an IndexError, which also means a long text to the generated code."""

    def __len__(self) -> int:
        return 1

    def __iter__(self) -> Iterator[str]:
        raise IndexError("secret")

    def __getitem__(self, key: str) -> str:
        raise IndexError("secret")


@pytest.mark.parametrize("length", [63, 64, 8191, 8192, 2_000_000])
def test_texts_and_containers_of_any_length_are_written(length: int) -> None:
    text, many, entries = OneField("string"), OneField({"type": "array", "items": "int"}), OneField(_MAP)
    numbers = tuple(range(min(length, 10_000)))

    assert text.decode(text.encode("x" * length)) == "x" * length
    assert many.decode(many.encode(numbers)) == numbers
    assert entries.decode(entries.encode({str(number): "" for number in numbers})) == {str(n): "" for n in numbers}
    with pytest.raises(EncodeError, match="expected str, got int"):
        entries.encode({"a": "x" * length, "b": 5})


def test_a_mapping_that_fails_by_itself_is_an_encode_error_without_its_words() -> None:
    with pytest.raises(EncodeError) as caught:
        OneField(_MAP).encode(Grumpy())

    assert str(caught.value) == "$.value: the value failed by itself: IndexError"
    assert caught.value.__context__ is None
