"""The transform runs as a person would run it: on an embedded stack, from its own folder, until it is told to stop."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from time import monotonic

import pytest
from confluent_kafka import Consumer, TopicPartition

from eventpact.cli.app import run
from eventpact.codec import Codec
from eventpact.contract import Contract, contract_of, load_manifest
from eventpact.dead_letter import DeadLetter
from eventpact.dev import EmbeddedStack
from eventpact.kafka import Producer
from eventpact.registry import SchemaText
from ingestion_events import IngestionEvent
from tests.kafka.world import LIMIT, event

FOLDER = Path(__file__).parents[2] / "examples" / "exactly_once"
MANIFEST = FOLDER / "schemas" / "contracts.toml"
EVENTS = 200


@pytest.mark.parametrize("command", [["generate", "--check"], ["lint"], ["format", "--check"]], ids=" ".join)
def test_its_contract_is_as_strict_as_ours(command: list[str]) -> None:
    assert run([*command, "--manifest", str(MANIFEST)]) == 0


def values(stack: EmbeddedStack, topic: str, count: int) -> list[bytes]:
    """The first `count` values of a topic; waits for them."""
    consumer = Consumer({"bootstrap.servers": stack.broker.bootstrap_servers, "group.id": "a-test", "log_level": 0})
    found: list[bytes] = []
    try:
        consumer.assign([TopicPartition(topic, partition, 0) for partition in range(stack.broker.topics[topic])])
        deadline = monotonic() + LIMIT
        while len(found) < count:
            assert monotonic() < deadline, f"{len(found)} of {count} on {topic}"
            found += [message.value() or b"" for message in consumer.consume(count - len(found), 0.2)]
    finally:
        consumer.close()
    return found


def test_every_event_becomes_a_notice_and_what_is_none_a_dead_letter() -> None:
    (notices,) = load_manifest(MANIFEST).contracts
    ingestion: Contract = contract_of(IngestionEvent)
    text = SchemaText((FOLDER / "schemas" / "upload_notice.avsc").read_text("utf-8"))
    with EmbeddedStack((ingestion, notices)) as stack:
        stack.registry.registry.register(ingestion.subject, SchemaText(IngestionEvent.SCHEMA_TEXT))
        stack.registry.registry.register(notices.subject, text)
        stack.registry.registry.register(ingestion.dead_letter_subject or "", SchemaText(DeadLetter.SCHEMA_TEXT))
        with Producer(IngestionEvent, stack.settings()) as producer:
            producer.publish(replace(event(EVENTS), mime_type="nonsense"))
            producer.publish_many(event(number) for number in range(EVENTS))
        process = subprocess.Popen(
            [sys.executable, "-W", "error", "transform.py", "notices-0"],
            cwd=FOLDER,
            env={"PATH": os.environ["PATH"], **stack.environment()},
            stderr=subprocess.PIPE,
            text=True,
        )
        try:
            found = values(stack, notices.topic.name, EVENTS)
            (letter,) = values(stack, "ingestion-events-dlq", 1)
            process.send_signal(signal.SIGTERM)
            _, errors = process.communicate(timeout=LIMIT)
        finally:
            process.kill()
            process.communicate()
    hashes = sorted(value[5 + 1 + 36 + 2 :][:64].decode() for value in found)

    assert process.returncode == 0, errors
    assert hashes == [f"{number:064x}" for number in range(EVENTS)]
    assert Codec(DeadLetter).decode(letter[5:]).error_class == "eventpact.kafka.handler.Reject"
