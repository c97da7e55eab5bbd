"""What two looks say: rates, lag, age, skew. No broker, no clock."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eventpact.status.figures import Share
from eventpact.status.look import ContractLook, Ends, GroupLook, LetterSample, Look, Sample, TopicLook
from eventpact.status.reporting import report

NOW = 1_000_000


def look(
    ends: dict[int, Ends], group: GroupLook | None = None, *, at: float = 100.0, sample: Sample | None = None
) -> Look:
    groups = () if group is None else (group,)
    contract = ContractLook("orders", TopicLook("orders-topic", ends), groups, sample)
    return Look(at, NOW, (contract,))


def test_lag_counts_from_the_commit_from_the_first_record_without_one_and_never_below_it() -> None:
    ends = {0: Ends(0, 100), 1: Ends(40, 100), 2: Ends(40, 100), 3: Ends(100, 100)}
    group = GroupLook("workers", committed={0: 90, 2: 10, 3: 100})

    (found,) = report(look(ends, group)).contracts[0].groups

    assert [row.lag for row in found.rows] == [10, 60, 60, 0]
    assert [row.missed for row in found.rows] == [0, 0, 30, 0]
    assert (found.lag, found.missed) == (130, 30)


@given(
    st.dictionaries(
        st.integers(0, 9),
        st.tuples(st.integers(0, 1000), st.integers(0, 1000), st.none() | st.integers(0, 2000)),
        min_size=1,
    )
)
def test_lag_is_what_a_group_would_still_read(partitions: dict[int, tuple[int, int, int | None]]) -> None:
    """Counted by hand: the offsets that are stored and not below the commit."""
    ends = {number: Ends(low, low + size) for number, (low, size, _) in partitions.items()}
    committed = {number: at for number, (_, _, at) in partitions.items() if at is not None}
    unread = sum(
        len([offset for offset in range(one.low, one.high) if offset >= committed.get(number, 0)])
        for number, one in ends.items()
    )

    assert report(look(ends, GroupLook("workers", committed=committed))).lag == unread


def test_rates_are_measured_between_two_looks_and_not_guessed_from_one() -> None:
    before = look({0: Ends(0, 100), 1: Ends(0, 0)}, GroupLook("workers", committed={0: 50}), at=100.0)
    now = look({0: Ends(20, 140), 1: Ends(0, 0)}, GroupLook("workers", committed={0: 60, 1: 0}), at=104.0)

    first, second = report(before).contracts[0], report(now, before).contracts[0]

    assert (first.rate, first.groups[0].rate) == (None, None)
    assert [row.rate for row in second.partitions] == [10.0, 0.0]
    assert [row.rate for row in second.groups[0].rows] == [2.5, None]
    assert (second.rate, second.groups[0].rate) == (10.0, 2.5)
    assert report(now, before).seconds == 4.0


def test_a_topic_made_anew_has_no_negative_rate() -> None:
    before, now = look({0: Ends(0, 100)}), look({0: Ends(0, 10)}, at=101.0)

    assert report(now, before).contracts[0].rate == 0.0


def test_the_same_look_twice_has_no_rate() -> None:
    one = look({0: Ends(0, 100)})

    assert report(one, one).contracts[0].rate is None


def test_age_is_that_of_the_oldest_unprocessed_record_and_never_negative() -> None:
    group = GroupLook(
        "workers", committed={0: 90, 1: 90, 2: 100}, oldest_ms={0: NOW - 5_000, 1: NOW + 50, 2: NOW - 9_000}
    )

    (found,) = report(look(dict.fromkeys(range(3), Ends(0, 100)), group)).contracts[0].groups

    assert [row.oldest for row in found.rows] == [5.0, 0.0, None]
    assert found.oldest == 5.0
    assert report(look({}, group)).oldest == 0.0


def test_skew_is_the_fullest_partition_against_an_even_one() -> None:
    even, uneven = {n: Ends(0, 10) for n in range(4)}, {0: Ends(0, 70), 1: Ends(0, 10), 2: Ends(5, 15), 3: Ends(0, 10)}

    assert report(look(even)).contracts[0].skew == 1.0
    assert report(look(uneven)).contracts[0].skew == pytest.approx(2.8)
    assert report(look({0: Ends(7, 7)})).contracts[0].skew is None


def test_the_busiest_tenants_are_named_and_all_are_counted() -> None:
    sample = Sample(10, complete=False, tenants={"a": 1, "b": 6, "c": 2, "d": 1}, writers={"v1": 9, "id 7": 1})

    found = report(look({0: Ends(0, 99)}, sample=sample), top=2).contracts[0]

    assert found.tenants == (Share("b", 0.6), Share("c", 0.2))
    assert found.tenants_seen == 4
    assert found.writers == (Share("v1", 0.9), Share("id 7", 0.1))


def test_dead_letters_tell_depth_rate_reasons_and_what_nobody_has_retried() -> None:
    def contract(high: int) -> ContractLook:
        return ContractLook(
            "orders",
            TopicLook("orders-topic", {0: Ends(0, 0)}),
            letters=TopicLook("orders-dlq", {0: Ends(0, high)}),
            letters_group=GroupLook("processor", committed={0: 15}),
            letters_sample=LetterSample(20, complete=True, reasons={"HANDLER": 15, "REJECTED": 5}),
            parked=TopicLook("orders-parked", None),
        )

    found = report(Look(2.0, NOW, (contract(20),)), Look(1.0, NOW, (contract(18),))).contracts[0].letters

    assert found is not None
    assert (found.stored, found.rate, found.parked) == (20, 2.0, None)
    assert found.reasons == (Share("HANDLER", 0.75), Share("REJECTED", 0.25))
    assert found.group is not None
    assert found.group.lag == 5


def test_a_missing_topic_is_said() -> None:
    one = look({})
    missing = replace(one, contracts=(replace(one.contracts[0], topic=TopicLook("orders-topic", None)),))

    assert not report(missing).contracts[0].exists
    assert report(missing).lag == 0
