"""The error tree: every error says what is wrong, where, and who must act.

EventpactError
|- SchemaError               the .avsc is wrong            (fix the schema)
|- ExpressionError           Python cannot say it          (change the schema, or write the class by hand)
|- ForeignFileError          not our file, in our place    (move it)
|- ManifestError             contracts.toml is wrong       (fix the manifest)
|- SampleError               no event can be made up     (install the extra, or mend the constraints)
|- SettingsError             the environment is wrong      (fix the variable)
|- LockError                 contracts.lock is wrong       (run `eventpact apply`)
|- PlanError                 a plan cannot be applied      (plan again)
|- MetricsError              a source of metrics is none   (name another one)
|- CodecError
|  |- EncodeError            the event is wrong            (fix the producer)
|  `- DecodeError            the bytes are wrong           (park the record)
|     `- FrameError          not the Confluent wire format (park the record)
|- ResolutionError           reader cannot read writer     (fix the schema; see its findings)
|- RegistryError             the registry said no          (fix the request)
|  |- IncompatibleError      the level forbids it          (fix the schema)
|  |- NotRegisteredError     the registry does not know it (run `eventpact register`)
|  |- RegistryAccessError    credentials or rights         (fix the credentials)
|  |- StaleLockError         the lock is of another one    (run `eventpact apply`)
|  `- UnavailableError       nobody answered               (wait; retriable)
`- KafkaError
   |- BrokerUnavailableError nobody answered               (wait; retriable)
   |- DeliveryError          the record was not stored     (its cause says why)
   |  `- UnacknowledgedError nobody said so in time        (do it again; retriable)
   |- QueueFullError         the producer cannot keep up   (wait; retriable)
   |- MessageTooLargeError   the event does not fit        (make it smaller, or raise the limits)
   |- ProducerStoppedError   the producer cannot go on     (make a new one)
   |  `- FencedError         another one took its place    (end this process)
   |- TransactionAborted     nothing of it counts          (do it again; retriable)
   |- TopicError             the topic is not as promised  (create or alter the topic)
   |- EmbeddedBrokerError    no embedded broker here       (its text says what to install or change)
   `- WorkerStopped          the worker cannot go on       (restart it after the fix)
"""

from __future__ import annotations

from typing import ClassVar

__all__ = [
    "BrokerUnavailableError",
    "CodecError",
    "DecodeError",
    "DeliveryError",
    "EmbeddedBrokerError",
    "EncodeError",
    "EventpactError",
    "ExpressionError",
    "FencedError",
    "ForeignFileError",
    "FrameError",
    "IncompatibleError",
    "KafkaError",
    "LockError",
    "ManifestError",
    "MessageTooLargeError",
    "MetricsError",
    "NotRegisteredError",
    "PlanError",
    "ProducerStoppedError",
    "QueueFullError",
    "RegistryAccessError",
    "RegistryError",
    "ResolutionError",
    "SampleError",
    "SchemaError",
    "SettingsError",
    "StaleLockError",
    "TopicError",
    "TransactionAborted",
    "UnacknowledgedError",
    "UnavailableError",
    "WorkerStopped",
]


class EventpactError(Exception):
    """The root. ``retriable`` is a fact about the class: may the same call succeed later, unchanged?"""

    retriable: ClassVar[bool] = False

    def __reduce__(self) -> tuple[object, ...]:
        # Errors cross processes (worker pools, test runners). Their arguments are the finished text, so they are
        # put together again as they are, not made anew.
        return _restored, (type(self), self.args, vars(self))


def _restored(cls: type[EventpactError], args: tuple[object, ...], state: dict[str, object]) -> EventpactError:
    error = cls.__new__(cls, *args)
    vars(error).update(state)
    return error


class SchemaError(EventpactError):
    """A schema text is not valid Avro.

    Attributes:
        message: what is wrong and what to write instead.
        source: the file (or a label for the text).
        line, column: 1-based place of the offending value, ``None`` when there is no text to point into.
        pointer: RFC 6901 JSON pointer of the offending value; ``""`` is the whole document.
    """

    def __init__(
        self,
        message: str,
        *,
        source: str = "<schema>",
        line: int | None = None,
        column: int | None = None,
        pointer: str = "",
    ) -> None:
        self.message = message
        self.source = source
        self.line = line
        self.column = column
        self.pointer = pointer
        place = source if line is None else f"{source}:{line}:{column}"
        super().__init__(f"{place}: {message}" + (f" (at {pointer})" if pointer else ""))


class ExpressionError(EventpactError):
    """A valid schema that has no Python class: two names clash, two union branches share a type, and the like."""

    def __init__(self, message: str, *, source: str = "<schema>", pointer: str = "", hint: str = "") -> None:
        self.message = message
        self.source = source
        self.pointer = pointer
        self.hint = hint
        text = f"{source}: {message}" + (f" (at {pointer})" if pointer else "")
        super().__init__(text + (f"; {hint}" if hint else ""))


class ForeignFileError(EventpactError):
    """A file that we did not write stands where a generated one belongs; it is left as it is."""

    def __init__(self, message: str, *, path: str) -> None:
        self.path = path
        super().__init__(message)


class ManifestError(EventpactError):
    """The manifest is wrong. ``key`` is the dotted TOML key, ``line`` its 1-based line where known."""

    def __init__(self, message: str, *, source: str, key: str = "", line: int | None = None) -> None:
        self.message = message
        self.source = source
        self.key = key
        self.line = line
        place = source if line is None else f"{source}:{line}"
        super().__init__(f"{place}: " + (f"{key}: " if key else "") + message)


class SampleError(EventpactError):
    """No event can be made up: a package is missing, or the constraints of a field leave no value."""


