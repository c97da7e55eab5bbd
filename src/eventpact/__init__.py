"""Event contracts for Python services on Redpanda and Kafka.

The door: names are loaded when they are first used, so that importing event types or the codec loads no Kafka or
HTTP client.
"""

from typing import TYPE_CHECKING

from eventpact.door import late_door

if TYPE_CHECKING:
    from eventpact.codec import Codec
    from eventpact.contract import Contract, contract_of, load_manifest
    from eventpact.duration import Duration
    from eventpact.errors import DecodeError, EncodeError, EventpactError, SchemaError, SettingsError
    from eventpact.kafka import Producer, Record, Reject, Retry, Settings, Unavailable, Worker, partition_of
    from eventpact.pii import reveal

__all__ = [
    "Codec",
    "Contract",
    "DecodeError",
    "Duration",
    "EncodeError",
    "EventpactError",
    "Producer",
    "Record",
    "Reject",
    "Retry",
    "SchemaError",
    "Settings",
    "SettingsError",
    "Unavailable",
    "Worker",
    "contract_of",
    "load_manifest",
    "partition_of",
    "reveal",
]

__getattr__, __dir__ = late_door(
    __name__,
    {
        "Codec": "codec",
        "Contract": "contract",
        "DecodeError": "errors",
        "Duration": "duration",
        "EncodeError": "errors",
        "EventpactError": "errors",
        "Producer": "kafka",
        "Record": "kafka",
        "Reject": "kafka",
        "Retry": "kafka",
        "SchemaError": "errors",
        "Settings": "kafka",
        "SettingsError": "errors",
        "Unavailable": "kafka",
        "Worker": "kafka",
        "contract_of": "contract",
        "load_manifest": "contract",
        "partition_of": "kafka",
        "reveal": "pii",
    },
)
