"""Spans around the handler, by OpenTelemetry's conventions for messaging: the trace of the publisher goes on.

Nothing of an event, its key or an error's text gets into a span.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from typing import Final

from opentelemetry import propagate, trace
from opentelemetry.context import Context
from opentelemetry.propagators.textmap import Getter
from opentelemetry.trace import Link, Span, SpanKind, Status, StatusCode, TracerProvider

from eventpact.kafka.observer import Settled
from eventpact.kafka.record import Headers, Record

__all__ = ["SCOPE", "TracingObserver", "failed"]

SCOPE: Final = "eventpact"
SYSTEM: Final = {"messaging.system": "kafka"}
LONGEST: Final = 8_192
"""Headers come from strangers: a longer one is no trace context (W3C asks for 512 bytes to be kept)."""


class TracingObserver:
    """An Observer: one span per call of the handler, current while it runs, so its own spans are children.

    A single record's span is a child of the publisher's span; a batch has links to all of them.
    """

    def __init__(self, group: str, *, tracer_provider: TracerProvider | None = None) -> None:
        self._group = group
        self._tracer = trace.get_tracer(SCOPE, tracer_provider=tracer_provider)

    def handling(self, records: Sequence[Record]) -> AbstractContextManager[object]:
        """A span until the handler is through."""
        return self._processing(records)

    def settled(self, settled: Settled) -> None:
        """The span has told already."""

    @contextmanager
    def _processing(self, records: Sequence[Record]) -> Iterator[None]:
        first = records[0]
        attributes: dict[str, str | int] = {
            **SYSTEM,
            "messaging.operation.name": "process",
            "messaging.operation.type": "process",
            "messaging.destination.name": first.topic,
            "messaging.consumer.group.name": self._group,
        }
        if len({record.partition for record in records}) == 1:
            attributes["messaging.destination.partition.id"] = str(first.partition)
        parent, links = None, None
        if len(records) == 1:
            parent = written_context(first)
            attributes["messaging.kafka.offset"] = first.offset
            attributes["eventpact.attempt"] = first.attempt
            if first.schema_id is not None:
                attributes["eventpact.schema_id"] = first.schema_id
        else:
            attributes["messaging.batch.message_count"] = len(records)
            contexts = (trace.get_current_span(written_context(record)).get_span_context() for record in records)
            links = [Link(context) for context in contexts if context.is_valid]
        with self._tracer.start_as_current_span(
            f"process {first.topic}",
            context=parent,
            kind=SpanKind.CONSUMER,
            attributes=attributes,
            links=links,
            # Both would write the exception's text into the span.
            record_exception=False,
            set_status_on_exception=False,
        ) as span:
            try:
                yield
            except BaseException as error:
                failed(span, error)
                raise


def failed(span: Span, error: BaseException) -> None:
    """Mark the span, by the error's class alone."""
    span.set_attribute("error.type", f"{type(error).__module__}.{type(error).__qualname__}")
    span.set_status(Status(StatusCode.ERROR))


def written_context(record: Record) -> Context:
    """The trace context in the record's headers; an empty one where there is none."""
    return propagate.extract(record.headers, context=Context(), getter=RECORD_HEADERS)


class RecordHeaders(Getter[Headers]):
    """Reads record headers for a propagator. Names are compared as they are written in lower case."""

    def get(self, carrier: Headers, key: str) -> list[str] | None:
        found = [
            value.decode("ascii", "replace")
            for name, value in carrier
            if value is not None and len(value) <= LONGEST and name.lower() == key.lower()
        ]
        return found or None

    def keys(self, carrier: Headers) -> list[str]:
        return [name for name, _ in carrier]


RECORD_HEADERS: Final = RecordHeaders()
