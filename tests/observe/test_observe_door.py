"""Nothing is loaded that nobody asked for, and what is missing is named with the way to get it."""

from __future__ import annotations

import subprocess
import sys

import pytest

PROGRAM = """
import sys
{before}
import eventpact.observe
{after}
loaded = [name for name in sys.modules if name.partition(".")[0] in {{"prometheus_client", "opentelemetry"}}]
print(sorted({{name.partition(".")[0] for name in loaded if sys.modules[name]}}))
"""


def ran(before: str = "", after: str = "") -> str:
    program = PROGRAM.format(before=before, after=after)
    done = subprocess.run([sys.executable, "-W", "error", "-c", program], capture_output=True, text=True, timeout=60)
    return done.stdout + done.stderr


@pytest.mark.parametrize(
    ("after", "loaded"),
    [
        ("import eventpact.kafka.worker, eventpact.cli.app", "[]"),
        ("eventpact.observe.Observers", "[]"),
        ("eventpact.observe.Metrics", "['prometheus_client']"),
        ("eventpact.observe.TracedProducer", "['opentelemetry']"),
    ],
)
def test_each_name_loads_its_own_extra_only(after: str, loaded: str) -> None:
    assert ran(after=after).strip() == loaded


@pytest.mark.parametrize(
    ("module", "name", "extra"),
    [("prometheus_client", "Metrics", "metrics"), ("opentelemetry", "TracingObserver", "otel")],
)
def test_a_missing_extra_is_named(module: str, name: str, extra: str) -> None:
    told = ran(f"sys.modules[{module!r}] = None", f"eventpact.observe.{name}")

    assert f"eventpact.observe.{name} needs {module}; run: pip install 'eventpact[{extra}]'" in told
