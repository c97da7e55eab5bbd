"""Encoding and decoding side by side with what people use today: `python -m tests.bench.bench_codec [ROUNDS]`.

All candidates run in turn in every round; a printed ratio is the median over the rounds of (theirs / ours) within one
round, so the machine's mood is in both sides. All checks and constraints of the schemas are on.
"""

from __future__ import annotations

import gc
import io
import json
import platform
import statistics
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from time import perf_counter
from typing import Any

import fastavro
import msgspec
from confluent_kafka.schema_registry import SchemaRegistryClient, topic_subject_name_strategy
from confluent_kafka.schema_registry.avro import AvroDeserializer, AvroSerializer
from confluent_kafka.serialization import MessageField, SerializationContext

from eventpact.codec import Codec
from eventpact.codec.frame import prefix, unframe
from ingestion_events import IngestionEvent, SourceType
from tests.bench.orders import order, order_class, order_from_dict, order_to_dict

CALLS = 2_000
CONTEXT = SerializationContext("bench", MessageField.VALUE)


@dataclass(frozen=True)
class Case:
    """An event, and how a person would turn it into a dict and back."""

    name: str
    event: Any
    to_dict: Callable[[Any, Any], dict[str, Any]]
    from_dict: Callable[[dict[str, Any], Any], Any]


def ingestion_event() -> IngestionEvent:
    """A typical event: every optional field set, two and three map entries."""
    return IngestionEvent(
        tenant_id="3f0c0e6e-7a0c-4f0e-9c3a-1b2c3d4e5f60",
        source_type=SourceType.EMAIL,
        file_hash="0123456789abcdef" * 4,
        s3_uri="s3://tenant-bucket/2026/11/03/invoice-4711.pdf",
        original_filename="invoice-4711.pdf",
        mime_type="application/pdf",
        timestamp=datetime(2026, 11, 3, 12, 1, 2, 345_000, tzinfo=UTC),
        source_path="/inbox/invoices",
        parent_id="mail-0815",
        permissions_blob={"alice@example.com": "read", "bob@example.com": "write"},
        metadata={"subject": "Invoice", "sender": "billing@example.com", "size": "48213"},
    )


def ingestion_to_dict(event: IngestionEvent, _ctx: object) -> dict[str, Any]:
    return {
        "tenant_id": event.tenant_id,
        "source_type": event.source_type.value,
        "file_hash": event.file_hash,
        "s3_uri": event.s3_uri,
        "original_filename": event.original_filename,
        "mime_type": event.mime_type,
        "timestamp": event.timestamp,
        "source_path": event.source_path,
        "parent_id": event.parent_id,
        "permissions_blob": event.permissions_blob,
        "metadata": event.metadata,
    }


def ingestion_from_dict(data: dict[str, Any], _ctx: object) -> IngestionEvent:
    return IngestionEvent(
        tenant_id=data["tenant_id"],
        source_type=SourceType(data["source_type"]),
        file_hash=data["file_hash"],
        s3_uri=data["s3_uri"],
        original_filename=data["original_filename"],
        mime_type=data["mime_type"],
        timestamp=data["timestamp"],
        source_path=data["source_path"],
        parent_id=data["parent_id"],
        permissions_blob=data["permissions_blob"],
        metadata=data["metadata"],
    )


