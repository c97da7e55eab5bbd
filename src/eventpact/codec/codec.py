"""The codec of one event class: events to bytes and back, exactly or with an error that says where and why."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Generic, TypeVar

from eventpact.codec.build import build
from eventpact.codec.classes import classes_of
from eventpact.codec.emit_read import emit_decoder
from eventpact.codec.emit_write import emit_encoder
from eventpact.codec.model import Model
from eventpact.codec.plain_read import PlainReader
from eventpact.codec.plain_write import PlainWriter
from eventpact.codec.reading import Reading
from eventpact.codec.survey import survey
from eventpact.codec.wire import AllHeads
from eventpact.errors import CodecError, DecodeError, EncodeError, ResolutionError
from eventpact.schema import Schema, parse, resolve
from eventpact.schema.plan import FromUnion, IntoUnion, Plan, ReadArray, ReadMap, Step, Stuck, Take

__all__ = ["Codec"]

E = TypeVar("E")


class Codec(Generic[E]):
    """Compiled for ``event_class``, a class that `eventpact generate` wrote. Thread-safe; make one and keep it.

    The schema's constraints (``pattern``, ``minimum``, ...) are enforced when encoding; ``check_on_read`` enforces them
    when decoding as well.

    Raises TypeError for a class that does not fit its schema, SchemaError for a constraint that cannot be enforced.
    """

    def __init__(self, event_class: type[E], *, check_on_read: bool = False) -> None:
        text: str | None = getattr(event_class, "SCHEMA_TEXT", None)
        if text is None:
            raise TypeError(f"{event_class.__qualname__} is no event class: it has no SCHEMA_TEXT")
        references: Mapping[str, str] = getattr(event_class, "SCHEMA_REFERENCES", {})
        self.event_class = event_class
        self.schema: Schema = parse(text, references=references, source=event_class.__qualname__)
        self._check_on_read = check_on_read
        self._model = Model(self.schema, classes_of(event_class, self.schema))
        self._encoder_source = emit_encoder(self._model)
        self._decoders: dict[tuple[object, ...], Callable[[bytes], E]] = {}
        self.encode: Callable[[E], bytes] = self.encoder()
        """The event's bytes, without a frame. Raises EncodeError when it cannot be written exactly."""
        self.decode: Callable[[bytes], E] = self.decoder(self.schema)
        """The event of bytes that the class's own schema wrote. Raises DecodeError when they are not."""

    def encoder(self, prefix: bytes = b"") -> Callable[[E], bytes]:
        """``encode`` with ``prefix`` (the Confluent frame) in front of every body. Raises EncodeError when called."""
        names = {"PREFIX": prefix.decode("latin-1"), "explain": self._refusal}
        long_names = {**names, "HEADS": AllHeads(), "encode_long": self._refuse}
        encode_long = build(self._encoder_source, "encode", long_names)
        return build(self._encoder_source, "encode", {**names, "encode_long": encode_long})

    def decoder(self, writer: Schema) -> Callable[[bytes], E]:
        """A decoder of what ``writer`` wrote. Made once per writer's schema. It raises DecodeError when called.

        Raises ResolutionError when this class cannot read everything that ``writer`` may write.
        """
        key = _identity(writer)
        known = self._decoders.get(key)
        if known is None:
            reading = self._reading(writer)
            known = build(emit_decoder(reading), "decode", {"explain": partial(_fault, reading)})
            # Two threads may both get here; they make the same decoder.
            self._decoders[key] = known
        return known

    def explain(self, writer: Schema | None = None) -> str:
        """The generated code, each part under the schema's line for it."""
        decoder = emit_decoder(self._reading(writer or self.schema))
        return f"{self._encoder_source.text}\n\n{decoder.text}"

    def _reading(self, writer: Schema) -> Reading:
        plan = resolve(self.schema, writer)
        stuck = _stuck(plan)
        if stuck:
            raise ResolutionError(
                f"{self.schema.name} cannot read everything that the writer's schema may write",
                tuple(f"{one.kind}: {one.message}" for one in stuck),
            )
        return Reading(self._model, writer, survey(writer.names), plan, self._check_on_read)

    def _refuse(self, event: object) -> bytes:
        raise self._refusal(event)

    def _refusal(self, event: object) -> Exception:
        try:
            PlainWriter(self._model).encode(event)
        except EncodeError as error:
            return _bare(error)
        return _disagreement("encoder")


def _fault(reading: Reading, data: bytes) -> Exception:
    try:
        PlainReader(reading, data).decode()
    except DecodeError as error:
        return _bare(error)
    return _disagreement("decoder")


def _bare(error: CodecError) -> CodecError:
    """The error alone: earlier errors and the frames of the walk hold values."""
    error.__context__ = error.__cause__ = None
    return error.with_traceback(None)


def _disagreement(which: str) -> CodecError:
    return CodecError(
        f"the generated {which} gave up where the plain one finds no fault; was the event changed meanwhile? "
        "If not, this is an error of eventpact: please report it with the schema"
    )


def _identity(schema: Schema) -> tuple[object, ...]:
    # Defaults, aliases and logical types count, so not the canonical form; references are part of the schema.
    return schema.text, *sorted(schema.references.items())


def _stuck(plan: Plan) -> list[Stuck]:
    found: list[Stuck] = [stuck for record in plan.records.values() for _, stuck in record.stuck]
    waiting: list[Step] = [plan.root]
    for record in plan.records.values():
        waiting += [step.step for step in record.wire if isinstance(step, Take)]
    while waiting:
        step = waiting.pop()
        match step:
            case Stuck():
                found.append(step)
            case ReadArray(inner) | ReadMap(inner) | IntoUnion(step=inner):
                waiting.append(inner)
            case FromUnion(branches):
                waiting += branches
            case _:
                pass
    return found
