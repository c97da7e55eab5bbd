"""One run: records in, workers at work, faults, and the ledger that is drawn up at the end."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from time import monotonic, sleep
from types import TracebackType
from typing import Final, Self

from confluent_kafka import KafkaException, Message

from eventpact.codec import Codec
from eventpact.dead_letter import DeadLetter
from eventpact.kafka.record import Record
from tests.chaos.audit import Breach, Evidence, Letter, breaches, duplicates
from tests.chaos.book import PATIENCE, Book
from tests.chaos.crew import Crew, Member
from tests.chaos.orders import Orders
from tests.chaos.poison import CANARY, number_in
from tests.chaos.publisher import Publisher
from tests.chaos.reading import Place, all_records, committed, ends, reader
from tests.chaos.sampler import Sample, Sampler
from tests.chaos.site import Site

__all__ = ["AHEAD", "Account", "Run"]

AHEAD: Final = 2_000
"""Records that lie before the workers while a run goes on."""
LOOK_SECONDS: Final = 0.1
_LETTERS: Final = Codec(DeadLetter)


@dataclass(frozen=True, slots=True)
class Account:
    """The last line of a run's ledger."""

    events: int
    completed: int
    letters: int
    parked: int
    faults: Counter[str]
    workers: int
    duplicates: int
    bound: float
    lost: int
    seconds: float
    breaches: tuple[Breach, ...]


