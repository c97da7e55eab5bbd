"""The main job: files -> events -> two workers -> dead letters -> replay, and a count that has to come out even."""

import time
import uuid
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Final, Protocol

from confluent_kafka import KafkaError, Message
from confluent_kafka import Producer as RawProducer

from eventpact.contract import Contract, Manifest, contract_of
from eventpact.dead_letter import DeadLetter
from eventpact.demo.ledger import Ledger, Place
from eventpact.demo.staff import Staff
from eventpact.demo.summary import DeadLettered, Summary
from eventpact.demo.target import Target, target
from eventpact.demo.walk import event_of, files_below, tenant_of
from eventpact.errors import DeliveryError, EventpactError
from eventpact.kafka import Delivery, Producer, Record, Settings, read_dead_letters, replay
from eventpact.kafka.config import producer_config
from eventpact.kafka.replaying import REPLAY_ID
from eventpact.registry import RegistryClient, register_contracts
from eventpact.schema import parse
from ingestion_events import IngestionEvent

__all__ = ["Watcher", "run"]

WORKERS: Final = ("worker-1", "worker-2")
AHEAD: Final = 5_000
"""Records that may be stored and not handled: the embedded broker keeps a few megabytes per partition."""
PATIENCE: Final = 30.0
NOT_AN_EVENT: Final = b"no frame, no schema id: nothing that a worker could decode"


class Watcher(Protocol):
    """Is told how far the run is."""

    def stage(self, text: str) -> None: ...
    def advance(self, what: str, done: int, total: int) -> None: ...


class ExtractionFailedError(Exception):
    """What the demo's handler raises until it is repaired."""


def run(root: Path, watcher: Watcher) -> Summary:
    """Do the job on the files below ``root``.

    Raises:
        EventpactError: there are no files, or a part of the stack failed.
        OSError: a file cannot be read.
    """
    paths = list(files_below(root))
    if not paths:
        raise EventpactError(f"no files below {root}: name a folder that holds some")
    contract = contract_of(IngestionEvent)
    watcher.stage("starting broker and registry")
    with target(contract) as where:
        for difference in where.differences:
            watcher.stage(f"note: {difference}")
        watcher.stage(f"registering the schemas of {contract.name} ({where.name})")
        _register(contract, where.settings)
        return _Run(root, paths, contract.on_topic(where.settings.topic or contract.topic.name), where, watcher).work()


def _register(contract: Contract, settings: Settings) -> None:
    schemas = {contract.schema: parse(IngestionEvent.SCHEMA_TEXT, source=contract.schema)}
    if contract.dead_letter is not None and contract.dead_letter.schema is not None:
        schemas[contract.dead_letter.schema] = parse(DeadLetter.SCHEMA_TEXT, source=contract.dead_letter.schema)
    if settings.registry is None:
        raise EventpactError("the settings name no schema registry")
    with RegistryClient(settings.registry) as registry:
        register_contracts(Manifest(Path("ingestion_events"), (), (contract,), schemas), registry)


