"""Names for files, links and keys."""

import re

from hypothesis import given
from hypothesis import strategies as st

from eventpact.catalog.slugs import slugs


@given(
    st.lists(st.text() | st.sampled_from(["Orders", "orders", "orders-2", "../x", "..", "", "a/b", "a b"]), unique=True)
)
def test_every_name_has_its_own_and_it_is_safe(names: list[str]) -> None:
    found = slugs(names)

    assert list(found) == names
    assert len({slug.casefold() for slug in found.values()}) == len(names)
    assert all(re.fullmatch(r"[a-z0-9_-][a-z0-9._-]*", slug) and len(slug) < 120 for slug in found.values())


def test_a_plain_name_stays_as_it_is() -> None:
    assert slugs(["ingestion", "ingestion.dead_letter", "Orders", "orders"]) == {
        "ingestion": "ingestion",
        "ingestion.dead_letter": "ingestion.dead_letter",
        "Orders": "orders",
        "orders": "orders-2",
    }
