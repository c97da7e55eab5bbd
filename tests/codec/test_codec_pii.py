"""Personal data stays out of text that nobody asked for it in."""

from __future__ import annotations

import dataclasses
import io
import logging
from datetime import UTC, datetime
from typing import Any, ClassVar

import pytest

from eventpact.codec import Codec
from eventpact.errors import DecodeError, EncodeError
from eventpact.pii import MASK, PersonalDataFilter, reveal
from ingestion_events import IngestionEvent, SourceType
from tests.codec.made import made

SECRET = "geheim-4711"


@dataclasses.dataclass(frozen=True)
class ByHand:
    """A class with tagged fields and the repr of any dataclass."""

    PII_FIELDS: ClassVar[frozenset[str]] = frozenset({"name"})
    name: str
    size: int


def event() -> IngestionEvent:
    return IngestionEvent(
        tenant_id="3f0c0e6e-7a0c-4f0e-9c3a-1b2c3d4e5f60",
        source_type=SourceType.EMAIL,
        file_hash="0" * 64,
        s3_uri="s3://bucket/key",
        original_filename=SECRET,
        mime_type="text/plain",
        timestamp=datetime(2026, 11, 3, tzinfo=UTC),
        source_path=SECRET,
        permissions_blob={SECRET: SECRET},
        metadata={SECRET: SECRET},
    )


def logged(filter_: logging.Filter, message: object, *args: object, **extra: object) -> str:
    """The line that a handler with the filter writes."""
    out = io.StringIO()
    handler = logging.StreamHandler(out)
    handler.setFormatter(logging.Formatter("%(message)s %(metadata)s" if extra else "%(message)s"))
    handler.addFilter(filter_)
    logger = logging.Logger("test")
    logger.addHandler(handler)
    logger.error(message, *args, extra=extra or None)
    return out.getvalue().strip()


def test_repr_masks_and_reveal_does_not() -> None:
    assert SECRET not in repr(event())
    assert reveal(event()).count(SECRET) == 6
    assert reveal(event()).startswith("IngestionEvent(tenant_id='3f0c0e6e-")


@pytest.mark.parametrize(
    "arg",
    [event(), (event(),), [event()], {"event": event()}, ByHand(SECRET, 1), [{"deep": (ByHand(SECRET, 1),)}]],
    ids=["event", "tuple", "list", "dict", "by hand", "nested"],
)
def test_the_filter_masks_events_wherever_they_stand_in_the_arguments(arg: Any) -> None:
    line = logged(PersonalDataFilter(), "got %r and %s", arg, 5)

    assert SECRET not in line
    assert MASK in line
    assert line.endswith("and 5")


def test_the_filter_masks_by_name_what_was_an_event_before() -> None:
    mask = PersonalDataFilter(IngestionEvent)

    assert SECRET not in logged(mask, "got %s", dataclasses.asdict(event()))
    assert SECRET not in logged(mask, "got %(original_filename)s", {"original_filename": SECRET})
    assert SECRET not in logged(mask, "got", metadata={SECRET: SECRET})
    assert SECRET not in logged(mask, ByHand(SECRET, 1))


def test_the_filter_leaves_the_rest_alone() -> None:
    assert logged(PersonalDataFilter(IngestionEvent), "%s of %d%%", "disk", 5) == "disk of 5%"
    assert logged(PersonalDataFilter(), "100%") == "100%"


def test_no_error_of_the_codec_holds_a_tagged_value_not_even_as_a_key() -> None:
    codec = Codec(IngestionEvent)
    wrong: list[dict[str, Any]] = [
        {"metadata": {SECRET: 5}},
        {"permissions_blob": {SECRET: SECRET, 5: SECRET}},
        {"metadata": {SECRET: SECRET + "\ud800"}},
        {"original_filename": [SECRET]},
        {"source_path": SECRET.encode()},
    ]
    for changes in wrong:
        with pytest.raises(EncodeError) as caught:
            codec.encode(dataclasses.replace(event(), **changes))
        _assert_silent(caught.value)
    body = codec.encode(event())
    for end in range(len(body)):
        with pytest.raises(DecodeError) as broken:
            codec.decode(body[:end])
        _assert_silent(broken.value)


def test_a_map_key_shows_in_the_path_only_where_it_is_not_personal() -> None:
    values = {"type": "map", "values": "int"}
    fields = [{"name": "open", "type": values}, {"name": "closed", "type": values, "confluent:tags": ["PII"]}]
    cls = made({"type": "record", "name": "Two", "fields": fields})
    codec = Codec(cls)
    with pytest.raises(EncodeError, match=r'\$\.open\["key"\]: '):
        codec.encode(cls(a0={"key": "x"}, a1={}))
    with pytest.raises(EncodeError, match=r"\$\.closed\[\*\]: "):
        codec.encode(cls(a0={}, a1={"key": "x"}))
    with pytest.raises(EncodeError, match=r"\$\.open\[\*\]: "):
        codec.encode(cls(a0={"k" * 1000: "x"}, a1={}))


def _assert_silent(error: BaseException) -> None:
    assert SECRET not in str(error)
    assert SECRET not in repr(error)
    assert error.__context__ is None
    assert error.__cause__ is None
