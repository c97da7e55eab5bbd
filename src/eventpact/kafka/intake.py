"""From a record's value to an event, or to the stage that failed: size, frame, schema, subject, decode. In that order.

The message chooses the schema it is read with, so its id has to be registered under the topic's own subject *before*
anything is decoded.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

from eventpact.codec import Codec, unframe
from eventpact.dead_letter import Stage
from eventpact.errors import FrameError, NotRegisteredError
from eventpact.ids import SchemaId
from eventpact.kafka.clock import Clock
from eventpact.kafka.judge import Failure, NotYetKnown, TooLarge, WrongSubject
from eventpact.kafka.policy import Policy
from eventpact.registry import KnownSchemas
from eventpact.schema import Schema

__all__ = ["Intake"]

E = TypeVar("E")

DOUBTS_KEPT: Final = 1_000
UNKNOWN_FOR: Final = 60.0
"""Seconds until a schema id that the registry does not know may have been registered."""


@dataclass(frozen=True, slots=True)
class Doubt:
    """The registry said no to a schema id, at a monotonic time; `confirmed` when it did so twice."""

    since: float
    confirmed: bool


class Intake(Generic[E]):
    """Reads the values of one topic. Decoders are made once per schema id and kept for ever: an id never changes.

    Not thread-safe: one worker, one thread.
    """

    def __init__(self, codec: Codec[E], known: KnownSchemas, subject: str, policy: Policy, clock: Clock) -> None:
        self._codec = codec
        self._known = known
        self._subject = subject
        self._limit = policy.max_value_bytes
        self._recheck = policy.recheck
        self._clock = clock
        self._decoders: dict[SchemaId, Callable[[bytes], E]] = {}
        self._doubts: dict[SchemaId, Doubt] = {}

    def read(self, value: bytes | None) -> tuple[SchemaId, E] | Failure[E]:
        """The writer's schema id and the event, or what went wrong. Raises nothing but BaseException."""
        schema_id: SchemaId | None = None
        stage = Stage.FRAMING
        try:
            if value is None:
                raise FrameError("a record without a value holds no event")
            if len(value) > self._limit:
                raise TooLarge
            schema_id, body = unframe(value)
            stage = Stage.SCHEMA
            decode = self._decoders.get(schema_id) or self._decoder(schema_id)
            stage = Stage.DECODE
            return schema_id, decode(body)
        except Exception as error:
            # Its traceback would hold the frames that hold the failure: a circle, kept with its message until Python
            # looks for such. Where our own code gave up tells nobody anything.
            error.__traceback__ = error.__context__ = error.__cause__ = None
            return Failure(stage, error, schema_id)

    def _decoder(self, schema_id: SchemaId) -> Callable[[bytes], E]:
        """Ask the registry, once per id. A fresh id may not have reached the registry's replica yet, so a first no is
        not believed: the second one counts, a while later, and then for a minute.

        Raises:
            NotYetKnown: ask again after `Policy.recheck`.
        """
        now = self._clock.monotonic()
        doubt = self._doubts.get(schema_id)
        if doubt is not None and now - doubt.since > UNKNOWN_FOR:
            doubt = None
        if doubt is not None and not doubt.confirmed:
            if now - doubt.since < self._recheck:
                raise NotYetKnown
            self._known.ask_again(schema_id, self._subject)
        try:
            decoder = self._decoders[schema_id] = self._codec.decoder(self._writer(schema_id))
        except (NotRegisteredError, WrongSubject):
            self._keep(schema_id, Doubt(now, confirmed=doubt is not None))
            if doubt is None:
                raise NotYetKnown from None
            raise
        self._doubts.pop(schema_id, None)
        return decoder

    def _writer(self, schema_id: SchemaId) -> Schema:
        if self._known.belongs(schema_id, self._subject):
            return self._known.schema(schema_id)
        self._known.schema(schema_id)  # tells an id that nobody knows from one that is not ours
        raise WrongSubject

    def _keep(self, schema_id: SchemaId, doubt: Doubt) -> None:
        self._doubts.pop(schema_id, None)
        if len(self._doubts) >= DOUBTS_KEPT:
            self._doubts.pop(next(iter(self._doubts)))
        self._doubts[schema_id] = doubt
