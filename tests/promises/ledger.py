"""The ledger: what was published, handled, dead-lettered and committed, seen from outside of the workers."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import IO, Final

from eventpact.codec import Codec
from eventpact.kafka.record import Record
from ingestion_events import IngestionEvent
from tests.kafka.world import DEAD_LETTERS, LIMIT, TOPIC, World, number_of

POISON: Final = b"poison "


@dataclass(frozen=True)
class Breach:
    """A promise that was not kept, and the ids that show it."""

    promise: str
    ids: frozenset[int]


class Process:
    """A worker process whose handled ids are read as it writes them."""

    def __init__(self, world: World, changed: threading.Condition, mutant: str, milliseconds: float) -> None:
        command = [sys.executable, "-m", "tests.promises.worker_process"]
        self._process = subprocess.Popen(
            [*command, world.broker.bootstrap_servers, mutant, str(milliseconds)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.handled: list[int] = []
        self.ended = False
        self.errors = ""
        self._changed = changed
        assert self._process.stdout is not None
        assert self._process.stderr is not None
        self._readers = [
            threading.Thread(target=self._read, args=(self._process.stdout,), daemon=True),
            threading.Thread(target=self._read_errors, args=(self._process.stderr,), daemon=True),
        ]
        for reader in self._readers:
            reader.start()

    def _read(self, lines: IO[str]) -> None:
        for line in lines:
            with self._changed:
                self.handled.append(int(line))
                self._changed.notify_all()

        with self._changed:  # the end is news, too; the process itself may be seen for a moment longer
            self.ended = True
            self._changed.notify_all()

    def _read_errors(self, lines: IO[str]) -> None:
        self.errors = lines.read()

    def send(self, number: int) -> None:
        """Send a signal to a process that may have ended already."""
        self._process.send_signal(number)

    def end(self, number: int | None = None) -> int:
        """Send the signal, if any, and wait for the end; the exit code. All that it wrote is read afterwards."""
        if number is not None:
            self.send(number)
        code = self._process.wait(LIMIT)
        for reader in self._readers:
            reader.join(LIMIT)
        for stream in (self._process.stdout, self._process.stderr):
            assert stream is not None
            stream.close()
        return code

    def kill(self) -> None:
        """Leave nothing running."""
        if self._process.poll() is None:
            self.end(signal.SIGKILL)


class Ledger:
    """One topic's story. Ids of events are their numbers, those of poison the number behind the word."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._changed = threading.Condition()
        self.published: set[int] = set()
        self._events: set[int] = set()
        self.processes: list[Process] = []

    def start(self, mutant: str = "none", milliseconds: float = 0.2) -> Process:
        process = Process(self._world, self._changed, mutant, milliseconds)
        self.processes.append(process)
        return process

    def publish(self, count: int, poison_every: int) -> None:
        """Events, and among them records that nobody can decode."""
        for number in range(count):
            if number % poison_every == 3:
                self._world.put(POISON + str(number).encode(), partition=number % 6)
        self.published = set(range(count))
        self._events = {number for number in self.published if number % poison_every != 3}
        self._world.publish(*sorted(self._events))

    def wait(self, done: Callable[[], bool]) -> None:
        """Until `done`, which is asked whenever a worker handled something or ended."""
        with self._changed:
            reached = self._changed.wait_for(done, LIMIT)
        assert reached, "".join(process.errors for process in self.processes)

    def wait_handled(self, process: Process, count: int) -> None:
        """Until this process has handled so many."""
        self.wait(lambda: len(process.handled) >= count or process.ended)

    def wait_events(self, process: Process) -> None:
        """Until every event is handled, or this process has ended."""
        self.wait(lambda: self.events_handled() or process.ended)

    def events_handled(self) -> bool:
        """Is every event handled by some process?"""
        return self._events <= {number for process in self.processes for number in process.handled}

    def wait_complete(self) -> None:
        """Until every event is handled and all poison is dead-lettered."""
        self.wait(self.events_handled)
        self._world.letters(len(self.published - self._events))

    def settled(self) -> Counter[int]:
        """How often each id was handled or dead-lettered."""
        counts = Counter(number for process in self.processes for number in process.handled)
        counts.update(self.buried())
        return counts

    def buried(self) -> list[int]:
        stored = self._world.stored(DEAD_LETTERS)
        letters = self._world.letters(stored) if stored else []
        return [self._id(letter.original_value or b"") for letter in letters]

    def breaches(self, *, complete: bool) -> list[Breach]:
        """Promises that are broken now; call it while no worker runs. `complete`: the workers saw all there is."""
        settled, committed = set(self.settled()), self._world.committed()
        below = {
            self._id(record.value or b"")
            for record in map(Record.of, self._world.records(TOPIC, self._world.stored(TOPIC)))
            if record.offset < committed.get(record.partition, 0)
        }
        found = [
            Breach("no commit is ahead of the work", frozenset(below - settled)),
            Breach("nothing is settled that was never published", frozenset(settled - self.published)),
        ]
        if complete:
            found.append(Breach("everything published is settled", frozenset(self.published - settled)))
        return [breach for breach in found if breach.ids]

    def _id(self, value: bytes) -> int:
        if value.startswith(POISON):
            return int(value.removeprefix(POISON))
        return number_of(Codec(IngestionEvent).decode(value[5:]))

    def close(self) -> None:
        for process in self.processes:
            process.kill()
