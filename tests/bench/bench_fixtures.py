"""What a test pays for the pytest plugin's fixtures, and what the ring at the mock cluster's door is worth.

`python -m tests.bench.bench_fixtures`. The goal: under 50 ms for a test's own topics, registry and settings, after the
first test, which starts the stack.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Final
from unittest.mock import patch

from eventpact.dev import EmbeddedBroker
from eventpact.dev.doorbell import Doorbell

TESTS: Final = 200
TOPICS: Final = 40
# The mock cluster's thread loses sight of a request that comes this soon after the one before.
GAPS: Final = (0.0, 2e-6, 15e-6, 20e-6)

CONFTEST: Final = """
import json, os
spent = {}

def pytest_runtest_logreport(report):
    spent[report.nodeid] = spent.get(report.nodeid, 0) + report.duration

def pytest_sessionfinish():
    with open(os.environ["SPENT"], "w") as file:
        json.dump(list(spent.values()), file)
"""
TEST: Final = """
import pytest
from ingestion_events import IngestionEvent

@pytest.mark.parametrize("turn", range({tests}))
def test_of_a_service(eventpact_topics, eventpact_settings, turn):
    eventpact_topics(IngestionEvent)
"""


def fixtures() -> list[float]:
    """Milliseconds of each test: setup, two topics and their schemas, teardown."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "conftest.py").write_text(CONFTEST)
        (folder / "test_service.py").write_text(TEST.format(tests=TESTS))
        environment = {**os.environ, "SPENT": str(folder / "spent.json")}
        command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(folder)]
        subprocess.run(command, check=True, env=environment, cwd=folder, capture_output=True)
        return [seconds * 1000 for seconds in json.loads((folder / "spent.json").read_text())]


def topics() -> list[float]:
    """Milliseconds of each topic, made one soon after the other as the fixtures make them."""
    spent: list[float] = []
    for gap in GAPS:
        with EmbeddedBroker() as broker:
            for number in range(TOPICS):
                until = time.perf_counter() + gap
                while time.perf_counter() < until:
                    pass
                start = time.perf_counter()
                broker.create_topic(f"topic-{number}", 6)
                spent.append((time.perf_counter() - start) * 1000)
    return spent


def main() -> None:
    first, *later, _ = fixtures()  # the last one's teardown is the stack's
    print(f"first test, starts the stack   {first:8.1f} ms")
    print(f"each test after it, median     {statistics.median(later):8.1f} ms, slowest {max(later):.1f} ms")
    report("a topic, with a ring", topics())
    with patch.object(Doorbell, "ring", return_value=False):
        report("a topic, without a ring", topics())


def report(what: str, spent: list[float]) -> None:
    late = sum(each > 50 for each in spent)
    print(f"{what:<30} {statistics.mean(spent):8.1f} ms on average, slowest {max(spent):.1f} ms,"
          f" {late} of {len(spent)} over 50 ms")  # fmt: skip


if __name__ == "__main__":
    main()
