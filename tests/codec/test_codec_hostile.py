"""Bytes that mean harm end in a DecodeError, soon and in little memory."""

from __future__ import annotations

import json
import struct
import tracemalloc
from contextlib import suppress
from time import process_time
from typing import Any

import pytest

from eventpact.codec import Codec
from eventpact.codec.limits import MAX_DEPTH, MAX_EMPTY_ITEMS
from eventpact.errors import DecodeError, EncodeError, ExpressionError
from eventpact.schema import parse
from tests.codec.made import made
from tests.codec.one_field import OneField

_ENUM = {"type": "enum", "name": "E", "symbols": ["A", "B"]}
_NODE = {
    "type": "record",
    "name": "Node",
    "fields": [{"name": "next", "type": ["null", "Node"]}],
}


def varint(number: int) -> bytes:
    """Zigzag in seven-bit groups, of any length."""
    bits = number * 2 if number >= 0 else -number * 2 - 1
    out = bytearray()
    while bits > 127:
        out.append(bits & 127 | 128)
        bits >>= 7
    return bytes([*out, bits])


def _array(items: object) -> dict[str, object]:
    return {"type": "array", "items": items}


def _map(values: object) -> dict[str, object]:
    return {"type": "map", "values": values}


def _record(*types: object) -> dict[str, object]:
    return {"type": "record", "name": "R", "fields": [{"name": f"f{n}", "type": one} for n, one in enumerate(types)]}


_UUID_FIXED = {"type": "fixed", "name": "U", "size": 16, "logicalType": "uuid"}


def _logical(base: str, name: str, **more: object) -> dict[str, object]:
    return {"type": base, "logicalType": name, **more}


