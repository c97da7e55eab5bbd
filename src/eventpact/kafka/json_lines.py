"""Lines of JSON become published events. A bad line is told and put aside; the others go on."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import IO, Final, Generic, TypeVar

from eventpact.codec import Codec
from eventpact.codec.json_form import JsonForm
from eventpact.errors import DeliveryError, EncodeError, MessageTooLargeError
from eventpact.kafka.delivery import Delivery
from eventpact.kafka.producer import Producer

__all__ = ["LONGEST_LINE", "BadLine", "JsonLines", "Line", "PublishedLines", "lines_of"]

E = TypeVar("E")

LONGEST_LINE: Final = 16 * 1024 * 1024
"""Bytes. A longer line is refused without being held in memory."""
CHUNK: Final = 64 * 1024


@dataclass(frozen=True, slots=True)
class Line:
    """One line without its end. `rest` is empty unless it is too long: then it yields what follows `text`."""

    number: int
    text: bytes
    rest: Iterator[bytes] | None = None


@dataclass(frozen=True, slots=True)
class BadLine:
    """A line that was not published: its number from 1, and why, without a value of it."""

    number: int
    reason: str
    line: Line


@dataclass(frozen=True, slots=True)
class PublishedLines:
    """`lines` == `published` + `bad`; empty lines are not counted. `published` are acknowledged, unless it was dry."""

    lines: int
    published: int
    bad: int


class JsonLines(Generic[E]):
    """Publishes lines; `bad` is told of each line that was not published, and may keep the line.

    Without a producer the lines are only checked.
    """

    def __init__(self, codec: Codec[E], producer: Producer[E] | None, bad: Callable[[BadLine], object]) -> None:
        self._codec = codec
        self._form = JsonForm(codec)
        self._producer = producer
        self._bad = bad
        self._lines = 0
        self._refused = 0

    def publish(self, lines: Iterator[Line]) -> None:
        """Take every line. Only lines on their way to the broker are held in memory.

        Raises:
            QueueFullError, TopicError, ProducerStoppedError, KafkaError: as `Producer.publish`; the world is wrong,
                not the line, so this is the end.
        """
        for line in lines:
            if line.rest is None and not line.text.strip():
                continue
            self._lines += 1
            try:
                self._publish(line)
            except (EncodeError, MessageTooLargeError) as error:
                self._refuse(line, str(error))

    def counts(self) -> PublishedLines:
        """The counts so far; final once the producer is flushed."""
        return PublishedLines(self._lines, self._lines - self._refused, self._refused)

    def _publish(self, line: Line) -> None:
        if line.rest is not None:
            raise EncodeError(f"the line is longer than {LONGEST_LINE} bytes", rule="size")
        event = self._form.parse(line.text)
        if self._producer is None:
            self._codec.encode(event)
        else:
            self._producer.publish(event, on_delivery=partial(self._told, line))

    def _told(self, line: Line, outcome: Delivery | DeliveryError) -> None:
        if isinstance(outcome, DeliveryError):
            stored = "perhaps stored" if outcome.maybe else "not stored"
            self._refuse(line, f"not acknowledged by the broker ({outcome.code}): {stored}")

    def _refuse(self, line: Line, reason: str) -> None:
        self._refused += 1
        self._bad(BadLine(line.number, reason, line))


def lines_of(stream: IO[bytes], longest: int = LONGEST_LINE) -> Iterator[Line]:
    """The stream's lines, one at a time; of one that is longer than `longest` only a piece."""
    number = 0
    while text := stream.readline(longest + 1):
        number += 1
        if text.endswith(b"\n"):
            yield Line(number, text[:-1])
        elif len(text) <= longest:
            yield Line(number, text)
        else:
            rest = _rest(stream)
            yield Line(number, text, rest)
            for _ in rest:
                pass


def _rest(stream: IO[bytes]) -> Iterator[bytes]:
    while piece := stream.readline(CHUNK):
        yield piece.removesuffix(b"\n")
        if piece.endswith(b"\n"):
            return
