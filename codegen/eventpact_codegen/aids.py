"""The few lines that a strategies module needs besides its strategies: written when they are used."""

from __future__ import annotations

from typing import Final

__all__ = ["AIDS", "BUILT"]

BUILT: Final = '''\
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
'''

AIDS: Final = {
    "_decimals": """\
def _decimals(low: int, high: int, scale: int) -> st.SearchStrategy[Decimal]:
    # From text: arithmetic would round what has more than 28 digits.
    return st.integers(low, high).map(lambda n: Decimal(f"{n}e-{scale}"))
""",
    "_durations": """\
def _durations() -> st.SearchStrategy[Duration]:
    part = st.integers(0, 2**32 - 1)
    return st.builds(Duration, months=part, days=part, millis=part)
""",
    "_maps": """\
def _maps(values: st.SearchStrategy[_T]) -> st.SearchStrategy[Mapping[str, _T]]:
    return st.dictionaries(st.text(max_size=8), values, max_size=3)
""",
    "_matching": """\
def _matching(pattern: str, low: int, high: int) -> st.SearchStrategy[str]:
    found = st.from_regex(
        re.compile(pattern, re.ASCII),
        alphabet=st.characters(codec="utf-8"),
    )
    return found.filter(lambda text: low <= len(text) <= high)
""",
    "_tuples": """\
def _tuples(items: st.SearchStrategy[_T]) -> st.SearchStrategy[tuple[_T, ...]]:
    return st.lists(items, max_size=3).map(tuple)
""",
    "_uuid_texts": """\
def _uuid_texts() -> st.SearchStrategy[str]:
    return st.uuids().map(str)
""",
    "_whole_millis": """\
def _whole_millis(moments: st.SearchStrategy[_Moment]) -> st.SearchStrategy[_Moment]:
    return moments.map(lambda m: m.replace(microsecond=m.microsecond // 1000 * 1000))
""",
}
