"""Confluent's frame: magic byte 0 and a schema id."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eventpact.codec import frame, prefix, unframe
from eventpact.errors import FrameError
from eventpact.ids import SchemaId


@given(st.integers(0, 2**31 - 1), st.binary(max_size=20))
def test_what_is_framed_is_unframed(number: int, body: bytes) -> None:
    value = frame(SchemaId(number), body)

    assert value == b"\x00" + number.to_bytes(4, "big") + body == prefix(SchemaId(number)) + body
    assert unframe(value) == (number, body)


@pytest.mark.parametrize("value", [b"", b"\x00", b"\x00\x00\x00\x01", b"\x01\x00\x00\x00\x01x", b"{}{}{}", b"\xff" * 9])
def test_what_has_no_frame_is_a_frame_error(value: bytes) -> None:
    with pytest.raises(FrameError):
        unframe(value)


@pytest.mark.parametrize("number", [-1, 2**31])
def test_an_impossible_id_is_a_frame_error(number: int) -> None:
    with pytest.raises(FrameError):
        prefix(SchemaId(number))