class _Run:
    def __init__(self, root: Path, paths: list[Path], contract: Contract, where: Target, watcher: Watcher) -> None:
        self._root = root
        self._paths = paths
        self._contract = contract
        self._where = where
        self._watcher = watcher
        self._name = uuid.uuid4().hex[:8]
        self._ledger = Ledger()
        # The file in the middle meets a handler with a bug.
        self._failing = event_of(paths[len(paths) // 2], root, self._name)
        self._repaired = False

    def work(self) -> Summary:
        ledger, total = self._ledger, len(self._paths) + 1
        with Staff(WORKERS, self._where.settings, self._handle) as staff:
            self._watcher.stage(f"{len(WORKERS)} workers join {self._contract.groups[0]}")
            if not ledger.wait(lambda _: staff.ready, PATIENCE):
                raise EventpactError(f"the workers got no partitions within {PATIENCE:g} s")
            started = time.monotonic()
            self._publish()
            # Two records end as dead letters: one is no event, one meets the bug.
            ledger.wait(self._settled(total - 2, lambda: staff.dead_lettered >= 2), PATIENCE)
            seconds = time.monotonic() - started
            letters = self._letters()
            self._watcher.stage("the handler is repaired; its dead letter is replayed")
            replayed = self._replay(letters)
        return self._summary(letters, replayed, seconds)

    def _handle(self, worker: str, event: IngestionEvent, record: Record) -> None:
        if event.metadata is None or event.metadata.get("demo_run") != self._name:
            return  # somebody else's event on a shared topic
        if not self._repaired and _file(event) == _file(self._failing):
            raise ExtractionFailedError
        replay_id = next((value for name, value in record.headers if name == REPLAY_ID), None)
        self._ledger.handle(worker, (record.partition, record.offset), replay_id.decode() if replay_id else None)

    def _publish(self) -> None:
        self._watcher.stage(f"publishing {len(self._paths):,} events and one record that is none")
        with Producer(IngestionEvent, self._where.settings) as producer:
            for done, path in enumerate(self._paths, 1):
                producer.publish(event_of(path, self._root, self._name), on_delivery=self._delivered)
                self._watcher.advance("published", done, len(self._paths) + 1)
                self._ledger.wait(lambda ledger, done=done: done - len(ledger.handled) < AHEAD, PATIENCE)  # type: ignore[misc]
        self._publish_garbage()
        self._watcher.advance("published", len(self._paths) + 1, len(self._paths) + 1)

    def _publish_garbage(self) -> None:
        """What a foreign producer may do to a topic; ours refuses it."""
        raw = RawProducer(producer_config(self._where.settings))
        key = tenant_of(self._paths[0], self._root)
        places: list[Place] = []

        def stored(error: KafkaError | None, message: Message) -> None:
            if error is None:
                places.append((message.partition() or 0, message.offset() or 0))

        raw.produce(self._contract.topic.name, value=NOT_AN_EVENT, key=key, on_delivery=stored)
        raw.flush(PATIENCE)
        if not places:
            raise DeliveryError(f"the undecodable record was not stored in {self._contract.topic.name}")
        self._ledger.acknowledge(places[0])

    def _delivered(self, outcome: Delivery | DeliveryError) -> None:
        # A failed delivery is raised by the producer when its block ends.
        if isinstance(outcome, Delivery):
            self._ledger.acknowledge((outcome.partition, outcome.offset))

    def _settled(self, events: int, dead_lettered: Callable[[], bool]) -> Callable[[Ledger], bool]:
        def settled(ledger: Ledger) -> bool:
            handled = len(ledger.handled & ledger.acknowledged)
            self._watcher.advance("handled", handled, events)
            return handled >= events and dead_lettered()

        return settled

    def _letters(self) -> dict[Place, DeadLetter]:
        """The dead letters of this run."""
        ours = self._ledger.acknowledged
        found = (stored.letter for stored in read_dead_letters(IngestionEvent, self._where.settings))
        return {
            (letter.original_partition, letter.original_offset): letter
            for letter in found
            if letter is not None
            and letter.original_topic == self._contract.topic.name
            and (letter.original_partition, letter.original_offset) in ours
        }

    def _replay(self, letters: dict[Place, DeadLetter]) -> frozenset[str]:
        """Ids of the dead letters whose replay was handled: those that the repaired handler can take."""
        wanted = {letter.dlq_id for letter in letters.values() if letter.error_class.endswith("ExtractionFailedError")}
        self._repaired = True
        replay(IngestionEvent, self._where.settings, where=lambda letter: letter.dlq_id in wanted)
        self._ledger.wait(lambda ledger: wanted <= ledger.replays, PATIENCE)
        return self._ledger.replays & wanted

    def _summary(self, letters: dict[Place, DeadLetter], replayed: frozenset[str], seconds: float) -> Summary:
        acknowledged, handled = self._ledger.acknowledged, self._ledger.handled
        return Summary(
            target=self._where.name,
            published=len(acknowledged),
            handled=len(handled & acknowledged),
            dead_lettered=len(letters),
            replayed=len(replayed),
            lost=len(acknowledged - handled - letters.keys()),
            duplicates=self._ledger.duplicates,
            tenants=len({tenant_of(path, self._root) for path in self._paths}),
            workers=self._ledger.workers,
            partitions=self._contract.topic.partitions,
            spread=dict(Counter(partition for partition, _ in acknowledged)),
            seconds=seconds,
            dead_letters=tuple(
                DeadLettered(
                    topic=letter.original_topic,
                    partition=place[0],
                    offset=place[1],
                    stage=letter.stage.value,
                    reason=letter.reason.value,
                    summary=letter.error_summary,
                    replayed=letter.dlq_id in replayed,
                )
                for place, letter in sorted(letters.items())
            ),
        )


def _file(event: IngestionEvent) -> tuple[str | None, str]:
    return event.source_path, event.original_filename
