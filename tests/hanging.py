"""A test that hangs ends, under hypothesis too."""

from __future__ import annotations

import os
import signal
from collections.abc import Generator
from types import FrameType
from typing import NoReturn

import pytest

__all__ = ["HungError", "pytest_collection_modifyitems", "pytest_timeout_set_timer"]

_HOUR = 3_600


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What is slow by its mark, or looks for hours by its profile, has more than the 300 s of pyproject.toml."""
    night = os.environ.get("HYPOTHESIS_PROFILE") == "night"
    for item in items:
        if item.get_closest_marker("timeout") is None and (night or item.get_closest_marker("slow")):
            item.add_marker(pytest.mark.timeout(8 * _HOUR if night else _HOUR))


class HungError(BaseException):
    """The test took longer than its timeout.

    No Exception, and not pytest's own: hypothesis catches those as failures of the example and runs it once more, now
    without an alarm.
    """


@pytest.hookimpl(wrapper=True)
def pytest_timeout_set_timer() -> Generator[None, object, object]:
    """Where pytest-timeout would fail the test, HungError is raised."""
    done = yield
    fail = signal.getsignal(signal.SIGALRM)
    if callable(fail):

        def hung(number: int, frame: FrameType | None) -> NoReturn:
            try:
                fail(number, frame)
            except pytest.fail.Exception as error:
                raise HungError(str(error)) from None
            raise HungError

        signal.signal(signal.SIGALRM, hung)
    return done
