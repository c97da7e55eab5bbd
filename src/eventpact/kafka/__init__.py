"""Settings, topics, producer, worker, dead letters and replay."""

from eventpact.kafka.client_settings import ConsumerSettings, ProducerSettings
from eventpact.kafka.partition import partition_of
from eventpact.kafka.security import Security, SecurityProtocol
from eventpact.kafka.settings import Settings

__all__ = [
    "ConsumerSettings",
    "ProducerSettings",
    "Security",
    "SecurityProtocol",
    "Settings",
    "partition_of",
]
