"""Who still reads or writes a version of a contract, and whether it may go. Pure: evidence in, an answer out.

An answer is only as good as what was looked at, so what was not is part of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

__all__ = ["Answer", "Evidence", "Seen", "Verdict", "VersionUse", "may_drop", "uses"]


class Verdict(StrEnum):
    """May the version go?"""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Seen:
    """Records by the version that they were written with. `complete`: all that are stored were looked at.

    `unnamed`: records of schemas that are no version of the subject, as far as the registry said; `None` when it did
    not answer, and some of them may be of any version.
    """

    read: int = 0
    complete: bool = False
    versions: Mapping[int, int] = field(default_factory=dict[int, int])
    unnamed: int | None = 0


@dataclass(frozen=True, slots=True)
class Evidence:
    """All that is known.

    Attributes:
        groups: consumer groups of the manifest.
        strangers: groups that have committed on the topic and that the manifest does not name; `None` when the broker
            did not say.
        registered: versions of the subject; empty when the registry did not say.
        readers: groups by the version that they read with, as their metrics tell.
        read: events by group and the version that they were written with, as the groups' metrics tell.
        writers: events by the version that running producers write, as their metrics tell; 0 when none yet.
        stored: the topic.
        letters: the originals in the dead letters; `None` when the contract has none.
    """

    groups: tuple[str, ...]
    registered: tuple[int, ...] = ()
    readers: Mapping[int, frozenset[str]] = field(default_factory=dict[int, frozenset[str]])
    read: Mapping[tuple[str, int], int] = field(default_factory=dict[tuple[str, int], int])
    writers: Mapping[int, int] = field(default_factory=dict[int, int])
    stored: Seen = Seen()
    letters: Seen | None = None
    strangers: tuple[str, ...] | None = ()


@dataclass(frozen=True, slots=True)
class VersionUse:
    """One version. `written` is `None` when no producer that tells writes it."""

    version: int
    registered: bool
    readers: tuple[str, ...]
    read: int
    written: int | None
    stored: int
    letters: int


@dataclass(frozen=True, slots=True)
class Answer:
    """The verdict, what speaks against dropping the version, and what is not known."""

    version: int
    verdict: Verdict
    against: tuple[str, ...]
    unknown: tuple[str, ...]


def uses(evidence: Evidence) -> tuple[VersionUse, ...]:
    """Every version that is registered or was seen, ascending."""
    letters = {} if evidence.letters is None else evidence.letters.versions
    seen = {version for _, version in evidence.read}
    versions = {*evidence.registered, *evidence.readers, *evidence.writers, *evidence.stored.versions, *letters, *seen}
    return tuple(
        VersionUse(
            version=version,
            registered=version in evidence.registered,
            readers=tuple(sorted(evidence.readers.get(version, ()))),
            read=sum(count for (_, written), count in evidence.read.items() if written == version),
            written=evidence.writers.get(version),
            stored=evidence.stored.versions.get(version, 0),
            letters=letters.get(version, 0),
        )
        for version in sorted(versions)
    )


def may_drop(version: int, evidence: Evidence) -> Answer:
    """May nobody mind when `version` goes? One who uses it is a no; what nobody looked at is never a yes."""
    against, unknown = tuple(_against(version, evidence)), tuple(_unknown(evidence))
    verdict = Verdict.NO if against else Verdict.UNKNOWN if unknown else Verdict.YES
    return Answer(version, verdict, against, unknown)


def _against(version: int, evidence: Evidence) -> Iterable[str]:
    for group in sorted(evidence.readers.get(version, ())):
        yield f"group {group} reads with it"
    if version in evidence.writers:
        yield f"a running producer writes it ({evidence.writers[version]:,} events so far)"
    if count := evidence.stored.versions.get(version, 0):
        yield f"{count:,} of the {evidence.stored.read:,} records that were read on the topic are written with it"
    if evidence.letters is not None and (count := evidence.letters.versions.get(version, 0)):
        yield f"{count:,} dead letters hold events of it: a replay brings them back"


def _unknown(evidence: Evidence) -> Iterable[str]:
    known = frozenset[str]().union(*evidence.readers.values())
    for group in evidence.groups:
        if group not in known:
            yield f"group {group}: no metrics of it, so nobody knows what it reads with"
    for group in evidence.strangers or ():
        if group not in known:
            yield f"group {group} has read the topic, the manifest does not name it, and there are no metrics of it"
    if evidence.strangers is None:
        yield "the broker did not list its groups: there may be some that the manifest does not name"
    if not evidence.writers:
        yield "no metrics of a producer, so nobody knows what is written next"
    if evidence.stored.unnamed is None:
        yield "the registry did not say which versions the records on the topic are"
    if not evidence.stored.complete:
        yield f"only {evidence.stored.read:,} records of the topic were read"
    letters = evidence.letters
    if letters is not None and letters.unnamed is None:
        yield "the registry did not say which versions the dead letters hold"
    if letters is not None and not letters.complete:
        yield f"only {letters.read:,} dead letters were read"
