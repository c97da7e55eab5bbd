# Generated from schemas/ingestion_event.avsc.
# Do not edit: change the schema, then run `eventpact generate`.
"""Hypothesis strategies for the events of ingestion_events. For tests: needs
hypothesis.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping
from typing import Final, TypeVar, cast

from hypothesis import strategies as st

from .ingestion_event import IngestionEvent, SourceType

__all__ = ["EVENT_STRATEGIES", "ingestion_events"]

_T = TypeVar("_T")
_Moment = TypeVar("_Moment", dt.datetime, dt.time)


def _built(
    make: Callable[..., _T],
    overrides: Mapping[str, object],
    /,
    **fields: st.SearchStrategy[object],
) -> st.SearchStrategy[_T]:
    """Overrides are values or strategies; each must name a field."""
    if unknown := overrides.keys() - fields.keys():
        raise TypeError(f"no such field: {', '.join(sorted(unknown))}")
    for name, value in overrides.items():
        if isinstance(value, st.SearchStrategy):
            fields[name] = cast("st.SearchStrategy[object]", value)
        else:
            fields[name] = st.just(value)
    return st.builds(make, **fields)


def _maps(values: st.SearchStrategy[_T]) -> st.SearchStrategy[Mapping[str, _T]]:
    return st.dictionaries(st.text(max_size=8), values, max_size=3)


def _matching(pattern: str, low: int, high: int) -> st.SearchStrategy[str]:
    found = st.from_regex(
        re.compile(pattern, re.ASCII),
        alphabet=st.characters(codec="utf-8"),
    )
    return found.filter(lambda text: low <= len(text) <= high)


def _uuid_texts() -> st.SearchStrategy[str]:
    return st.uuids().map(str)


def _whole_millis(moments: st.SearchStrategy[_Moment]) -> st.SearchStrategy[_Moment]:
    return moments.map(lambda m: m.replace(microsecond=m.microsecond // 1000 * 1000))


def ingestion_events(**overrides: object) -> st.SearchStrategy[IngestionEvent]:
    return _built(
        IngestionEvent,
        overrides,
        tenant_id=_uuid_texts(),
        source_type=st.sampled_from(SourceType),
        file_hash=_matching("^[0-9a-f]{64}\\Z", 0, 1000000),
        s3_uri=st.text(min_size=1, max_size=17),
        original_filename=st.text(min_size=1, max_size=17),
        mime_type=st.text(min_size=1, max_size=17),
        timestamp=_whole_millis(st.datetimes(timezones=st.just(dt.UTC))),
        source_path=st.one_of(st.none(), st.text(max_size=16)),
        parent_id=st.one_of(st.none(), st.text(max_size=16)),
        permissions_blob=st.one_of(st.none(), _maps(st.text(max_size=16))),
        metadata=st.one_of(st.none(), _maps(st.text(max_size=16))),
    )


EVENT_STRATEGIES: Final[Mapping[str, Callable[..., st.SearchStrategy[object]]]] = {
    "com.car.platform.ingestion.IngestionEvent": ingestion_events,
}
