"""Spans: the publisher's trace goes on in the worker, by the conventions, and no value gets into one."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from typing import Any

import pytest
from opentelemetry import trace
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.semconv._incubating.attributes import messaging_attributes as conventions
from opentelemetry.semconv.attributes.error_attributes import ERROR_TYPE
from opentelemetry.trace import SpanKind, StatusCode

from eventpact.errors import EncodeError
from eventpact.ids import SchemaId
from eventpact.kafka.producer import Producer
from eventpact.kafka.record import Headers, Record
from eventpact.observe import TracedProducer, TracingObserver
from eventpact.observe.spans import LONGEST, RECORD_HEADERS
from ingestion_events import IngestionEvent
from tests.kafka.world import GROUP, TOPIC, Ledger, World, event

CANARY = "canary-7f3a"
TRACE, PARENT = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"


class Spans:
    """A tracer provider, and the spans that ended."""

    def __init__(self) -> None:
        self.exporter = InMemorySpanExporter()
        self.provider = TracerProvider()
        self.provider.add_span_processor(SimpleSpanProcessor(self.exporter))

    def ended(self) -> list[ReadableSpan]:
        return list(self.exporter.get_finished_spans())


@pytest.fixture
def spans() -> Spans:
    return Spans()


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with World() as world:
        yield world


def record(headers: Headers = (), partition: int = 2) -> Record:
    return Record(
        topic=TOPIC, partition=partition, offset=41, key=CANARY.encode(), value=CANARY.encode(), headers=headers,
        schema_id=SchemaId(7), attempt=2,
    )  # fmt: skip


def traceparent(trace_id: str = TRACE, span_id: str = PARENT) -> tuple[str, bytes]:
    return "traceparent", f"00-{trace_id}-{span_id}-01".encode()


def attributes(span: ReadableSpan) -> dict[str, Any]:
    return dict(span.attributes or {})


def test_the_handler_runs_in_a_span_that_goes_on_with_the_publishers_trace(spans: Spans) -> None:
    observer = TracingObserver(GROUP, tracer_provider=spans.provider)
    with observer.handling([record((("other", None), traceparent()))]):
        inside = trace.get_current_span().get_span_context()
    (span,) = spans.ended()

    assert span.context == inside
    assert f"{span.context.trace_id:032x}" == TRACE
    assert span.parent is not None
    assert f"{span.parent.span_id:016x}" == PARENT
    assert (span.name, span.kind) == (f"process {TOPIC}", SpanKind.CONSUMER)
    assert attributes(span) == {
        conventions.MESSAGING_SYSTEM: conventions.MessagingSystemValues.KAFKA.value,
        conventions.MESSAGING_OPERATION_NAME: "process",
        conventions.MESSAGING_OPERATION_TYPE: conventions.MessagingOperationTypeValues.PROCESS.value,
        conventions.MESSAGING_DESTINATION_NAME: TOPIC,
        conventions.MESSAGING_CONSUMER_GROUP_NAME: GROUP,
        conventions.MESSAGING_DESTINATION_PARTITION_ID: "2",
        conventions.MESSAGING_KAFKA_OFFSET: 41,
        "eventpact.attempt": 2,
        "eventpact.schema_id": 7,
    }


def test_a_batch_has_links_to_all_traces_and_no_parent(spans: Spans) -> None:
    other = "1" * 32
    observer = TracingObserver(GROUP, tracer_provider=spans.provider)
    with observer.handling([record((traceparent(),)), record((traceparent(other),), partition=3), record()]):
        pass
    (span,) = spans.ended()

    assert span.parent is None
    assert [f"{link.context.trace_id:032x}" for link in span.links] == [TRACE, other]
    assert attributes(span)[conventions.MESSAGING_BATCH_MESSAGE_COUNT] == 3
    assert conventions.MESSAGING_DESTINATION_PARTITION_ID not in attributes(span)


@pytest.mark.parametrize(
    "value",
    [b"", b"\xff\xfe", b"00-" + b"0" * 32 + b"-" + b"0" * 16 + b"-01", b"x" * (LONGEST + 1), None],
)
def test_headers_of_strangers_start_a_trace_of_our_own(spans: Spans, value: bytes | None) -> None:
    with TracingObserver(GROUP, tracer_provider=spans.provider).handling([record((("traceparent", value),))]):
        pass

    assert spans.ended()[0].parent is None


def test_a_trace_around_the_worker_is_not_the_parent(spans: Spans) -> None:
    """Whoever runs the worker in a span of its own does not get every event of a day into one trace."""
    with (
        spans.provider.get_tracer("a-service").start_as_current_span("run"),
        TracingObserver(GROUP, tracer_provider=spans.provider).handling([record()]),
    ):
        pass

    assert spans.ended()[0].parent is None


def test_a_failure_is_told_by_its_class_and_nothing_of_its_text(spans: Spans) -> None:
    class BrokenError(Exception):
        pass

    with (
        pytest.raises(BrokenError),
        TracingObserver(GROUP, tracer_provider=spans.provider).handling([record()]),
    ):
        raise BrokenError(CANARY)
    (span,) = spans.ended()

    assert span.status.status_code is StatusCode.ERROR
    assert attributes(span)[ERROR_TYPE].endswith("BrokenError")
    assert CANARY not in span.to_json()


def test_an_event_carries_its_trace_from_the_producer_to_the_handler(world: World, spans: Spans) -> None:
    ledger = Ledger()
    observer = TracingObserver(GROUP, tracer_provider=spans.provider)
    producer = Producer(IngestionEvent, world.settings, registry=world.registry)
    with TracedProducer(producer, tracer_provider=spans.provider) as traced:
        with spans.provider.get_tracer("a-service").start_as_current_span("upload") as upload:
            traced.publish(event(1), headers={"Traceparent": "forged", "kept": "yes"})
        assert traced.stats().published == 1
    with world.running(ledger.write, observer=observer):
        ledger.wait(1)
    by_name = {span.name: span for span in spans.ended()}
    sent, processed = by_name[f"send {TOPIC}"], by_name[f"process {TOPIC}"]

    assert sent.parent == upload.get_span_context()
    assert processed.parent is not None
    assert (processed.parent.trace_id, processed.parent.span_id) == (sent.context.trace_id, sent.context.span_id)
    assert sent.kind is SpanKind.PRODUCER
    assert attributes(sent)[conventions.MESSAGING_OPERATION_NAME] == "send"
    for name in (conventions.MESSAGING_KAFKA_OFFSET, conventions.MESSAGING_DESTINATION_PARTITION_ID):
        assert attributes(sent)[name] == attributes(processed)[name]
    (stored,) = world.records(TOPIC, 1)
    assert [name for name, _ in Record.of(stored).headers] == ["kept", "traceparent"]


def test_what_the_producer_refuses_ends_its_span_as_a_failure(world: World, spans: Spans) -> None:
    producer = Producer(IngestionEvent, world.settings, registry=world.registry)
    with TracedProducer(producer, tracer_provider=spans.provider) as traced:
        wrong = event(1)
        object.__setattr__(wrong, "s3_uri", 7)
        with pytest.raises(EncodeError):
            traced.publish(wrong)
        with pytest.raises(EncodeError, match="header"):
            traced.publish(event(1), headers={"": CANARY})
        outcome = traced.submit(event(2))
        traced.flush()
        assert outcome.result(5).topic == TOPIC
        assert traced.publish_many([event(3), event(4)]) == 2
    first, second, *good = spans.ended()

    assert {first.status.status_code, second.status.status_code} == {StatusCode.ERROR}
    assert attributes(first)[ERROR_TYPE] == "eventpact.errors.EncodeError"
    assert [span.status.status_code for span in good] == [StatusCode.UNSET] * 3
    assert CANARY not in first.to_json() + second.to_json()


def test_headers_are_found_whatever_their_case_and_long_ones_are_no_context() -> None:
    headers: Headers = (("TraceParent", b"a"), ("other", b"b"), ("traceparent", None), ("traceparent", b"x" * 9_000))

    assert RECORD_HEADERS.get(headers, "traceparent") == ["a"]
    assert RECORD_HEADERS.get(headers, "tracestate") is None
    assert RECORD_HEADERS.keys(headers) == ["TraceParent", "other", "traceparent", "traceparent"]


def test_a_traced_producer_can_do_what_a_producer_can() -> None:
    def methods(cls: type) -> dict[str, inspect.Signature]:
        found = inspect.getmembers(cls, inspect.isfunction)
        return {name: inspect.signature(one) for name, one in found if not name.startswith("_")}

    assert methods(TracedProducer) == methods(Producer)
