"""One line for all that is skipped without the extra."""

from __future__ import annotations

import pytest

from tests.examples.extra import MISSING, WANTED


def test_the_example_services_are_tested_too() -> None:
    if "moto" in MISSING and "presidio-analyzer" in MISSING:
        pytest.skip("the example services need an extra of half a gigabyte: run `make examples`")

    assert {"boto3", "fastapi", "moto", "presidio-analyzer"} <= WANTED
    assert not MISSING, "half of the extra is no extra: run `make examples`"