_DECIMAL = _logical("bytes", "decimal", precision=5, scale=2)
ATTACKS: list[tuple[str, object, bytes]] = [
    ("nothing at all", "int", b""),
    ("bytes after the end", "int", b"\x02\x00"),
    ("a varint without end", "long", b"\x80" * 9),
    ("a varint of eleven bytes", "long", b"\x80" * 10 + b"\x01"),
    ("a varint of a megabyte", "long", b"\x80" * 1_000_000),
    ("a long of 65 bits", "long", b"\xff" * 9 + b"\x02"),
    ("an int of 33 bits", "int", varint(2**31)),
    ("an int below 32 bits", "int", varint(-(2**31) - 1)),
    ("boolean 2", "boolean", b"\x02"),
    ("union branch -1", ["null", "int"], b"\x01"),
    ("union branch too high", ["null", "int"], b"\x04"),
    ("union branch huge", ["null", "int", "string"], varint(2**62)),
    ("enum index -1", _ENUM, b"\x01"),
    ("enum index too high", _ENUM, b"\x04"),
    ("enum index huge", _ENUM, varint(2**62)),
    ("string of negative length", "string", b"\x01"),
    ("string of 2**31 bytes", "string", varint(2**31)),
    ("string of 2**62 bytes", "string", varint(2**62)),
    ("string cut short", "string", b"\x08abc"),
    ("bytes of negative length", "bytes", varint(-5)),
    ("bytes of 2**62 bytes", "bytes", varint(2**62)),
    ("bad UTF-8", "string", b"\x02\xff"),
    ("an encoded surrogate", "string", b"\x06\xed\xa0\x80"),
    ("an overlong UTF-8 form", "string", b"\x04\xc0\x80"),
    ("float cut short", "float", b"\x00" * 3),
    ("double cut short", "double", b"\x00" * 7),
    ("fixed cut short", {"type": "fixed", "name": "F", "size": 4}, b"\x00" * 3),
    ("a billion nulls", _array("null"), varint(10**9) + b"\x00"),
    ("2**62 nulls", _array("null"), varint(2**62)),
    ("a billion nulls, a million at a time", _array("null"), varint(10**6) * 1000 + b"\x00"),
    ("nulls in many arrays", _array(_array("null")), varint(1000) + (varint(1000) + b"\x00") * 1000 + b"\x00"),
    ("a billion empty records", _array({"type": "record", "name": "R", "fields": []}), varint(10**9) + b"\x00"),
    ("a billion empty fixed", _array({"type": "fixed", "name": "F", "size": 0}), varint(10**9) + b"\x00"),
    ("2**62 ints", _array("int"), varint(2**62)),
    ("2**62 strings, two there", _array("string"), varint(2**62) + b"\x02a\x02b"),
    ("2**62 bytes", _array("bytes"), varint(2**62)),
    ("2**62 floats", _array("float"), varint(2**62)),
    ("2**62 doubles", _array("double"), varint(2**62) + b"\x00" * 100),
    ("2**62 booleans", _array("boolean"), varint(2**62)),
    ("2**62 fixed", _array({"type": "fixed", "name": "F", "size": 1}), varint(2**62) + b"\x00" * 100),
    ("2**62 uuids", _array(_UUID_FIXED), varint(2**62) + b"\x00" * 100),
    ("2**62 records of fixed", _array(_record(_UUID_FIXED, "float")), varint(2**62) + b"\x00" * 100),
    ("2**62 records of nothing and a fixed", _array(_record("null", _UUID_FIXED)), varint(2**62)),
    ("2**62 fixed in a map", _map({"type": "fixed", "name": "F", "size": 1}), varint(2**62)),
    ("2**62 fixed, in a block with a size", _array(_UUID_FIXED), varint(-(2**62)) + b"\x00" * 100),
    ("2**62 fixed, a thousand at a time", _array(_array(_UUID_FIXED)), (varint(1000) + varint(2**40)) * 1000),
    ("a block count of -2**63", _array("int"), varint(-(2**63)) + b"\x00"),
    ("a negative block size", _array("int"), b"\x01\x01\x00\x00"),
    ("an impossible block size", _array("int"), b"\x01" + varint(2**40) + b"\x00\x00"),
    ("an array without end", _array("int"), b"\x02\x00"),
    ("2**62 map entries", _map("int"), varint(2**62)),
    ("a key twice", _map("int"), b"\x04\x02a\x00\x02a\x02\x00"),
    ("a key twice in two blocks", _map("int"), b"\x02\x02a\x00\x02\x02a\x02\x00"),
    ("a map key of bad UTF-8", _map("int"), b"\x02\x02\xff\x00\x00"),
    ("a decimal of no bytes", _DECIMAL, b"\x00"),
    ("a decimal of 400 kB", _DECIMAL, varint(400_000) + b"\x7f" * 400_000),
    ("a decimal of too many digits", _DECIMAL, b"\x06" + (100_000).to_bytes(3, "big")),
    ("a uuid with braces", _logical("string", "uuid"), varint(38) + b"{3f0c0e6e-7a0c-4f0e-9c3a-1b2c3d4e5f60}"),
    ("a uuid without hyphens", _logical("string", "uuid"), varint(32) + b"3" * 32),
    (
        "a uuid in other digits",
        _logical("string", "uuid"),
        varint(37) + "3f0c0e6e-7a0c-4f0e-9c3a-1b2c3d4e5f٣0".encode(),
    ),
    ("a date before year 1", _logical("int", "date"), varint(-800_000)),
    ("a date after year 9999", _logical("int", "date"), varint(2**31 - 1)),
    ("a time before midnight", _logical("int", "time-millis"), varint(-1)),
    ("a time of 24:00", _logical("int", "time-millis"), varint(86_400_000)),
    ("a time after the day", _logical("long", "time-micros"), varint(86_400_000_000)),
    ("a timestamp before year 1", _logical("long", "timestamp-millis"), varint(-(2**62))),
    ("a timestamp after year 9999", _logical("long", "timestamp-millis"), varint(253_402_300_800_000)),
    ("a timestamp far out", _logical("long", "timestamp-micros"), varint(2**63 - 1)),
    ("a local timestamp far out", _logical("long", "local-timestamp-micros"), varint(-(2**63))),
]


@pytest.mark.parametrize(("type_", "body"), [row[1:] for row in ATTACKS], ids=[row[0] for row in ATTACKS])
def test_an_attack_is_a_decode_error_with_path_and_offset_soon_and_in_little_memory(type_: object, body: bytes) -> None:
    one = OneField(type_)
    tracemalloc.start()
    start = process_time()
    with pytest.raises(DecodeError) as caught:
        one.decode(body)
    took = process_time() - start
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert took < 5
    assert peak < 20_000_000
    assert caught.value.path.startswith("$")
    assert caught.value.schema == "demo.One"
    assert caught.value.offset is not None
    assert caught.value.__context__ is None


@pytest.mark.parametrize(("type_", "body"), [row[1:] for row in ATTACKS], ids=[row[0] for row in ATTACKS])
def test_an_attack_on_a_field_that_the_reader_does_not_have_ends_soon(type_: object, body: bytes) -> None:
    """What is skipped may be any value (a date is any int), but never costs more than its bytes."""
    reader = Codec(made({"type": "record", "name": "One", "namespace": "demo", "fields": []}))
    fields = [{"name": "value", "type": type_}]
    writer = {"type": "record", "name": "One", "namespace": "demo", "fields": fields}
    decode = reader.decoder(parse(json.dumps(writer)))
    tracemalloc.start()
    start = process_time()
    with suppress(DecodeError):
        decode(body)
    took = process_time() - start
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert took < 5
    assert peak < 20_000_000


