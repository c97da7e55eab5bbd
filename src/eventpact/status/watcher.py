"""Looks at the contracts' topics and groups, again and again over the same connections."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from functools import partial
from time import monotonic
from types import TracebackType
from typing import Final, Self

from eventpact.contract import Contract
from eventpact.errors import KafkaError, RegistryError
from eventpact.kafka.clock import SYSTEM_CLOCK, Clock
from eventpact.kafka.letter_reading import LetterReader
from eventpact.kafka.registry_choice import registry_of
from eventpact.kafka.settings import Settings
from eventpact.observe.keys import KeyNames
from eventpact.observe.writers import Writers
from eventpact.registry import KnownSchemas, Registry
from eventpact.status.broker import Broker, Described
from eventpact.status.look import ContractLook, GroupLook, LetterSample, Look, Sample, TopicLook
from eventpact.status.records import Place, RecordReader
from eventpact.status.sampling import newest, sample_letters, sample_records

__all__ = ["Watcher"]

SAMPLE_SECONDS: Final = 15.0
"""A sample is read again after this time, when there is something new."""
STRANGERS_SECONDS: Final = 60.0
"""Every group of the cluster has to be asked for them."""


class Watcher:
    """A context manager; not thread-safe.

    Args:
        contracts: what to look at.
        settings: whom to ask.
        registry: names the versions that were written, and reads dead letters; without one both are left out.
        sample: how many of a topic's newest records are read, and how many dead letters; 0 reads none.
        masked: contracts whose record keys are personal data: the keys are counted, not shown.
        timeout: seconds for every question and every reading.
    """

    def __init__(
        self,
        contracts: Iterable[Contract],
        settings: Settings,
        registry: Registry | None = None,
        *,
        sample: int = 1_000,
        masked: Collection[str] = (),
        timeout: float = 5.0,
        clock: Clock = SYSTEM_CLOCK,
    ) -> None:
        self._contracts = tuple(contracts)
        self._registry = registry
        self._sample = sample
        self._masked = frozenset(masked)
        self._clock = clock
        self._broker = Broker(settings, timeout)
        self._reader = RecordReader(settings, timeout)
        opened = None if registry is None else partial(registry_of, settings, registry)
        self._writers = {one.name: Writers(opened, one.subject) for one in self._contracts}
        self._samples: dict[str, tuple[float, TopicLook, Sample]] = {}
        self._letters: dict[str, tuple[float, TopicLook, LetterSample]] = {}
        self._strangers: dict[str, tuple[float, tuple[str, ...]]] = {}
        self._times: dict[tuple[str, Place], tuple[int, int]] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        self._reader.close()

    def look(self) -> Look:
        """What stands there now. Raises KafkaError when the broker does not answer; lesser troubles are gaps."""
        names = [name for contract in self._contracts for name in _topics(contract)]
        topics = self._broker.topics(dict.fromkeys(names))
        # Taken with the offsets, as rates are made of both.
        at, wall_ms = monotonic(), self._clock.wall_ms()
        groups = [group for contract in self._contracts for group in _groups(contract)]
        described, gaps = self._broker.describe(list(dict.fromkeys(groups)))
        looks = tuple(self._contract(contract, topics, described) for contract in self._contracts)
        return Look(at, wall_ms, looks, tuple(gaps))

    def _contract(
        self, contract: Contract, topics: dict[str, TopicLook], described: dict[str, Described]
    ) -> ContractLook:
        gaps: list[str] = []
        topic = topics[contract.topic.name]
        groups = {name: self._group(name, topic, described, gaps) for name in contract.groups}
        letters = contract.dead_letter
        letters_topic = None if letters is None else topics[letters.topic.name]
        return ContractLook(
            name=contract.name,
            topic=topic,
            groups=tuple(group for group in groups.values() if group is not None),
            sample=self._sampled(contract, topic, gaps),
            letters=letters_topic,
            letters_group=None
            if letters is None or letters_topic is None
            else self._group(letters.group, letters_topic, described, gaps),
            letters_sample=None if letters_topic is None else self._sampled_letters(contract, letters_topic, gaps),
            parked=None if letters is None else topics[contract.parked_topic],
            strangers=self._others(contract, topic),
            unread=tuple(name for name, group in groups.items() if group is None),
            gaps=tuple(gaps),
        )

    def _others(self, contract: Contract, topic: TopicLook) -> tuple[str, ...]:
        """Groups that the contract does not name; none where the broker does not list groups, or too many."""
        kept = self._strangers.get(contract.name)
        if kept is None or monotonic() - kept[0] >= STRANGERS_SECONDS:
            try:
                found = tuple(self._broker.readers(topic, contract.groups))
            except KafkaError:
                found = ()
            kept = self._strangers[contract.name] = (monotonic(), found)
        return kept[1]

    def _group(self, name: str, topic: TopicLook, described: dict[str, Described], gaps: list[str]) -> GroupLook | None:
        """The group; `None` when its offsets cannot be read: without them it would look like one that never read."""
        found = described.get(name)
        state, members = (None, None) if found is None else (found.state, found.members)
        owners = {} if found is None else {n: who for (where, n), who in found.owners.items() if where == topic.name}
        try:
            committed = {number: offset for (_, number), offset in self._broker.committed(name, [topic]).items()}
            return GroupLook(name, state, members, owners, committed, self._oldest(topic, committed))
        except KafkaError as error:
            gaps.append(str(error))
            return None

    def _oldest(self, topic: TopicLook, committed: dict[int, int]) -> dict[int, int]:
        """Time stamps of the first records that are not processed; read once per offset."""
        wanted = {}
        for number, ends in (topic.partitions or {}).items():
            next_offset = max(committed.get(number, ends.low), ends.low)
            if next_offset < ends.high:
                wanted[topic.name, number] = next_offset
        known = {place: self._times.get((topic.name, place)) for place in wanted}
        missing = {place: offset for place, offset in wanted.items() if (known[place] or (-1, 0))[0] != offset}
        for place, milliseconds in self._reader.times(missing).items():
            self._times[topic.name, place] = (missing[place], milliseconds)
        found = {place: self._times.get((topic.name, place)) for place in wanted}
        return {place[1]: one[1] for place, one in found.items() if one is not None and one[0] == wanted[place]}

    def _sampled(self, contract: Contract, topic: TopicLook, gaps: list[str]) -> Sample | None:
        if not self._sample or topic.partitions is None:
            return None
        kept = self._samples.get(contract.name)
        if kept is None or (topic != kept[1] and monotonic() - kept[0] >= SAMPLE_SECONDS):
            writers = self._writers[contract.name]
            try:
                names = KeyNames(masked=contract.name in self._masked)
                messages = self._reader.read(newest(topic, self._sample))
                kept = (monotonic(), topic, sample_records(messages, topic, writers, names))
            except KafkaError as error:
                gaps.append(str(error))
                return None
            self._samples[contract.name] = kept
        if (problem := self._writers[contract.name].problem) is not None:
            gaps.append(problem)
        return kept[2]

    def _sampled_letters(self, contract: Contract, topic: TopicLook, gaps: list[str]) -> LetterSample | None:
        readable = contract.dead_letter is not None and contract.dead_letter.readable
        if not self._sample or topic.partitions is None or self._registry is None or not readable:
            return None
        kept = self._letters.get(contract.name)
        if kept is None or (topic != kept[1] and monotonic() - kept[0] >= SAMPLE_SECONDS):
            try:
                messages = self._reader.read(newest(topic, self._sample))
                letters = LetterReader(contract, KnownSchemas(self._registry))
                kept = (monotonic(), topic, sample_letters(messages, topic, letters))
            except (KafkaError, RegistryError) as error:
                gaps.append(f"dead letters are not counted by reason ({type(error).__name__})")
                return None
            self._letters[contract.name] = kept
        return kept[2]


def _topics(contract: Contract) -> list[str]:
    if contract.dead_letter is None:
        return [contract.topic.name]
    return [contract.topic.name, contract.dead_letter.topic.name, contract.parked_topic]


def _groups(contract: Contract) -> list[str]:
    return [*contract.groups, *([] if contract.dead_letter is None else [contract.dead_letter.group])]
