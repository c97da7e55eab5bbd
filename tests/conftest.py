"""What every test shares: timeouts and hypothesis profiles. `HYPOTHESIS_PROFILE=ci` looks harder, `night` for hours.

The gate draws from a fixed seed: a commit should be refused for what it changed, not for what an older one hid. (The
constants of whatever modules are loaded have a say in it, too.) Every other run draws anew.
"""

import os
import signal
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings

from tests.hanging import pytest_collection_modifyitems, pytest_timeout_set_timer
from tests.live.fixtures import apicurio, kafka_broker

__all__ = ["apicurio", "ctrl_c", "kafka_broker", "pytest_collection_modifyitems", "pytest_timeout_set_timer"]

settings.register_profile("dev", max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile(
    "ci",
    max_examples=100,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    derandomize=True,
    print_blob=True,
)
settings.register_profile("night", max_examples=5000, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "dev"))


@pytest.fixture
def ctrl_c() -> Iterator[None]:
    """Ctrl-C raises, as in a program of its own; a test run in the background ignores it."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)