class SettingsError(EventpactError):
    """A setting is wrong. ``variable`` is the environment variable; the value is never part of the text."""

    def __init__(self, variable: str, expected: str) -> None:
        self.variable = variable
        self.expected = expected
        super().__init__(f"{variable}: {expected}")


class LockError(EventpactError):
    """The lock file is missing, wrong, or says nothing about the environment."""


class PlanError(EventpactError):
    """A plan holds refusals, its file was changed, or the world has moved since it was made. Nothing was changed."""


class MetricsError(EventpactError):
    """What was named as a source of metrics cannot be read, or holds none."""


class CodecError(EventpactError):
    """An event and its bytes do not fit. ``path`` is a place in the value, such as ``$.lines[2].sku``."""

    def __init__(self, message: str, *, path: str = "$") -> None:
        self.message = message
        self.path = path
        super().__init__(f"{path}: {message}")


class EncodeError(CodecError):
    """The event cannot be written exactly. The message never holds the value.

    ``rule`` names the broken rule: ``type``, ``range``, ``precision``, ``union``, or a constraint such as ``pattern``.
    """

    def __init__(self, message: str, *, path: str = "$", rule: str = "type") -> None:
        self.rule = rule
        super().__init__(message, path=path)


class DecodeError(CodecError):
    """The bytes are not what the writer's schema says. ``offset`` counts bytes from the start of the body."""

    def __init__(self, message: str, *, path: str = "$", schema: str = "", offset: int | None = None) -> None:
        self.schema = schema
        self.offset = offset
        where = f" ({schema}" + (f", byte {offset})" if offset is not None else ")") if schema else ""
        super().__init__(message + where, path=path)


class FrameError(DecodeError):
    """The record value does not start with the Confluent frame: magic byte 0, then a 4-byte schema id."""


class ResolutionError(EventpactError):
    """The reader's schema cannot read everything that the writer's schema may write.

    ``findings`` holds one line per reason.
    """

    def __init__(self, message: str, findings: tuple[str, ...] = ()) -> None:
        self.findings = findings
        super().__init__("\n".join((message, *(f"  - {finding}" for finding in findings))))


class RegistryError(EventpactError):
    """The schema registry refused a request.

    ``status`` is the HTTP status, ``code`` the registry's ``error_code`` (``None`` when the reply had none).
    """

    def __init__(self, message: str, *, status: int | None = None, code: int | None = None) -> None:
        self.status = status
        self.code = code
        super().__init__(message)


class IncompatibleError(RegistryError):
    """The subject's compatibility level forbids the schema. ``reasons`` is what the registry or our checker found."""

    def __init__(
        self,
        message: str,
        *,
        status: int | None = None,
        code: int | None = None,
        reasons: tuple[str, ...] = (),
    ) -> None:
        self.reasons = reasons
        super().__init__("\n".join((message, *(f"  - {reason}" for reason in reasons))), status=status, code=code)


class NotRegisteredError(RegistryError):
    """The registry knows no such subject, version, schema or id (error codes 40401 to 40403)."""


class RegistryAccessError(RegistryError):
    """The registry asks for (other) credentials: HTTP 401 or 403."""


class StaleLockError(RegistryError):
    """The registry gives another meaning to what the lock says: it is another registry, or was set up anew."""


class UnavailableError(RegistryError):
    """Nobody answered, or what answered is not a schema registry."""

    retriable: ClassVar[bool] = True


class KafkaError(EventpactError):
    """Something between us and the broker. ``code`` is the client library's error name, such as ``_MSG_TIMED_OUT``."""

    def __init__(self, message: str, *, code: str | None = None) -> None:
        self.code = code
        super().__init__(message)


class BrokerUnavailableError(KafkaError):
    """No broker answered in time."""

    retriable: ClassVar[bool] = True


class DeliveryError(KafkaError):
    """At least one record was not acknowledged. ``failed`` counts them; ``maybe`` of them may still be stored."""

    def __init__(self, message: str, *, code: str | None = None, failed: int = 1, maybe: int = 0) -> None:
        self.failed = failed
        self.maybe = maybe
        super().__init__(message, code=code)


class UnacknowledgedError(DeliveryError):
    """No record was refused, and nobody acknowledged them in time: each may be stored or not."""

    retriable: ClassVar[bool] = True


class QueueFullError(KafkaError):
    """The producer's queue stayed full for the whole deadline; the event was not taken."""

    retriable: ClassVar[bool] = True


class MessageTooLargeError(KafkaError):
    """The encoded event is larger than the producer may send; it was not taken. ``size`` and ``limit`` in bytes."""

    def __init__(self, message: str, *, code: str | None = None, size: int, limit: int) -> None:
        self.size = size
        self.limit = limit
        super().__init__(message, code=code)


class ProducerStoppedError(KafkaError):
    """The producer is closed, was made before a fork, or met a fatal error. The event was not taken."""


class FencedError(ProducerStoppedError):
    """Another producer has begun to use the transactional id. What was open here is aborted and stays invisible."""


class TransactionAborted(KafkaError):  # noqa: N818 - says what happened; the work can be done again
    """The transaction was aborted: readers of committed records see nothing of it, and no offset moved."""

    retriable: ClassVar[bool] = True


class TopicError(KafkaError):
    """The topic does not exist, may not be used, or differs from its contract."""


class EmbeddedBrokerError(KafkaError):
    """The broker inside the client library could not be started, or refused what a test asked of it."""


class WorkerStopped(KafkaError):  # noqa: N818 - says what happened; whoever supervises acts on it
    """The worker met something that it may not step over. Nothing unhandled was committed."""
