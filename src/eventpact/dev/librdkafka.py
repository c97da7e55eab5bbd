"""The C library inside the confluent-kafka wheel, found and typed for ctypes.

Its mock cluster is experimental and not covered by librdkafka's ABI promise, so the version is compared before anything
is called and every function has its types set: an untyped pointer is cut to 32 bits.
"""

from __future__ import annotations

import ctypes
from ctypes import POINTER, c_char_p, c_int, c_int16, c_int32, c_int64, c_size_t, c_void_p
from functools import cache
from pathlib import Path
from typing import Final

import confluent_kafka

from eventpact.errors import EmbeddedBrokerError

__all__ = ["find_library", "load_library"]

# Where wheels keep the library, relative to site-packages: Linux, macOS, Windows.
PLACES: Final = (
    ("confluent_kafka.libs", "librdkafka*.so*"),
    ("confluent_kafka/.dylibs", "librdkafka*.dylib"),
    ("confluent_kafka.libs", "*rdkafka*.dll"),
)

# name: (result, arguments). Variadic functions list their fixed arguments: Apple's ARM ABI passes the rest elsewhere.
SIGNATURES: Final[dict[str, tuple[object, tuple[object, ...]]]] = {
    "rd_kafka_version_str": (c_char_p, ()),
    "rd_kafka_err2name": (c_char_p, (c_int,)),
    "rd_kafka_conf_new": (c_void_p, ()),
    "rd_kafka_conf_set": (c_int, (c_void_p, c_char_p, c_char_p, c_char_p, c_size_t)),
    "rd_kafka_conf_destroy": (None, (c_void_p,)),
    "rd_kafka_new": (c_void_p, (c_int, c_void_p, c_char_p, c_size_t)),
    "rd_kafka_destroy": (None, (c_void_p,)),
    "rd_kafka_mock_cluster_new": (c_void_p, (c_void_p, c_int)),
    "rd_kafka_mock_cluster_destroy": (None, (c_void_p,)),
    "rd_kafka_mock_cluster_bootstraps": (c_char_p, (c_void_p,)),
    "rd_kafka_mock_topic_create": (c_int, (c_void_p, c_char_p, c_int, c_int)),
    "rd_kafka_mock_topic_delete": (c_int, (c_void_p, c_char_p)),
    "rd_kafka_mock_topic_set_error": (None, (c_void_p, c_char_p, c_int)),
    "rd_kafka_mock_broker_set_down": (c_int, (c_void_p, c_int32)),
    "rd_kafka_mock_broker_set_up": (c_int, (c_void_p, c_int32)),
    "rd_kafka_mock_broker_set_rtt": (c_int, (c_void_p, c_int32, c_int)),
    "rd_kafka_mock_push_request_errors_array": (None, (c_void_p, c_int16, c_size_t, POINTER(c_int))),
    "rd_kafka_mock_clear_request_errors": (None, (c_void_p, c_int16)),
    "rd_kafka_mock_broker_push_request_error_rtts": (c_int, (c_void_p, c_int32, c_int16, c_size_t)),
    "rd_kafka_mock_partition_push_request_errors": (c_int, (c_void_p, c_char_p, c_int32, c_int16, c_size_t)),
    "rd_kafka_mock_partition_set_leader": (c_int, (c_void_p, c_char_p, c_int32, c_int32)),
    "rd_kafka_mock_partition_delete_records": (c_int, (c_void_p, c_char_p, c_int32, c_int64)),
    "rd_kafka_mock_coordinator_set": (c_int, (c_void_p, c_char_p, c_char_p, c_int32)),
    "rd_kafka_mock_set_apiversion": (c_int, (c_void_p, c_int16, c_int16, c_int16)),
    "rd_kafka_mock_group_initial_rebalance_delay_ms": (None, (c_void_p, c_int32)),
    "rd_kafka_mock_set_group_consumer_session_timeout_ms": (None, (c_void_p, c_int)),
    "rd_kafka_mock_set_group_consumer_heartbeat_interval_ms": (None, (c_void_p, c_int)),
    "rd_kafka_mock_start_request_tracking": (None, (c_void_p,)),
    "rd_kafka_mock_stop_request_tracking": (None, (c_void_p,)),
    "rd_kafka_mock_clear_requests": (None, (c_void_p,)),
    "rd_kafka_mock_get_requests": (POINTER(c_void_p), (c_void_p, POINTER(c_size_t))),
    "rd_kafka_mock_request_id": (c_int32, (c_void_p,)),
    "rd_kafka_mock_request_api_key": (c_int16, (c_void_p,)),
    "rd_kafka_mock_request_timestamp": (c_int64, (c_void_p,)),
    "rd_kafka_mock_request_destroy_array": (None, (POINTER(c_void_p), c_size_t)),
}


def find_library(site: Path) -> Path:
    """The library that the wheel installed in `site` (a site-packages folder) brought along."""
    for folder, pattern in PLACES:
        for path in sorted((site / folder).glob(pattern)):
            return path
    raise EmbeddedBrokerError(
        "the embedded broker needs the librdkafka that comes inside the confluent-kafka wheel, and this installation "
        "has none (built from source, or repackaged). Install the wheel: "
        "pip install --force-reinstall --only-binary=confluent-kafka confluent-kafka"
    )


@cache
def load_library() -> ctypes.CDLL:
    """The library, typed. Raises EmbeddedBrokerError where it is missing or is another build than the client's."""
    library = typed(find_library(Path(confluent_kafka.__file__).parents[1]))
    found = library.rd_kafka_version_str().decode()
    wanted = confluent_kafka.libversion()[0]
    if found != wanted:
        raise EmbeddedBrokerError(
            f"found librdkafka {found}, but confluent-kafka runs on {wanted}: two installations are mixed. "
            "Make a fresh virtual environment"
        )
    return library


def typed(path: Path) -> ctypes.CDLL:
    """Load `path` and set the types of every function that we call."""
    try:
        library = ctypes.CDLL(str(path))
        for name, (result, arguments) in SIGNATURES.items():
            function = getattr(library, name)
            function.restype = result
            function.argtypes = arguments
    except (OSError, AttributeError) as error:
        raise EmbeddedBrokerError(
            f"{path.name} cannot serve the embedded broker ({type(error).__name__}). "
            "It needs confluent-kafka 2.16 or later, from a wheel of this platform"
        ) from error
    return library
