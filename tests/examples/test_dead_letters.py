"""The dead-letter service as a person would run it, on an embedded stack, with somebody who listens to its alerts."""

from __future__ import annotations

import json
import os
import queue
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

from confluent_kafka import Producer as RawProducer

from eventpact.codec import Codec, prefix
from eventpact.contract import contract_of
from eventpact.dead_letter import DeadLetter
from eventpact.dev import EmbeddedStack
from eventpact.registry import SchemaText
from ingestion_events import IngestionEvent
from tests.kafka.world import LIMIT, event, letter_of

SERVICE = Path(__file__).parents[2] / "examples" / "dead_letters" / "service.py"
CANARY = "canary-7f3a"


@contextmanager
def listener() -> Iterator[tuple[str, queue.Queue[dict[str, Any]]]]:
    """A URL, and what is posted there."""
    posts: queue.Queue[dict[str, Any]] = queue.Queue()

    class Listener(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            posts.put(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Nothing: the test's output is for failures."""

    server = HTTPServer(("127.0.0.1", 0), Listener)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/hook?token={CANARY}", posts
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_one_letter_is_handled_one_is_parked_and_told(tmp_path: Path) -> None:
    contract = contract_of(IngestionEvent)
    with EmbeddedStack((contract,)) as stack, listener() as (url, posts):
        stack.broker.create_topic("ingestion-events-parked", 6)
        known = stack.registry.registry
        event_id = known.register(contract.subject, SchemaText(IngestionEvent.SCHEMA_TEXT))
        letter_id = known.register(contract.dead_letter_subject or "", SchemaText(DeadLetter.SCHEMA_TEXT))
        encode, write = Codec(DeadLetter).encoder(prefix(letter_id)), Codec(IngestionEvent).encoder(prefix(event_id))
        client = RawProducer({"bootstrap.servers": stack.broker.bootstrap_servers, "log_level": 0})
        for number, made in enumerate([event(1, name=CANARY), replace(event(2, name=CANARY), s3_uri="file:///etc")]):
            value = encode(letter_of(number, original_value=write(made)))
            client.produce("ingestion-events-dlq", value, partition=0, headers=[("x-retry-count", b"0")])
        assert client.flush(LIMIT) == 0
        process = subprocess.Popen(
            [sys.executable, "-W", "error", str(SERVICE)],
            cwd=tmp_path,
            env={"PATH": os.environ["PATH"], "ALERT_URL": url, "BACKOFF_SECONDS": "0.01", **stack.environment()},
            stderr=subprocess.PIPE,
            text=True,
        )
        try:
            told = posts.get(timeout=LIMIT)
            process.send_signal(signal.SIGTERM)
            _, said = process.communicate(timeout=LIMIT)
        finally:
            process.kill()
            process.communicate()

    assert told["parked"] == 1
    assert [(one["topic"], one["cause"], one["reason"]) for one in told["records"]] == [
        ("ingestion-events-parked", "hopeless", "REJECTED")
    ]
    assert process.returncode == 0, said
    assert f"handled {1:064x}" in said
    assert "handled 1, failed again 1, parked 1" in said
    assert CANARY not in json.dumps(told) + said
