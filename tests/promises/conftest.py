"""Runs on the embedded broker; `tests.chaos` has the same on a real one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from eventpact.dev.broker import EmbeddedBroker
from tests.chaos.run import Run
from tests.chaos.site import Site


@pytest.fixture
def broker() -> Iterator[EmbeddedBroker]:
    with EmbeddedBroker() as made:
        yield made


@pytest.fixture
def run(broker: EmbeddedBroker, tmp_path: Path) -> Iterator[Run]:
    site = Site(broker.bootstrap_servers, None, "chaos")
    for topic in site.topics:
        broker.create_topic(topic, site.partitions)
    with Run(site, tmp_path) as made:
        yield made
