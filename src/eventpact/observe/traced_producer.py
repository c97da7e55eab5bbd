"""A producer whose events carry their trace: a span until the broker has answered, its context in the headers."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import AbstractContextManager
from types import TracebackType
from typing import TYPE_CHECKING, Generic, Self, TypeVar

from opentelemetry import propagate, trace
from opentelemetry.trace import Span, SpanKind, TracerProvider

from eventpact.errors import DeliveryError, EventpactError
from eventpact.kafka.caller_headers import CallerHeaders, checked_headers
from eventpact.kafka.delivery import Delivery, OnDelivery, Stats
from eventpact.kafka.delivery_future import DeliveryFuture
from eventpact.kafka.producer import Producer, publish_each
from eventpact.observe.spans import SCOPE, SYSTEM, failed

if TYPE_CHECKING:
    from eventpact.ids import SchemaId
    from eventpact.kafka.transactions import Reading

__all__ = ["TracedProducer"]

E = TypeVar("E")


class TracedProducer(Generic[E]):
    """Publishes through `producer`, as it would, with one span per event. A context manager that closes it."""

    def __init__(self, producer: Producer[E], *, tracer_provider: TracerProvider | None = None) -> None:
        self.producer = producer
        self._tracer = trace.get_tracer(SCOPE, tracer_provider=tracer_provider)
        self._attributes: dict[str, str | int] = {
            **SYSTEM,
            "messaging.operation.name": "send",
            "messaging.operation.type": "send",
            "messaging.destination.name": producer.topic,
            "eventpact.schema_id": producer.schema_id,
        }

    @property
    def topic(self) -> str:
        return self.producer.topic

    @property
    def schema_id(self) -> SchemaId:
        return self.producer.schema_id

    def __enter__(self) -> Self:
        self.producer.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.producer.__exit__(kind, error, trace)

    def publish(self, event: E, on_delivery: OnDelivery | None = None, headers: CallerHeaders | None = None) -> None:
        """As `Producer.publish`. Trace headers of the caller's are replaced."""
        span = self._tracer.start_span(f"send {self.topic}", kind=SpanKind.PRODUCER, attributes=self._attributes)
        try:
            self.producer.publish(event, _ending(span, on_delivery), _carrying(span, headers))
        except EventpactError as error:
            failed(span, error)
            span.end()
            raise

    def publish_many(
        self, events: Iterable[E], on_delivery: OnDelivery | None = None, headers: CallerHeaders | None = None
    ) -> int:
        """As `Producer.publish_many`."""
        checked = None if headers is None else checked_headers(headers)
        return publish_each(events, lambda event: self.publish(event, on_delivery, checked))

    def submit(self, event: E, headers: CallerHeaders | None = None) -> DeliveryFuture:
        """As `Producer.submit`."""
        future = DeliveryFuture(self.producer.poll)
        self.publish(event, future.settle, headers)
        return future

    def transaction(self, reading: Reading | None = None) -> AbstractContextManager[None]:
        """As `Producer.transaction`."""
        return self.producer.transaction(reading)

    def poll(self, timeout: float = 0.0) -> None:
        self.producer.poll(timeout)

    def flush(self, timeout: float | None = None) -> None:
        self.producer.flush(timeout)

    def close(self, timeout: float | None = None) -> None:
        self.producer.close(timeout)

    def stats(self) -> Stats:
        return self.producer.stats()


def _ending(span: Span, on_delivery: OnDelivery | None) -> OnDelivery:
    """The report that ends the span, and then goes to whoever asked for it."""

    def report(outcome: Delivery | DeliveryError) -> None:
        if isinstance(outcome, Delivery):
            span.set_attribute("messaging.destination.partition.id", str(outcome.partition))
            span.set_attribute("messaging.kafka.offset", outcome.offset)
        else:
            failed(span, outcome)
        span.end()
        if on_delivery is not None:
            on_delivery(outcome)

    return report


def _carrying(span: Span, headers: CallerHeaders | None) -> list[tuple[str, str | bytes | None]]:
    """The caller's headers and the span's context."""
    context: dict[str, str] = {}
    propagate.inject(context, context=trace.set_span_in_context(span))
    own = () if headers is None else checked_headers(headers)
    return [*((name, value) for name, value in own if name.lower() not in context), *context.items()]
