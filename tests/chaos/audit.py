"""What a run has to show: pure functions from what was seen to breaches."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from eventpact.dead_letter import Reason
from tests.chaos.poison import TENANTS
from tests.chaos.reading import Place
from tests.chaos.sampler import Sample

__all__ = ["Breach", "Evidence", "Letter", "breaches", "duplicates"]


@dataclass(frozen=True, slots=True)
class Breach:
    """A promise that was not kept, and what shows it: mostly ids."""

    promise: str
    shown_by: tuple[object, ...]

    def __str__(self) -> str:
        return f"{self.promise}: {len(self.shown_by)}, such as {self.shown_by[:5]}"


@dataclass(frozen=True, slots=True)
class Letter:
    """A dead letter, or a parked record: the number in it, where it stands, and whether it is what it should be."""

    dlq_id: str
    reason: Reason
    number: int
    place: Place
    origin: Place
    faithful: bool
    tells: bool


@dataclass(frozen=True, slots=True)
class Evidence:
    """All that was seen of a run.

    Attributes:
        acknowledged, sent: numbers with a clean delivery report; all numbers are below `sent`.
        source: where each number lies on the source topic.
        entries: completions, pairs of worker and number, the oldest first.
        letters, parked: raw from their topics.
        samples: looks at committed offsets, the last one at the end.
        ends: the offset after the last record of each source partition.
        told: log lines that hold a canary.
        idle: workers that completed nothing although they should have.
    """

    acknowledged: AbstractSet[int]
    sent: int
    source: Mapping[Place, int]
    entries: Sequence[tuple[int, int]]
    letters: Sequence[Letter]
    parked: Sequence[Letter]
    samples: Sequence[Sample]
    ends: Mapping[int, int]
    told: Sequence[str] = ()
    idle: Sequence[int] = ()


def duplicates(evidence: Evidence) -> int:
    """Completions beyond the first."""
    return len(evidence.entries) - len({number for _, number in evidence.entries})


def breaches(evidence: Evidence, *, complete: bool, bound: float | None = None) -> list[Breach]:
    """Every promise that was broken. `complete`: the workers have seen all there is. `bound`: of duplicates."""
    found: dict[str, Sequence[object]] = {
        "nothing is settled that was never published": unpublished(evidence),
        "no commit is ahead of the work": ahead(evidence),
        "no commit goes back": backwards(evidence),
        "a tenant's events are first completed in order": out_of_order(evidence),
        "a dead letter holds the original bytes": [each.number for each in kept(evidence) if not each.faithful],
        "nothing of a record is told": [*evidence.told, *(each.number for each in kept(evidence) if each.tells)],
        "every worker worked": evidence.idle,
    }
    if complete:
        found["everything published is settled"] = sorted(evidence.acknowledged - settled(evidence))
        found["everything is committed"] = uncommitted(evidence)
    if bound is not None and duplicates(evidence) > bound:
        found["few events are repeated"] = [duplicates(evidence)]
    return [Breach(promise, tuple(shown_by)) for promise, shown_by in found.items() if shown_by]


def kept(evidence: Evidence) -> Iterator[Letter]:
    yield from evidence.letters
    yield from evidence.parked


def settled(evidence: Evidence) -> set[int]:
    return {number for _, number in evidence.entries} | {each.number for each in kept(evidence)}


def unpublished(evidence: Evidence) -> list[int]:
    return sorted(number for number in settled(evidence) if not 0 <= number < evidence.sent)


def ahead(evidence: Evidence) -> list[Place]:
    """Places below a committed offset that were neither completed nor dead-lettered when it was seen."""
    completed: dict[int, int] = {}
    for position, (_, number) in enumerate(evidence.entries):
        completed.setdefault(number, position)
    letters: dict[Place, list[Place]] = {}
    for letter in evidence.letters:
        letters.setdefault(letter.origin, []).append(letter.place)
    early: list[Place] = []
    proven: Counter[int] = Counter()  # what an earlier look has shown is settled at a later one
    for sample in evidence.samples:
        for partition, committed in sample.committed.items():
            for place in ((partition, offset) for offset in range(proven[partition], committed)):
                if place not in evidence.source:  # a gap: the marker of a transaction
                    continue
                done = completed.get(evidence.source[place])
                if done is not None and done < sample.entries:
                    continue
                if not any(offset < sample.letters[number] for number, offset in letters.get(place, [])):
                    early.append(place)
            proven[partition] = max(proven[partition], committed)
    return early


def backwards(evidence: Evidence) -> list[Place]:
    found: list[Place] = []
    highest: Counter[int] = Counter()
    for sample in evidence.samples:
        for partition, committed in sample.committed.items():
            if committed < highest[partition]:
                found.append((partition, committed))
            highest[partition] = max(highest[partition], committed)
    return found


def out_of_order(evidence: Evidence) -> list[int]:
    """Numbers that were first completed after a later one of their tenant. Those that took another way round, through
    the dead letters, are no breach.
    """
    detour = {each.number for each in kept(evidence)}
    found: list[int] = []
    seen: set[int] = set()
    latest: dict[int, int] = {}
    for _, number in evidence.entries:
        if number in seen or number in detour:
            continue
        seen.add(number)
        tenant = number % TENANTS
        if number < latest.get(tenant, -1):
            found.append(number)
        latest[tenant] = max(number, latest.get(tenant, -1))
    return found


def uncommitted(evidence: Evidence) -> list[Place]:
    last = evidence.samples[-1].committed if evidence.samples else {}
    return [(number, end) for number, end in evidence.ends.items() if last.get(number, 0) < end]
