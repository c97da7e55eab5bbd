# Generated from schemas/dead_letter.avsc.
# Do not edit: change the schema, then run `eventpact generate`.
"""Hypothesis strategies for the events of eventpact.dead_letter. For tests: needs
hypothesis.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Final, TypeVar, cast

from hypothesis import strategies as st

from .dead_letter import DeadLetter, Header, Reason, Stage, TimestampType

__all__ = ["EVENT_STRATEGIES", "dead_letter_events", "header_records"]

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


def _tuples(items: st.SearchStrategy[_T]) -> st.SearchStrategy[tuple[_T, ...]]:
    return st.lists(items, max_size=3).map(tuple)


def _whole_millis(moments: st.SearchStrategy[_Moment]) -> st.SearchStrategy[_Moment]:
    return moments.map(lambda m: m.replace(microsecond=m.microsecond // 1000 * 1000))


def dead_letter_events(**overrides: object) -> st.SearchStrategy[DeadLetter]:
    return _built(
        DeadLetter,
        overrides,
        dlq_id=st.text(min_size=1, max_size=17),
        original_topic=st.text(min_size=1, max_size=17),
        original_partition=st.integers(0, 2147483647),
        original_offset=st.integers(0, 9223372036854775807),
        original_timestamp_ms=st.integers(-9223372036854775808, 9223372036854775807),
        timestamp_type=st.sampled_from(TimestampType),
        original_key=st.one_of(st.none(), st.binary(max_size=32)),
        original_value=st.one_of(st.none(), st.binary(max_size=32)),
        original_headers=_tuples(_header_records),
        headers_unreadable=st.booleans(),
        consumer_group=st.text(min_size=1, max_size=17),
        worker_version=st.text(max_size=16),
        stage=st.sampled_from(Stage),
        reason=st.sampled_from(Reason),
        error_class=st.text(max_size=16),
        error_code=st.text(max_size=16),
        error_summary=st.text(max_size=512),
        error_location=st.one_of(st.none(), st.text(max_size=16)),
        schema_id=st.one_of(st.none(), st.integers(-2147483648, 2147483647)),
        tenant_id=st.one_of(st.none(), st.text(max_size=16)),
        retry_count=st.integers(0, 2147483647),
        max_retries=st.integers(0, 2147483647),
        not_before_ms=st.one_of(
            st.none(),
            st.integers(-9223372036854775808, 9223372036854775807),
        ),
        blocked_by=st.one_of(st.none(), st.text(max_size=16)),
        first_failed_at=_whole_millis(st.datetimes(timezones=st.just(dt.UTC))),
        failed_at=_whole_millis(st.datetimes(timezones=st.just(dt.UTC))),
    )


def header_records(**overrides: object) -> st.SearchStrategy[Header]:
    return _built(
        Header,
        overrides,
        name=st.text(max_size=16),
        value=st.one_of(st.none(), st.binary(max_size=32)),
    )


_header_records = st.deferred(lambda: header_records())
EVENT_STRATEGIES: Final[Mapping[str, Callable[..., st.SearchStrategy[object]]]] = {
    "eventpact.DeadLetter": dead_letter_events,
}
