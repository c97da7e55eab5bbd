# Generated from schemas/upload_notice.avsc.
# Do not edit: change the schema, then run `eventpact generate`.
"""Hypothesis strategies for the events of upload_notices. For tests: needs
hypothesis.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Final, TypeVar, cast

from hypothesis import strategies as st

from .upload_notice import UploadNotice

__all__ = ["EVENT_STRATEGIES", "upload_notice_events"]

_T = TypeVar("_T")


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


def _matching(pattern: str, low: int, high: int) -> st.SearchStrategy[str]:
    found = st.from_regex(
        re.compile(pattern, re.ASCII),
        alphabet=st.characters(codec="utf-8"),
    )
    return found.filter(lambda text: low <= len(text) <= high)


def _uuid_texts() -> st.SearchStrategy[str]:
    return st.uuids().map(str)


def upload_notice_events(**overrides: object) -> st.SearchStrategy[UploadNotice]:
    return _built(
        UploadNotice,
        overrides,
        tenant_id=_uuid_texts(),
        file_hash=_matching("^[0-9a-f]{64}\\Z", 0, 1000000),
        kind=st.text(max_size=16),
    )


EVENT_STRATEGIES: Final[Mapping[str, Callable[..., st.SearchStrategy[object]]]] = {
    "com.car.platform.notices.UploadNotice": upload_notice_events,
}