class Run:
    """A context manager; leaves no process behind. `poison_every`: one record in so many is poison, 0 for none."""

    def __init__(self, site: Site, folder: Path, *, seed: int = 0, poison_every: int = 20) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.site = site
        self.dice = random.Random(seed)
        self.faults: Counter[str] = Counter()
        self.orders = Orders()
        self._claims: dict[str, Callable[[Evidence], Sequence[object]]] = {}
        if not poison_every:
            self.claim("an outage dead-letters nothing", lambda evidence: [each.number for each in evidence.letters])
        self._bound = 0.0
        self._idle_allowed: set[int] = set()
        self._stack = ExitStack()
        self._started = monotonic()
        self.book = Book()
        self._stack.callback(self.book.close)
        self.publisher = Publisher(site, poison_every)
        self.crew = Crew(site, self.book, folder)
        self._stack.callback(self.crew.close)

    def __enter__(self) -> Self:
        self.sampler = Sampler(self.site, self.book)
        self._stack.callback(self.sampler.close)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is not None:
            error.add_note(f"{len(self.book.entries)} completed, {self.sampler.committed} of "
                           f"{len(self.publisher.acknowledged)} committed, faults: {dict(self.faults)}, logs: "
                           f"{self.crew.folder}")  # fmt: skip
            self.publisher.dry()
        self._stack.close()

    def pour(self, ahead: int = AHEAD) -> None:
        """Publish on, so that the workers always have about so many records before them."""
        self.publisher.pour(ahead, lambda: self.sampler.committed)

    def fault(self, name: str, *, repeats: float = 0.0) -> None:
        """A fault was seen to fire; it may make so many completions come again."""
        self.faults[name] += 1
        self._bound += repeats

    def claim(self, promise: str, check: Callable[[Evidence], Sequence[object]]) -> None:
        """A promise of this run's own; what `check` returns shows that it was not kept."""
        self._claims[promise] = check

    def excuse(self, member: Member) -> None:
        """This member need not have completed anything: its start was the fault."""
        self._idle_allowed.add(member.generation)

    def wait_worked(self, *members: Member, further: int = 50) -> None:
        """Until each of these has completed so many events from now on, or has ended."""
        wanted = [(member, member.worked + further) for member in members]
        for member, count in wanted:
            self.crew.wait_worked(member, count)

    def wait_end(self, members: Sequence[Member]) -> Member | None:
        """The first of these that ends; `None` when all that was published is committed before."""
        self.book.wait(lambda: any(member.ended for member in members) or self.all_committed, PATIENCE)
        return next((member for member in members if member.ended), None)

    @property
    def all_committed(self) -> bool:
        return self.sampler.committed >= len(self.publisher.acknowledged)

    def wait_committed(self) -> None:
        """Until all that was published is committed."""
        self.book.wait(lambda: self.all_committed, PATIENCE)

    def wait_letters(self, count: int) -> None:
        """Until so many dead letters are stored."""
        self.book.wait(lambda: self.sampler.letters >= count)

    def wait_letters_committed(self) -> None:
        """Until the dead-letter processors have committed all dead letters, successors of their own included."""
        site, deadline = self.site, monotonic() + PATIENCE
        with reader(site.servers, site.processors) as consumer:
            while committed(consumer, site.letters, site.partitions) != ends(consumer, site.letters, site.partitions):
                assert monotonic() < deadline, "dead letters are left"
                sleep(LOOK_SECONDS)

    def account(self, *, complete: bool = True) -> Account:
        """Draw up the ledger; call it when no worker runs any more."""
        evidence = self.evidence()
        bound = self._bound if complete else None
        broken = breaches(evidence, complete=complete, bound=bound)
        known = {number for _, number in evidence.entries}
        buried = {letter.number for letter in evidence.letters}
        parked = {letter.number for letter in evidence.parked}
        return Account(
            events=len(evidence.acknowledged),
            completed=len(known),
            letters=len(buried),
            parked=len(parked),
            faults=self.faults,
            workers=len(self.crew.members),
            duplicates=duplicates(evidence),
            bound=self._bound,
            lost=len(evidence.acknowledged - known - buried - parked) if complete else 0,
            seconds=monotonic() - self._started,
            breaches=tuple(broken + self._own(evidence)),
        )

    def _own(self, evidence: Evidence) -> list[Breach]:
        """What this run promises besides."""
        shown = {promise: tuple(check(evidence)) for promise, check in self._claims.items()}
        return [Breach(promise, by) for promise, by in shown.items() if by]

    def evidence(self) -> Evidence:
        site = self.site
        records = {
            (m.partition() or 0, m.offset() or 0): m for m in all_records(site.servers, site.topic, site.partitions)
        }
        with reader(site.servers, site.group) as consumer:
            final = Sample(
                committed(consumer, site.topic, site.partitions),
                self.book.mark(),
                ends(consumer, site.letters, site.partitions),
            )
            last = ends(consumer, site.topic, site.partitions)
        letters = [self._letter(m, records) for m in all_records(site.servers, site.letters, site.partitions)]
        parked = [self._letter(m, records) for m in all_records(site.servers, site.parked, site.partitions)]
        return Evidence(
            acknowledged=frozenset(self.publisher.acknowledged),
            sent=self.publisher.sent,
            source={place: number_in(message.value() or b"") for place, message in records.items()},
            entries=tuple(self.book.entries),
            letters=letters,
            parked=parked,
            samples=[*self.sampler.samples, final],
            ends=last,
            told=[line for line in self.crew.logs().decode("utf-8", "replace").splitlines() if CANARY in line],
            idle=[m.generation for m in self.crew.members if not m.worked and m.generation not in self._idle_allowed],
        )

    def _letter(self, message: Message, records: dict[Place, Message]) -> Letter:
        letter = _LETTERS.decode((message.value() or b"")[5:])
        origin = (letter.original_partition, letter.original_offset)
        if origin not in records:
            raise KafkaException(f"a dead letter of {origin}, where nothing is")
        original = Record.of(records[origin])
        outer = Record.of(message)
        ours = [pair for pair in outer.headers if pair not in original.headers]
        texts = (letter.dlq_id, letter.error_class, letter.error_code, letter.error_summary, letter.error_location)
        return Letter(
            reason=letter.reason,
            dlq_id=letter.dlq_id,
            number=number_in(letter.original_value or b""),
            place=(outer.partition, outer.offset),
            origin=origin,
            faithful=(letter.original_key, letter.original_value) == (original.key, original.value)
            and [(header.name, header.value) for header in letter.original_headers] == list(original.headers),
            tells=any(CANARY.encode() in (value or b"") for _, value in ours)
            or any(CANARY in (t or "") for t in texts),
        )
