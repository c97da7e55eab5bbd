"""What stands between a service and its broker and registry, each line with its fix. Looking changes nothing."""

from __future__ import annotations

from collections.abc import Iterator

from eventpact.contract import Manifest
from eventpact.deploy.doctor_broker import PATIENCE, Describing, broker_lines
from eventpact.deploy.doctor_registry import registry_lines
from eventpact.deploy.doctor_settings import settings_lines
from eventpact.deploy.line import Line
from eventpact.kafka.admin_topics import AdminTopics
from eventpact.kafka.settings import Settings

__all__ = ["PATIENCE", "Line", "examine"]


def examine(manifest: Manifest, settings: Settings, describing: Describing | None = None) -> Iterator[Line]:
    """One line per thing looked at, as they come. Secrets are masked; raises nothing of ours.

    ``describing`` opens who shows topics, the brokers themselves if it is left out.
    """
    yield from settings_lines(settings)
    yield from broker_lines(manifest, settings, describing or (lambda: AdminTopics(settings, timeout=PATIENCE)))
    yield from registry_lines(manifest, settings)
