"""Two looks -> what a person wants to know: rates, lag, age, skew. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from eventpact.status.figures import (
    ContractReport,
    GroupReport,
    GroupRow,
    LettersReport,
    PartitionRow,
    Report,
    Share,
)
from eventpact.status.look import ContractLook, Ends, GroupLook, Look, TopicLook

__all__ = ["report"]

NOTHING: Mapping[int, Ends] = {}


def report(now: Look, before: Look | None = None, *, top: int = 5) -> Report:
    """What `now` shows, with rates since `before`. `top` tenants are named."""
    seconds = None if before is None or now.monotonic <= before.monotonic else now.monotonic - before.monotonic
    earlier = {} if before is None else {found.name: found for found in before.contracts}
    contracts = (_contract(found, earlier.get(found.name), seconds, now.wall_ms, top) for found in now.contracts)
    return Report(
        wall_ms=now.wall_ms,
        seconds=seconds,
        contracts=tuple(contracts),
        gaps=now.gaps,
    )


def _contract(
    now: ContractLook, before: ContractLook | None, seconds: float | None, wall_ms: int, top: int
) -> ContractReport:
    ends = now.topic.partitions or NOTHING
    rates = _written(now.topic, None if before is None else before.topic, seconds)
    stored = now.topic.stored
    rows = tuple(
        PartitionRow(number, found.high, found.stored, found.stored / stored if stored else 0.0, rates.get(number))
        for number, found in sorted(ends.items())
    )
    groups = {} if before is None else {group.name: group for group in before.groups}
    sample = now.sample
    return ContractReport(
        name=now.name,
        topic=now.topic.name,
        exists=now.topic.partitions is not None,
        stored=stored,
        rate=_sum(rates),
        skew=max(row.share for row in rows) * len(rows) if stored else None,
        partitions=rows,
        groups=tuple(_group(group, groups.get(group.name), ends, seconds, wall_ms) for group in now.groups),
        sampled=0 if sample is None else sample.read,
        complete=sample is not None and sample.complete,
        tenants_seen=0 if sample is None else len(sample.tenants),
        tenants=() if sample is None else _shares(sample.tenants, sample.read)[:top],
        writers=() if sample is None else _shares(sample.writers, sample.read),
        letters=_letters(now, before, seconds, wall_ms),
        strangers=now.strangers,
        unread=now.unread,
        gaps=now.gaps,
    )


def _letters(
    now: ContractLook, before: ContractLook | None, seconds: float | None, wall_ms: int
) -> LettersReport | None:
    if now.letters is None:
        return None
    sample, group = now.letters_sample, now.letters_group
    ends = now.letters.partitions or NOTHING
    parked = now.parked
    return LettersReport(
        topic=now.letters.name,
        exists=now.letters.partitions is not None,
        stored=now.letters.stored,
        rate=_sum(_written(now.letters, None if before is None else before.letters, seconds)),
        parked=None if parked is None or parked.partitions is None else parked.stored,
        sampled=0 if sample is None else sample.read,
        complete=sample is not None and sample.complete,
        reasons=() if sample is None else _shares(sample.reasons, sample.read),
        group=None
        if group is None
        else _group(group, None if before is None else before.letters_group, ends, seconds, wall_ms),
    )


def _group(
    now: GroupLook, before: GroupLook | None, ends: Mapping[int, Ends], seconds: float | None, wall_ms: int
) -> GroupReport:
    rows = []
    for number, found in sorted(ends.items()):
        committed, last = now.committed.get(number), None if before is None else before.committed.get(number)
        written = now.oldest_ms.get(number)
        # Without a commit, or with one that retention has overtaken, the group goes on with the first stored record.
        lag = max(0, found.high - max(found.low if committed is None else committed, found.low))
        rows.append(
            GroupRow(
                partition=number,
                lag=lag,
                # Clocks differ: a record from the future is new.
                oldest=None if written is None or not lag else max(0.0, (wall_ms - written) / 1000),
                rate=_rate(committed, last, seconds),
                owner=now.owners.get(number),
                missed=0 if committed is None else max(0, found.low - committed),
                committed=committed,
            )
        )
    ages = [row.oldest for row in rows if row.oldest is not None]
    return GroupReport(
        name=now.name,
        state=now.state,
        members=now.members,
        lag=sum(row.lag for row in rows),
        oldest=max(ages, default=None),
        rate=_sum({row.partition: row.rate for row in rows}),
        missed=sum(row.missed for row in rows),
        rows=tuple(rows),
    )


def _written(now: TopicLook, before: TopicLook | None, seconds: float | None) -> dict[int, float | None]:
    earlier = NOTHING if before is None else before.partitions or NOTHING
    return {
        number: _rate(found.high, earlier[number].high if number in earlier else None, seconds)
        for number, found in (now.partitions or NOTHING).items()
    }


def _rate(now: int | None, before: int | None, seconds: float | None) -> float | None:
    if now is None or before is None or seconds is None:
        return None
    # A topic that was made anew, or a group that was set back, is no negative speed.
    return max(0, now - before) / seconds


def _sum(rates: Mapping[int, float | None]) -> float | None:
    known = [rate for rate in rates.values() if rate is not None]
    return sum(known) if known else None


def _shares(counts: Mapping[str, int], read: int) -> tuple[Share, ...]:
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return tuple(Share(name, count / read) for name, count in ordered) if read else ()
