"""What becomes of a record that failed: a table, and the function that reads it. Pure; the loop acts on the answer.

Blame decides. A bad record is dead-lettered, a bad world is waited out (an outage must never drain a topic into the
dead letters), a bad handler gets a few tries, and what nobody understands stops the worker.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto
from typing import Final, Generic, TypeAlias, TypeVar

from eventpact.dead_letter import Reason, Stage
from eventpact.errors import (
    BrokerUnavailableError,
    DecodeError,
    FrameError,
    NotRegisteredError,
    QueueFullError,
    RegistryAccessError,
    RegistryError,
    ResolutionError,
    SchemaError,
    StaleLockError,
    TransactionAborted,
    UnacknowledgedError,
    UnavailableError,
)
from eventpact.ids import SchemaId
from eventpact.kafka.handler import Reject, Retry, Unavailable
from eventpact.kafka.policy import Policy

__all__ = [
    "RULES",
    "Again",
    "Bury",
    "Crashed",
    "Failure",
    "Fate",
    "HeadersUnreadable",
    "NotYetKnown",
    "Rule",
    "Stop",
    "TooLarge",
    "Verdict",
    "Wait",
    "WrongSubject",
    "judge",
]


E = TypeVar("E")


class TooLarge(Exception):  # noqa: N818 - names of findings, raised and caught within the worker
    """The value is larger than the policy allows."""


class NotYetKnown(Exception):  # noqa: N818
    """The registry does not know the schema id; it is asked once more before that is believed."""


class WrongSubject(Exception):  # noqa: N818
    """The schema id belongs to other subjects only."""


class HeadersUnreadable(Exception):  # noqa: N818
    """The handler asked for the record, and the client library could not read its headers."""


class Crashed(Exception):  # noqa: N818
    """Processes died with this record in hand."""


@dataclass(frozen=True, slots=True)
class Failure(Generic[E]):
    """What went wrong with one record: at which stage, and how far its meaning was known by then."""

    stage: Stage
    error: BaseException
    schema_id: SchemaId | None = None
    event: E | None = None

    def __repr__(self) -> str:
        # The error's text and the event may hold anything.
        return f"Failure({self.stage}, {type(self.error).__name__})"


class Fate(Enum):
    """The kinds of verdict that a rule can name."""

    BURY = auto()
    AGAIN = auto()
    WAIT = auto()
    WAIT_ALL = auto()
    STOP = auto()


@dataclass(frozen=True, slots=True)
class Rule:
    """An error of this class at this stage has this fate. The first rule that fits is the one.

    `reason`, `code` and `text` describe the dead letter, for AGAIN after the last attempt. `text` may use `{path}`,
    a place in the schema, and `{schema}`, the schema id; nothing else ever gets into it.
    """

    stage: Stage
    error: type[BaseException]
    fate: Fate
    code: str
    text: str
    reason: Reason = Reason.OTHER


RULES: Final = (
    Rule(
        Stage.CRASH,
        Crashed,
        Fate.BURY,
        "crashed",
        "one process after the other died with this record in hand",
        Reason.CRASHED,
    ),
    Rule(Stage.FRAMING, TooLarge, Fate.BURY, "size", "the value is larger than the worker accepts", Reason.TOO_LARGE),
    Rule(
        Stage.FRAMING,
        FrameError,
        Fate.BURY,
        "frame",
        "the value does not start with magic byte 0 and a 4-byte schema id",
        Reason.UNDECODABLE,
    ),
    Rule(
        Stage.FRAMING,
        HeadersUnreadable,
        Fate.BURY,
        "headers",
        "the client library cannot read the headers; key and value are kept",
        Reason.UNDECODABLE,
    ),
    Rule(Stage.SCHEMA, NotYetKnown, Fate.WAIT, "unknown", "the registry does not know schema id {schema} yet"),
    Rule(
        Stage.SCHEMA,
        NotRegisteredError,
        Fate.BURY,
        "unknown",
        "the registry does not know schema id {schema}",
        Reason.UNKNOWN_SCHEMA,
    ),
    Rule(
        Stage.SCHEMA,
        WrongSubject,
        Fate.BURY,
        "subject",
        "schema id {schema} is not registered under this topic's subject",
        Reason.WRONG_SCHEMA,
    ),
    Rule(
        Stage.SCHEMA,
        ResolutionError,
        Fate.BURY,
        "resolution",
        "the worker's schema cannot read what schema id {schema} writes",
        Reason.WRONG_SCHEMA,
    ),
    Rule(
        Stage.SCHEMA,
        SchemaError,
        Fate.BURY,
        "schema",
        "the text registered under schema id {schema} is no schema that the worker can read",
        Reason.WRONG_SCHEMA,
    ),
    Rule(Stage.SCHEMA, StaleLockError, Fate.STOP, "stale lock", "the lock gives schema id {schema} another meaning"),
    Rule(Stage.SCHEMA, RegistryAccessError, Fate.STOP, "access", "the registry refuses the worker's credentials"),
    Rule(Stage.SCHEMA, RegistryError, Fate.WAIT, "registry", "the registry cannot be asked about schema id {schema}"),
    Rule(
        Stage.DECODE,
        DecodeError,
        Fate.BURY,
        "decode",
        "the bytes are not what schema id {schema} says, at {path}",
        Reason.UNDECODABLE,
    ),
    Rule(Stage.DECODE, MemoryError, Fate.STOP, "memory", "out of memory while decoding"),
    # The codec turns what hostile bytes can do into DecodeError. Should one get through, the record is kept all the
    # same, and the dead-letter ratio guards against a codec that is broken for good.
    Rule(
        Stage.DECODE,
        Exception,
        Fate.BURY,
        "unexpected",
        "decoding with schema id {schema} failed unexpectedly",
        Reason.UNDECODABLE,
    ),
    Rule(Stage.HANDLER, Unavailable, Fate.WAIT_ALL, "unavailable", "the handler's dependency is unavailable"),
    # Our own producer or registry client, used by the handler: the world is bad, not the record.
    Rule(Stage.HANDLER, BrokerUnavailableError, Fate.WAIT_ALL, "unavailable", "no broker answered the handler"),
    Rule(Stage.HANDLER, QueueFullError, Fate.WAIT_ALL, "unavailable", "the handler's producer is full"),
    Rule(
        Stage.HANDLER, UnacknowledgedError, Fate.WAIT_ALL, "unavailable", "no broker acknowledged what the handler sent"
    ),
    Rule(Stage.HANDLER, TransactionAborted, Fate.WAIT_ALL, "unavailable", "the handler's transaction was aborted"),
    Rule(Stage.HANDLER, UnavailableError, Fate.WAIT_ALL, "unavailable", "no registry answered the handler"),
    Rule(Stage.HANDLER, Reject, Fate.BURY, "rejected", "the handler rejected the event", Reason.REJECTED),
    Rule(
        Stage.HANDLER,
        Retry,
        Fate.AGAIN,
        "transient",
        "the handler asked for a retry until the last attempt",
        Reason.TRANSIENT_EXHAUSTED,
    ),
    Rule(Stage.HANDLER, Exception, Fate.AGAIN, "handler", "the handler failed", Reason.HANDLER),
)
RULES_OF: Final = {stage: tuple(rule for rule in RULES if rule.stage is stage) for stage in Stage}


@dataclass(frozen=True, slots=True)
class Again:
    """Call the handler again after `delay` seconds; the partition waits, the others go on."""

    delay: float


@dataclass(frozen=True, slots=True)
class Bury:
    """Write a dead letter, and move on when it is acknowledged."""

    stage: Stage
    reason: Reason
    code: str
    text: str


@dataclass(frozen=True, slots=True)
class Wait:
    """Nothing is wrong with the record: try it again later, uncounted. `everything` pauses all partitions."""

    code: str
    everything: bool


@dataclass(frozen=True, slots=True)
class Stop:
    """Store and commit nothing more."""

    code: str
    text: str


Verdict: TypeAlias = Again | Bury | Wait | Stop

_STOP_WORDS: Final = "{error} at stage {stage} is nothing that a worker may step over"


def judge(failure: Failure[E], attempt: int, policy: Policy) -> Verdict:
    """The verdict on attempt number `attempt` (from 1) with one record."""
    rule = next((rule for rule in RULES_OF[failure.stage] if isinstance(failure.error, rule.error)), None)
    if rule is None:
        name = type(failure.error).__name__
        return Stop("unexpected", _STOP_WORDS.format(error=name, stage=failure.stage.value))
    match rule.fate:
        case Fate.BURY:
            return Bury(rule.stage, rule.reason, rule.code, rule.text)
        case Fate.AGAIN if attempt < policy.attempts:
            return Again(policy.delay(attempt))
        case Fate.AGAIN:
            return Bury(rule.stage, rule.reason, rule.code, rule.text)
        case Fate.WAIT | Fate.WAIT_ALL:
            return Wait(rule.code, everything=rule.fate is Fate.WAIT_ALL)
        case Fate.STOP:
            return Stop(rule.code, rule.text)
