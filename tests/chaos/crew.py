"""The processes under test: started, killed, frozen, replaced."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
from pathlib import Path
from time import monotonic, sleep
from typing import Final

from tests.chaos.book import PATIENCE, Book
from tests.chaos.orders import Orders
from tests.chaos.site import Site

__all__ = ["Crew", "Member"]

LOOK_SECONDS: Final = 0.1
ROOT: Final = Path(__file__).parents[2]


class Member:
    """One process, the `generation`th of its crew; its log lies in `log`."""

    def __init__(self, generation: int, command: list[str], pipe: int, log: Path, book: Book) -> None:
        self.generation = generation
        self.log = log
        self.codes: list[int] = []
        self._book = book
        with log.open("ab") as stream:
            self._process = subprocess.Popen(command, stdout=stream, stderr=stream, pass_fds=[pipe], cwd=ROOT)
        # The end of a process is something that others wait for.
        self._waiter = threading.Thread(target=self._wait, daemon=True)
        self._waiter.start()

    def _wait(self) -> None:
        self.codes.append(self._process.wait())
        self._book.changed()

    @property
    def worked(self) -> int:
        """How many events it has completed."""
        return self._book.by_generation[self.generation]

    @property
    def ended(self) -> bool:
        return bool(self.codes)

    def wait_told(self, words: bytes, count: int) -> None:
        """Until its log holds these words so many times."""
        deadline = monotonic() + PATIENCE
        while self.log.read_bytes().count(words) < count:
            assert monotonic() < deadline, f"worker {self.generation} never told {words!r}; see {self.log}"
            sleep(LOOK_SECONDS)

    def send(self, number: int) -> None:
        self._process.send_signal(number)

    def end(self, number: int | None = None) -> int:
        """Send the signal, if any, and wait for the end; the exit code."""
        if number is not None:
            self.send(number)
        self._waiter.join(PATIENCE)
        assert self.ended, f"worker {self.generation} did not end; see {self.log}"
        return self.codes[0]

    def pester(self, number: int) -> int:
        """Send the signal again and again until it ends; the exit code."""
        deadline = monotonic() + PATIENCE
        while not self.ended and monotonic() < deadline:
            self.send(number)
            self._waiter.join(LOOK_SECONDS / 10)
        return self.end()

    def kill(self) -> None:
        """Leave nothing running, frozen or not."""
        if not self.ended:
            self.end(signal.SIGKILL)


class Crew:
    """Starts members with the same orders, each with a number of its own, and remembers them all."""

    def __init__(self, site: Site, book: Book, folder: Path) -> None:
        self.members: list[Member] = []
        self._site = site
        self._book = book
        self.folder = folder

    def start(self, orders: Orders, servers: str | None = None, *, log: Path | None = None) -> Member:
        """One more member; `servers` is its own way to the broker, `log` what its output goes to."""
        generation = len(self.members) + 1
        site = self._site if servers is None else self._site.by_way_of(servers)
        line = orders.line(site, generation, self._book.pipe)
        command = [sys.executable, "-m", "tests.chaos.worker_process", line]
        log = log or self.folder / f"worker-{generation}.log"
        member = Member(generation, command, self._book.pipe, log, self._book)
        self.members.append(member)
        return member

    @property
    def running(self) -> list[Member]:
        return [member for member in self.members if not member.ended]

    def wait_worked(self, member: Member, count: int) -> None:
        """Until this member has completed so many events, or has ended."""
        self._book.wait(lambda: member.worked >= count or member.ended)

    def logs(self) -> bytes:
        return b"".join(member.log.read_bytes() for member in self.members if member.log.is_file())

    def close(self) -> None:
        for member in self.members:
            member.kill()