def candidates(case: Case) -> tuple[dict[str, Callable[[], object]], dict[str, Callable[[], object]]]:
    """Encoders and decoders of one event by name; ours comes first. Each one includes the frame of five bytes."""
    cls = type(case.event)
    text = cls.SCHEMA_TEXT
    client = SchemaRegistryClient.new_client({"url": "mock://bench"})
    strategy = {"subject.name.strategy": topic_subject_name_strategy}
    serializer = AvroSerializer(client, text, case.to_dict, {"auto.register.schemas": True, **strategy})
    deserializer = AvroDeserializer(client, text, case.from_dict, conf=strategy)
    value = serializer(case.event, CONTEXT)
    codec = Codec(cls)
    schema_id, _ = unframe(value)
    encode, decode = codec.encoder(prefix(schema_id)), codec.decode
    parsed = fastavro.parse_schema(json.loads(text))
    data = case.to_dict(case.event, None)
    to_msgpack, from_msgpack = msgspec.msgpack.Encoder(), msgspec.msgpack.Decoder(cls)
    packed = to_msgpack.encode(case.event)
    assert encode(case.event) == value
    assert deserializer(value, CONTEXT) == case.event == decode(value[5:]) == from_msgpack.decode(packed)

    def write_dict() -> bytes:
        out = io.BytesIO()
        fastavro.schemaless_writer(out, parsed, data)
        return out.getvalue()

    writers: dict[str, Callable[[], object]] = {
        "eventpact": lambda: encode(case.event),
        "AvroSerializer, hand-written to_dict": lambda: serializer(case.event, CONTEXT),
        "fastavro, ready dict (no class)": write_dict,
        "msgspec msgpack (the limit: C, no checks, another format)": lambda: to_msgpack.encode(case.event),
    }
    readers: dict[str, Callable[[], object]] = {
        "eventpact": lambda: decode(unframe(value)[1]),
        "AvroDeserializer, hand-written from_dict": lambda: deserializer(value, CONTEXT),
        "fastavro, to a dict (no class)": lambda: fastavro.schemaless_reader(io.BytesIO(value[5:]), parsed),
        "msgspec msgpack (the limit: C, another format)": lambda: from_msgpack.decode(packed),
    }
    return writers, readers


def measure(functions: dict[str, Callable[[], object]], rounds: int) -> dict[str, list[float]]:
    """Microseconds per call, per round."""
    found: dict[str, list[float]] = {name: [] for name in functions}
    gc.disable()
    for _ in range(rounds):
        for name, function in functions.items():
            start = perf_counter()
            for _ in range(CALLS):
                function()
            found[name].append((perf_counter() - start) / CALLS * 1e6)
    gc.enable()
    return found


def report(title: str, found: dict[str, list[float]]) -> None:
    print(f"\n{title}")
    ours = found["eventpact"]
    for name, times in found.items():
        ratio = statistics.median(theirs / own for theirs, own in zip(times, ours, strict=True))
        print(f"  {statistics.median(times):7.2f} us  {ratio:6.2f} x  {name}")


def compile_time(case: Case) -> float:
    """Milliseconds from a class to its codec, the first time."""
    start = perf_counter()
    Codec(type(case.event))
    return (perf_counter() - start) * 1e3


def import_times(statement: str, runs: int = 7) -> float:
    """Milliseconds that a fresh interpreter takes for ``statement``, median."""
    program = f"from time import perf_counter as now; start = now(); {statement}; print((now() - start) * 1e3)"
    return statistics.median(
        float(subprocess.run([sys.executable, "-c", program], capture_output=True, check=True, text=True).stdout)
        for _ in range(runs)
    )


def main() -> None:
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 15
    names = ("eventpact", "confluent-kafka", "fastavro", "msgspec")
    print(f"Python {platform.python_version()}, " + ", ".join(f"{name} {version(name)}" for name in names))
    module = order_class()
    cases = (
        Case("ingestion event", ingestion_event(), ingestion_to_dict, ingestion_from_dict),
        Case("nested order event", order(module), order_to_dict, order_from_dict(module)),
    )
    for case in cases:
        built = compile_time(case)
        writers, readers = candidates(case)
        report(f"{case.name}, encode", measure(writers, rounds))
        report(f"{case.name}, decode", measure(readers, rounds))
        print(f"\n{case.name}: codec compiled in {built:.1f} ms")
    print(f"\nimport of a generated module: {import_times('import ingestion_events'):.1f} ms above a bare interpreter")
    print(f"import of the codec: {import_times('import eventpact.codec'):.1f} ms")


if __name__ == "__main__":
    main()
