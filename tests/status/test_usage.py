"""May a version go? What speaks against it, and what nobody looked at."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eventpact.errors import MetricsError
from eventpact.status.scrapes import read_metrics, told
from eventpact.status.usage import Evidence, Seen, Verdict, may_drop, uses

WHOLE = Seen(100, complete=True, versions={2: 100})
SURE = Evidence(
    groups=("billing", "search"),
    registered=(1, 2),
    readers={2: frozenset({"billing", "search"})},
    read={("billing", 2): 90, ("search", 2): 90},
    writers={2: 100},
    stored=WHOLE,
    letters=Seen(3, complete=True, versions={2: 3}),
)


def test_a_version_that_nobody_uses_and_everybody_was_asked_about_may_go() -> None:
    assert may_drop(1, SURE).verdict is Verdict.YES
    assert may_drop(1, SURE).against == may_drop(1, SURE).unknown == ()


def test_a_version_in_use_may_not_and_everyone_against_is_named() -> None:
    answer = may_drop(2, SURE)

    assert answer.verdict is Verdict.NO
    assert [reason.split(" ")[0:2] for reason in answer.against] == [
        ["group", "billing"],
        ["group", "search"],
        ["a", "running"],
        ["100", "of"],
        ["3", "dead"],
    ]


@pytest.mark.parametrize(
    "evidence",
    [
        replace(SURE, readers={2: frozenset({"billing", "search"}), 1: frozenset({"stranger"})}),
        replace(SURE, writers={1: 0, 2: 100}),
        replace(SURE, stored=replace(WHOLE, versions={2: 99, 1: 1})),
        replace(SURE, letters=Seen(3, complete=True, versions={1: 1, 2: 2})),
    ],
    ids=[
        "a reader that the manifest does not name",
        "a producer that has not written yet",
        "a record",
        "a dead letter",
    ],
)
def test_one_user_is_enough_for_a_no(evidence: Evidence) -> None:
    assert may_drop(1, evidence).verdict is Verdict.NO


@pytest.mark.parametrize(
    ("evidence", "word"),
    [
        (replace(SURE, readers={2: frozenset({"billing"})}), "group search"),
        (replace(SURE, writers={}), "producer"),
        (replace(SURE, stored=replace(WHOLE, complete=False)), "only 100 records"),
        (replace(SURE, stored=replace(WHOLE, unnamed=None)), "registry"),
        (replace(SURE, letters=Seen(3, complete=False)), "only 3 dead letters"),
        (replace(SURE, strangers=("nightly-export",)), "group nightly-export has read"),
        (replace(SURE, strangers=None), "did not list its groups"),
        (replace(SURE, letters=Seen(3, complete=True, unnamed=None)), "dead letters hold"),
    ],
)
def test_what_nobody_looked_at_is_never_a_yes(evidence: Evidence, word: str) -> None:
    answer = may_drop(1, evidence)

    assert answer.verdict is Verdict.UNKNOWN
    assert len(answer.unknown) == 1
    assert word in answer.unknown[0]


def test_a_reader_of_version_two_that_read_version_one_is_not_against_it() -> None:
    """It has read it in the past; what is stored and who writes decide."""
    assert may_drop(1, replace(SURE, read={**SURE.read, ("billing", 1): 7})).verdict is Verdict.YES


def test_a_contract_without_dead_letters_and_groups_needs_no_word_of_them() -> None:
    assert may_drop(1, replace(SURE, groups=(), readers={}, letters=None)).verdict is Verdict.YES


@given(
    st.dictionaries(st.integers(1, 5), st.frozensets(st.sampled_from(["billing", "search", "x"]), min_size=1)),
    st.dictionaries(st.integers(1, 5), st.integers(0, 9)),
    st.dictionaries(st.integers(1, 5), st.integers(1, 9)),
    st.booleans(),
    st.integers(1, 5),
)
def test_a_yes_means_that_no_number_of_the_table_speaks_against_it(
    readers: dict[int, frozenset[str]], writers: dict[int, int], stored: dict[int, int], complete: bool, version: int
) -> None:
    evidence = replace(
        SURE, readers=readers, writers=writers, stored=Seen(sum(stored.values()), complete, stored), letters=None
    )
    rows = {row.version: row for row in uses(evidence)}

    if may_drop(version, evidence).verdict is Verdict.YES:
        row = rows.get(version)
        assert row is None or (row.readers, row.written, row.stored, row.letters) == ((), None, 0, 0)
        assert complete
        assert {"billing", "search"} <= frozenset[str]().union(*readers.values())


def test_every_version_that_was_seen_has_a_row() -> None:
    rows = uses(replace(SURE, writers={3: 0}, stored=replace(WHOLE, versions={4: 1})))

    assert [(row.version, row.registered, row.written, row.stored) for row in rows] == [
        (1, True, None, 0),
        (2, True, None, 0),
        (3, False, 0, 0),
        (4, False, None, 1),
    ]


TEXT = """\
# TYPE eventpact_reads counter
eventpact_reads_total{topic="t",group="billing",reader_version="2",writer_version="1"} 5
eventpact_reads_total{topic="t",group="billing",reader_version="2",writer_version="2"} 1e3
eventpact_reads_total{topic="other",group="billing",reader_version="9",writer_version="9"} 5
# TYPE eventpact_published counter
eventpact_published_total{topic="t",writer_version="2"} 0
# TYPE python_info gauge
python_info{version="3"} 1
"""


def test_metrics_of_several_services_are_added_up_for_one_topic() -> None:
    found = told([("a", TEXT), ("b", TEXT)], "t")

    assert found.readers == {2: {"billing"}}
    assert found.read == {("billing", 1): 10, ("billing", 2): 2000}
    assert found.writers == {2: 0}


@pytest.mark.parametrize("text", ["<html>", 'eventpact_reads_total{topic="t"} 1', "eventpact_reads_total{topic= 1"])
def test_what_is_no_metrics_text_is_an_error_with_its_source(text: str) -> None:
    with pytest.raises(MetricsError, match=r"^here holds no metrics"):
        told([("here", text)], "t")


@pytest.mark.parametrize("source", ["/no/such/file", "http://127.0.0.1:1/metrics"])
def test_a_source_that_cannot_be_read_is_an_error_that_names_it(source: str) -> None:
    with pytest.raises(MetricsError, match=source):
        read_metrics(source)


def test_a_stranger_whose_metrics_are_there_is_one_of_the_readers() -> None:
    known = {2: frozenset({"billing", "search", "nightly-export"})}

    assert may_drop(1, replace(SURE, strangers=("nightly-export",), readers=known)).verdict is Verdict.YES