def test_blocks_with_a_byte_size_are_read() -> None:
    assert OneField(_array("int")).decode(b"\x03\x04\x02\x04\x02\x06\x00") == (1, 2, 3)
    assert OneField(_map("int")).decode(b"\x01\x06\x02a\x02\x00") == {"a": 1}


def test_numbers_in_more_bytes_than_needed_are_read() -> None:
    assert OneField("int").decode(b"\x82\x00") == 1
    assert OneField("string").decode(b"\x82\x00a") == "a"
    assert OneField(["null", "int"]).decode(b"\x82\x80\x00\x04") == 2
    assert OneField(["null", "int", "string"]).decode(b"\x84\x00\x02a") == "a"
    assert OneField(_ENUM).decode(b"\x82\x00") == "B"
    assert OneField(_array("int")).decode(b"\x82\x00\x04\x80\x00") == (2,)


def _chain(cls: Any, depth: int) -> Any:
    event = None
    for _ in range(depth):
        event = cls(a0=event)
    return event


def test_records_may_nest_to_the_limit_and_no_further() -> None:
    cls = made(_NODE)
    codec = Codec(cls)
    deepest = codec.encode(_chain(cls, MAX_DEPTH))

    assert deepest == b"\x02" * (MAX_DEPTH - 1) + b"\x00"
    assert codec.decode(deepest) == _chain(cls, MAX_DEPTH)
    with pytest.raises(DecodeError, match="nested deeper than 200"):
        codec.decode(b"\x02" + deepest)
    with pytest.raises(EncodeError, match="nested deeper than 200") as caught:
        codec.encode(_chain(cls, MAX_DEPTH + 1))
    assert caught.value.rule == "depth"


def test_recursion_of_any_depth_is_refused_not_a_crash() -> None:
    cls = made(_NODE)
    codec = Codec(cls)
    with pytest.raises(DecodeError):
        codec.decode(b"\x02" * 1_000_000)
    with pytest.raises(EncodeError):
        codec.encode(_chain(cls, 100_000))


def test_recursion_in_a_skipped_field_is_refused_not_a_crash() -> None:
    reader = Codec(made({"type": "record", "name": "Root", "fields": []}))
    writer = parse(json.dumps({"type": "record", "name": "Root", "fields": [{"name": "node", "type": _NODE}]}))
    with pytest.raises(DecodeError, match="nested deeper than 200"):
        reader.decoder(writer)(b"\x02" * 1_000_000)


def test_items_without_bytes_are_counted_over_the_whole_event_both_ways() -> None:
    one = OneField(_array(_array("null")))
    half = (None,) * (MAX_EMPTY_ITEMS // 2)

    assert one.decode(one.encode((half, half))) == (half, half)
    with pytest.raises(EncodeError, match="take no bytes"):
        one.encode((half, half, (None,)))


def test_a_decimal_padded_by_a_generous_writer_is_read() -> None:
    body = varint(40) + (12345).to_bytes(40, "big", signed=True)

    assert str(OneField(_DECIMAL).decode(body)) == "123.45"


def test_a_decimal_beyond_all_measure_is_refused_when_the_codec_is_built() -> None:
    with pytest.raises(ExpressionError, match="at most 10000"):
        OneField(_logical("bytes", "decimal", precision=10**9, scale=0))


def test_the_body_must_be_bytes() -> None:
    for body in (bytearray(b"\x02"), memoryview(b"\x02"), "\x02", None):
        with pytest.raises(DecodeError, match="not bytes"):
            OneField("int").decode(body)  # type: ignore[arg-type]


def test_an_error_says_where_and_never_what() -> None:
    line = {
        "type": "record",
        "name": "Line",
        "fields": [{"name": "price", "type": "double"}, {"name": "note", "type": "string"}],
    }
    one = OneField(_array(line))
    body = b"\x04" + (struct.pack("<d", 1.0) + b"\x0csecret") * 1 + struct.pack("<d", 2.0) + b"\x0csecre\xff" + b"\x00"
    with pytest.raises(DecodeError) as caught:
        one.decode(body)

    assert caught.value.path == "$.value[1].note"
    assert str(caught.value) == "$.value[1].note: text that is not UTF-8 (demo.One, byte 31)"
