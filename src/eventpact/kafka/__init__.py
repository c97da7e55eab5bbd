"""Settings, topics, producer, worker, dead letters and replay.

The door: names are loaded when they are first used, so that reading settings loads neither codec nor registry client.
"""

from typing import TYPE_CHECKING

from eventpact.door import late_door

if TYPE_CHECKING:
    from eventpact.kafka.admin_topics import AdminTopics
    from eventpact.kafka.client_settings import ConsumerSettings, ProducerSettings
    from eventpact.kafka.delivery import Delivery
    from eventpact.kafka.delivery_future import DeliveryFuture
    from eventpact.kafka.handler import BatchFailed, Reject, Retry, Unavailable, handle_batch
    from eventpact.kafka.observer import Observer, Settled
    from eventpact.kafka.partition import partition_of
    from eventpact.kafka.policy import Policy
    from eventpact.kafka.processor import DeadLetterProcessor
    from eventpact.kafka.producer import Producer
    from eventpact.kafka.record import Record
    from eventpact.kafka.replaying import Replayed, replay
    from eventpact.kafka.security import Security, SecurityProtocol
    from eventpact.kafka.settings import Settings
    from eventpact.kafka.source import Source, Taken
    from eventpact.kafka.stats import WorkerStats
    from eventpact.kafka.stored_letters import StoredDeadLetter, read_dead_letters
    from eventpact.kafka.topics import ensure_topics
    from eventpact.kafka.worker import Worker

__all__ = [
    "AdminTopics",
    "BatchFailed",
    "ConsumerSettings",
    "DeadLetterProcessor",
    "Delivery",
    "DeliveryFuture",
    "Observer",
    "Policy",
    "Producer",
    "ProducerSettings",
    "Record",
    "Reject",
    "Replayed",
    "Retry",
    "Security",
    "SecurityProtocol",
    "Settings",
    "Settled",
    "Source",
    "StoredDeadLetter",
    "Taken",
    "Unavailable",
    "Worker",
    "WorkerStats",
    "ensure_topics",
    "handle_batch",
    "partition_of",
    "read_dead_letters",
    "replay",
]

__getattr__, __dir__ = late_door(
    __name__,
    {
        "AdminTopics": "admin_topics",
        "BatchFailed": "handler",
        "ConsumerSettings": "client_settings",
        "DeadLetterProcessor": "processor",
        "Delivery": "delivery",
        "DeliveryFuture": "delivery_future",
        "Observer": "observer",
        "Policy": "policy",
        "Producer": "producer",
        "ProducerSettings": "client_settings",
        "Record": "record",
        "Reject": "handler",
        "Replayed": "replaying",
        "Retry": "handler",
        "Security": "security",
        "SecurityProtocol": "security",
        "Settings": "settings",
        "Settled": "observer",
        "Source": "source",
        "Taken": "source",
        "StoredDeadLetter": "stored_letters",
        "Unavailable": "handler",
        "Worker": "worker",
        "WorkerStats": "stats",
        "ensure_topics": "topics",
        "handle_batch": "handler",
        "partition_of": "partition",
        "read_dead_letters": "stored_letters",
        "replay": "replaying",
    },
)
